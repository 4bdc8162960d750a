import { notInAddress, unfitForAddress } from "../../catalog/address-parts.ts";
import type { ConnectorType, Params, Problem } from "../../catalog/connector-type.ts";
import { paramsCall } from "../../catalog/params-call.ts";
import { checkPart } from "../../catalog/validate.ts";
import { ToolError } from "../../errors.ts";
import { inWords } from "../plans/check-new-connector.ts";

/**
 * Checks the params of a run.
 * @returns what is unusual about them
 * @throws ToolError invalid_arguments for what Kibana would refuse, for what is surely mistyped, and for ids that make it
 * another call
 */
export function assertParamsFit(entry: ConnectorType, params: Params): Problem[] {
  assertPlainIds(entry, params);
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

/**
 * Stops params that would make a call another one than it says.
 * @throws ToolError invalid_arguments
 */
export function assertPlainIds(entry: ConnectorType, params: Params): void {
  const found = unfitForAddress(entry, params);
  const [first] = found;
  if (!first) return;
  const part = first.as === "query" ? "query" : "path";
  throw new ToolError(
    "invalid_arguments",
    `${first.path} is no plain id: Kibana would put it into the ${part} of the request, which then ${part === "query" ? "means something else" : "leads elsewhere"}.`,
    `Give the id alone, ${first.as === "encoded" ? "" : `without ${notInAddress[first.as]}, control characters and `}not empty or only dots. What has such an id cannot be reached through this connector.`,
    { problems: found.map(({ path, problem }) => ({ path, problem })) },
  );
}
