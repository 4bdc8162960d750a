import { ToolError } from "../errors.ts";
import type { Rule, RuleAction, RuleType } from "../kibana/rules.ts";
import { closes, keyInOneForm, keyOf, recordOf, usualKey } from "./incidents.ts";
import type { Wanted } from "./wanted.ts";

/**
 * The key that ties recovery to its incident. The one that the connector's actions in the rule already have comes first:
 * incidents are open under it. Then the one asked for, that of another connector of the type, and one for each alert.
 * @param firing groups whose actions get the key asked for with `replace`, and what closes gets it with them
 * @throws ToolError invalid_arguments where the key asked for is not the one that the connector's actions keep
 */
export function chooseKey(rule: Rule, ruleType: RuleType, wanted: Wanted, firing: readonly string[]): string {
  const { connector, type, params, dedupKey, replace, recovery } = wanted;
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
  const opening = opened(mine);
  const getsIt = ({ group, frequency }: RuleAction) =>
    replace && recovery === "auto" && frequency?.summary !== true && firing.includes(group ?? "");
  const kept = keysOf(opening.filter((action) => !getsIt(action)));
  const [first] = kept;
  if (asked !== undefined && first !== undefined && !kept.some((key) => keyInOneForm(key) === keyInOneForm(asked))) {
    const groups = JSON.stringify([...new Set(opening.map(({ group }) => group))]);
    throw new ToolError(
      "invalid_arguments",
      `This connector's action in the rule opens incidents under ${first}: recovery has to close them under the same ${type.dedupField}.`,
      `Leave dedup_key out to keep it, or give ${first}. replace: true with groups ${groups} and the new dedup_key changes both.`,
    );
  }
  const record = firing.length === 0 && params ? recordOf(params) : undefined;
  const named = opening.flatMap((action) => recordOf(action.params ?? {}) ?? []).map(keyInOneForm);
  if (record !== undefined && opening.length > named.length && !named.includes(keyInOneForm(record))) {
    throw new ToolError(
      "invalid_arguments",
      `This connector's action in the rule opens incidents under ${first ?? `a ${type.dedupField}`}: recovery has to close them under the same, and externalId ${record} would be closed in their place.`,
      "Leave externalId out: what closes then gets the key of what opens.",
    );
  }
  return asked ?? keysOf(opening)[0] ?? keysOf(mine)[0] ?? keysOf(opened(alike))[0] ?? type.usualKey ?? usualKey;
}
