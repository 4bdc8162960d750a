import { ToolError } from "../errors.ts";
import type { Rule, RuleAction, RuleType } from "../kibana/rules.ts";
import { closes, keyInOneForm, keyOf, usualKey } from "./incidents.ts";
import type { Wanted } from "./wanted.ts";

/**
 * The key that ties recovery to its incident. The one that the connector's actions in the rule already have comes first:
 * incidents are open under it. Then the one asked for, that of another connector of the type, and one for each alert.
 * @throws ToolError invalid_arguments where the key asked for is not the one that the connector's actions have
 */
export function chooseKey(rule: Rule, ruleType: RuleType, { connector, type, params, dedupKey }: Wanted): string {
  if (type?.dedupField === undefined) {
    if (dedupKey === undefined) return usualKey;
    throw new ToolError("invalid_arguments", `${connector.type} has no de-duplication key.`, "Leave dedup_key out.");
  }
  const opened = (actions: readonly RuleAction[]) =>
    actions.filter((action) => action.group !== ruleType.recoveryGroup && !closes(type, action.params ?? {}));
  const keysOf = (actions: readonly RuleAction[]) =>
    actions.map((action) => keyOf(type, action.params ?? {})).filter((key) => key !== undefined);
  const mine = rule.actions.filter((action) => action.id === connector.id);
  const alike = rule.actions.filter((action) => action.connector_type_id === connector.type);
  const asked = dedupKey ?? (params && keyOf(type, params));
  const standing = keysOf(opened(mine));
  const [first] = standing;
  if (asked !== undefined && first !== undefined && !standing.some((key) => keyInOneForm(key) === keyInOneForm(asked))) {
    throw new ToolError(
      "invalid_arguments",
      `This connector's action in the rule opens incidents under ${first}: recovery has to close them under the same ${type.dedupField}.`,
      `Leave dedup_key out, or give ${first}.`,
    );
  }
  return asked ?? first ?? keysOf(mine)[0] ?? keysOf(opened(alike))[0] ?? type.usualKey ?? usualKey;
}
