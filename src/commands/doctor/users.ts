import { ToolError } from "../../errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Status } from "../../kibana/status.ts";
import { inWords, lookAround } from "../../usage/look.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";

/** Whether the key sees everything but rules that may use connectors. */
export async function users(space: string, status: Status, reader: Reader): Promise<Finding> {
  const check = `users in ${space}`;
  try {
    const { looked } = await lookAround(reader, space, [{ status, features: [] }]);
    const missed = looked.flatMap(({ found }) => found.unseen.filter(({ permanent, concerns }) => !permanent && !concerns));
    if (missed.length === 0)
      return ok(check, "All that may use connectors besides rules can be looked up: workflows, cases, agents, settings.");
    const fixes = [...new Set(missed.flatMap(({ fix }) => fix ?? []))];
    return warning(
      check,
      `Not looked at: ${[...new Set(missed.map(inWords))].join("; ")}. A person has to type the name of a connector to be deleted, and the audit calls none unused.`,
      fixes.join(" ") || "Look into Kibana's log, or at the proxy in front of it.",
    );
  } catch (error) {
    if (error instanceof ToolError) return failure(check, error);
    throw error;
  }
}
