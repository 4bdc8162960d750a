import type { AuditReport } from "../../audit/finding.ts";
import { ownRuns } from "../../change/own-runs.ts";
import { ownWrites } from "../../change/own-writes.ts";
import { isProtectedRule } from "../../change/policy.ts";
import { connectorProtected } from "../../change/undo-here.ts";
import type { ToolContext } from "../define.ts";

interface Kept {
  key: string;
  at: number;
  report: AuditReport;
}

/** The last report of each Kibana: further pages and details come from it instead of a new audit. */
const kept = new WeakMap<ToolContext["deployment"], Kept>();
/** Milliseconds for which a report serves further pages. */
const fresh = 600_000;

/**
 * An audit of these spaces.
 * @param again the caller asks for a further page: a fresh report on the same arguments is reused
 */
export async function keptReport(
  { kibana, deployment, settings, journal, signal, progress }: ToolContext,
  asked: { spaces: readonly string[]; days: number; checks?: readonly string[] },
  again: boolean,
): Promise<AuditReport> {
  const key = JSON.stringify(asked);
  const now = Date.now();
  const known = kept.get(deployment);
  if (again && known?.key === key && now - known.at < fresh) return known.report;
  const [{ runAudit }, recorded] = await Promise.all([import("../../audit/run.ts"), journal.entries().catch(() => undefined)]);
  const report = await runAudit(kibana, {
    ...asked,
    url: deployment.url,
    now,
    signal,
    isOwnRun: ownRuns(recorded?.entries ?? [], deployment.name),
    own: ownWrites(recorded?.entries ?? [], deployment.name),
    protects: {
      connector: (one) => connectorProtected(one.id, [one.name ?? one.id], settings) !== undefined,
      rule: (one) => isProtectedRule(one, settings.protectRules),
    },
    onProgress: ({ done, total, message }) => progress(done, total, message),
  });
  kept.set(deployment, { key, at: now, report });
  return report;
}
