import { expect, onTestFinished } from "vitest";
import { checkNames } from "../../src/audit/checks/index.ts";
import { type Finding, isAtLeastAsSevere } from "../../src/audit/finding.ts";
import { runAudit } from "../../src/audit/run.ts";
import { decide } from "../../src/commands/audit/decision.ts";
import { ToolError } from "../../src/errors.ts";
import { connectKibana } from "../../src/kibana/connect.ts";
import { type Rewrite, switchableProxy } from "../support/rewriting-proxy.ts";
import { kibanaSettings } from "../support/settings.ts";

/** What an audit reads of a Kibana, by a part of the path. */
const sources: Record<string, string> = {
  status: "/api/status",
  connectors: "/api/actions/connectors",
  "connector types": "/api/actions/connector_types",
  rules: "/alerting/rules/_find",
  "rule types": "/api/alerting/rule_types",
  "counts of runs": "_global_connector_execution_kpi",
  "the log of runs": "_global_connector_execution_logs",
  workflows: "/api/workflows",
  "action policies": "/api/alerting/v2/action_policies",
  "rules of the new alerting": "/api/alerting/v2/rules",
  "settings of Synthetics": "/synthetics/settings",
  "settings of Uptime": "/api/uptime/settings",
  "settings of cases": "/api/cases/configure",
};

type Faults = Record<"403" | "404" | "500" | "empty", Rewrite>;
const snoozed = new Date(Date.now() + 30 * 86_400_000).toISOString();

/** The demo has a policy, which sleeps here. */
const withSnooze: NonNullable<Rewrite["answer"]> = ({ path }, body) => {
  if (path.includes("/action_policies")) for (const one of body?.items ?? []) one.snoozed_until = snoozed;
};

function faultsOf(path: string): Faults {
  const refusing = (status: number): Rewrite => ({
    refuse: (call) =>
      call.path.includes(path) ? { status, body: JSON.stringify({ statusCode: status, error: "x", message: "Not Found" }) } : undefined,
  });
  return {
    ...{ 403: refusing(403), 404: refusing(404), 500: refusing(500) },
    // A list that is empty although it counts what would be in it.
    empty: {
      answer(call, body, status) {
        withSnooze(call, body, status);
        if (!call.path.includes(path)) return;
        for (const list of ["data", "results", "items"]) if (Array.isArray(body?.[list])) body[list] = [];
      },
    },
  };
}

/** Audits that wait at the same time: some look again at what Kibana counts, which takes seconds. */
const atOnce = 12;

/**
 * Audits with one check alone, and without each source that it reads.
 * @param target a Kibana with something to find
 * @param faultsAt which faults are tried at the n-th source of the m-th check; all by default
 * @returns where something that is there was neither found nor said to be unread, and the sources without which something was lost
 */
export async function untoldGaps(
  target: string,
  faultsAt: (pair: number, source: string) => readonly (keyof Faults)[] = () => ["403", "404", "500", "empty"],
) {
  const untold: string[] = [];
  const lost = new Set<string>();
  const checks = checkNames.entries();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      const audit = await auditing(target);
      for (const [at, check] of checks) {
        const whole = await audit(check);
        expect(whole.isTold, check).toBe(false);
        const read = Object.entries(sources).filter(([, path]) => whole.asked.some((call) => call.path.includes(path)));
        for (const [index, [source, path]] of read.entries()) {
          const faults = faultsOf(path);
          for (const fault of faultsAt(at + index, source)) {
            const now = await audit(check, faults[fault]);
            const isThere = ({ id, severity }: Finding) =>
              now.findings.some((one) => one.id === id && isAtLeastAsSevere(one.severity, severity));
            if (whole.findings.every(isThere)) continue;
            lost.add(source);
            if (!now.isTold) untold.push(`${check} without ${source} (${fault})`);
          }
        }
      }
    }),
  );
  return { untold, lost: [...lost] };
}

/** Audits through a proxy of its own, one after the other. */
async function auditing(target: string) {
  const behind: { target: string; rewrite: Rewrite } = { target, rewrite: {} };
  const { url, calls } = await switchableProxy(behind, onTestFinished);
  const { reader, close } = connectKibana(kibanaSettings({ url }), 30_000, "test");
  onTestFinished(close);
  return async (check: string, rewrite: Rewrite = {}) => {
    behind.rewrite = { answer: withSnooze, ...rewrite };
    const from = calls.length;
    try {
      const spaces = (await reader.spaces()).map(({ id }) => id);
      const { findings, notChecked } = await runAudit(reader, { spaces, checks: [check], url, now: Date.now() });
      const isTold =
        notChecked.some(({ checks }) => checks.includes(check)) && decide(findings, notChecked.length === 0, undefined).code === 3;
      return { findings, isTold, asked: calls.slice(from) };
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      return { findings: [], isTold: true, asked: calls.slice(from) };
    }
  };
}
