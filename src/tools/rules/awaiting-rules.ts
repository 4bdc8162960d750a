import type { Reader } from "../../kibana/reader.ts";
import { type RuleUse, rulesUsing } from "../../rules/find-rules.ts";
import { orWhy } from "../connectors/or-why.ts";
import type { ToolContext } from "../define.ts";
import { inWords } from "./replaced-report.ts";

/** The rules that use an id, preconfigured or not. */
export function usingIt(id: string, reader: Reader, space: string): Promise<RuleUse[]>[] {
  return [false, true].map((preconfigured) => rulesUsing(reader, space, { id, preconfigured }));
}

/** Says which rules refer to the id already, of a connector that is gone, preconfigured or not: they get the new one unsaved. */
export async function rulesAwaiting(id: string | undefined, space: string, { kibana }: ToolContext): Promise<string[]> {
  if (id === undefined) return [];
  const found = await orWhy(Promise.all(usingIt(id, kibana, space)), 200);
  if (typeof found === "string") return [`Whether rules still have this id could not be read: they would send to this connector. ${found}`];
  const rules = found.flat();
  return rules.length > 0 ? [`Actions of ${inWords(rules)} still have this id: from then on they send to this connector.`] : [];
}
