import { isDeepStrictEqual } from "node:util";
import { ToolError } from "../errors.ts";
import type { Op } from "./op.ts";
import type { OpResult } from "./plan.ts";

/** What is not known where no answer said how a write ended, and where to look, if that can be seen. */
export function unknownInWords(result: OpResult): string {
  if (isSecretsAlone(result)) return "Whether the new secrets are stored is not known, and nobody can read them.";
  if (result.op.op === "rotate") return "Whether there is another token is not known: senders with the old one may be refused already.";
  return "It is not known yet whether it happened. Check before you repeat it: list_changes shows the entry, get_connector the connector.";
}

/** The failure's fix; where it is not known whether the write happened, what to look at before anything is repeated, or that it may be. */
export function fixOf(failed: OpResult | undefined): { fix?: string } {
  if (!(failed?.error instanceof ToolError)) return {};
  const { fix } = failed.error;
  if (failed.outcome !== "unknown") return { fix };
  const repeats = /repeat the call/i.test(fix);
  const harmless = isSecretsAlone(failed)
    ? "To store the same secrets again does no harm. Or a run of test_connector shows whether those that are there work, the old or the new ones."
    : failed.op.op === "rotate"
      ? "That makes another token, which a person is shown, and ends whichever is there."
      : undefined;
  if (harmless !== undefined) return { fix: `${fix}${repeats ? "" : " Then repeat the call."} ${harmless}` };
  if (!repeats) return { fix };
  const look = failed.op.op === "execute" ? "Check the service behind the connector first" : "Look at it first";
  return { fix: `${look}. Only if it did not happen: ${fix.charAt(0).toLowerCase()}${fix.slice(1)}` };
}

/** Whether only secrets were to be stored, in a connector that is there as it was: Kibana does not show whether they are. */
function isSecretsAlone({ op, seen, error }: OpResult): boolean {
  return changesSecretsAlone(op) && seen === undefined && !(error instanceof ToolError && error.code === "connector_not_found");
}

function changesSecretsAlone(op: Op): boolean {
  if (op.op !== "update") return false;
  return isDeepStrictEqual([op.after.name, op.after.config], [op.before.name, op.before.config ?? {}]);
}
