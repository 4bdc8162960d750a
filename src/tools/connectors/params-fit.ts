import type { ConnectorType, Params, Problem } from "../../catalog/connector-type.ts";
import { paramsCall } from "../../catalog/params-call.ts";
import { checkPart } from "../../catalog/validate.ts";
import { ToolError } from "../../errors.ts";
import { inWords } from "../plans/check-new-connector.ts";

/**
 * Checks the params of a run.
 * @returns what is unusual about them
 * @throws ToolError invalid_arguments for what Kibana would refuse, and for what is surely mistyped
 */
export function assertParamsFit(entry: ConnectorType, params: Params): Problem[] {
  const { errors, warnings } = checkPart(entry, "params", params);
  // A key that is nearly a known one is a typo; any other may come from a newer Kibana, as may values of open lists.
  const slips = warnings.filter(({ path, suggestion }) => suggestion && !Object.hasOwn(entry.knownValues ?? {}, path));
  if (errors.length + slips.length === 0) return warnings;
  const listed = [...errors, ...warnings].map(inWords);
  throw new ToolError(
    "invalid_arguments",
    `The params do not fit ${entry.id}: ${listed.join("; ")}.`,
    `Correct these; ${paramsCall(entry.id, params)} lists them.`,
    { problems: [...errors, ...warnings] },
  );
}
