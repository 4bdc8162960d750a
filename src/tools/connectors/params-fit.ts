import type { ConnectorType, Params, Problem } from "../../catalog/connector-type.ts";
import { jsonLeaves } from "../../catalog/json-leaves.ts";
import { paramsCall } from "../../catalog/params-call.ts";
import { checkPart } from "../../catalog/validate.ts";
import { effectOf } from "../../catalog/when.ts";
import { ToolError } from "../../errors.ts";
import { inWords } from "../plans/check-new-connector.ts";

/**
 * Checks the params of a run.
 * @returns what is unusual about them
 * @throws ToolError invalid_arguments for what Kibana would refuse, for what is surely mistyped, and for ids that lead a call which nobody
 * is asked about elsewhere
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

/** Kibana puts ids into the path of a request as they are, so such an id would be another request than the one that changes nothing. */
function assertPlainIds(entry: ConnectorType, params: Params): void {
  if (effectOf(entry, params).effect !== "none") return;
  const leaves = jsonLeaves(JSON.stringify(params), ["params"], () => false);
  const found = leaves.find(({ path, text }) => /(?:^|_)ids?$|Ids?$/.test(path.at(-1) ?? "") && /[/\\?#%]|\.\./.test(text));
  if (!found) return;
  const path = found.path.join(".");
  throw new ToolError(
    "invalid_arguments",
    `${path} is no plain id: Kibana would put it into the path of the request, which then leads elsewhere.`,
    'Give the id alone, without /, \\, ?, #, % and "..".',
    { problems: [{ path, problem: "is no plain id" }] },
  );
}
