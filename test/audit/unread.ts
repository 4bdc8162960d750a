import { expect, onTestFinished } from "vitest";
import { checkNames } from "../../src/audit/checks/index.ts";
import { type Finding, isAtLeastAsSevere } from "../../src/audit/finding.ts";
import { runCommand } from "../support/command.ts";
import { type Rewrite, switchableProxy } from "../support/rewriting-proxy.ts";

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

/**
 * Audits with one check alone, and without each source that it reads.
 * @param target a Kibana with something to find
 * @param faultsAt which faults are tried at the n-th pair of a check and a source; all by default
 * @returns where something that is there was neither found nor said to be unread, and the sources without which something was lost
 */
export async function untoldGaps(
  target: string,
  faultsAt: (pair: number, source: string) => readonly (keyof Faults)[] = () => ["403", "404", "500", "empty"],
) {
  const behind: { target: string; rewrite: Rewrite } = { target, rewrite: {} };
  const { url, calls } = await switchableProxy(behind, onTestFinished);
  async function audit(check: string, rewrite: Rewrite = {}) {
    behind.rewrite = { answer: withSnooze, ...rewrite };
    const from = calls.length;
    const { stdout, code } = await runCommand("audit", ["--json", "--checks", check], { KIBANA_URL: url, KIBANA_API_KEY: "any" });
    const { findings = [], complete, not_checked: notChecked = [], error } = JSON.parse(stdout);
    const said = error !== undefined || (complete === false && notChecked.some((one: { checks: string[] }) => one.checks.includes(check)));
    return { findings: findings as Finding[], isTold: said && code === 3, asked: calls.slice(from) };
  }
  const untold: string[] = [];
  const lost = new Set<string>();
  let pair = 0;
  for (const check of checkNames) {
    const whole = await audit(check);
    expect(whole.isTold, check).toBe(false);
    for (const [source, path] of Object.entries(sources)) {
      if (!whole.asked.some((call) => call.path.includes(path))) continue;
      const faults = faultsOf(path);
      for (const fault of faultsAt(pair++, source)) {
        const now = await audit(check, faults[fault]);
        const isThere = ({ id, severity }: Finding) =>
          now.findings.some((one) => one.id === id && isAtLeastAsSevere(one.severity, severity));
        if (whole.findings.every(isThere)) continue;
        lost.add(source);
        if (!now.isTold) untold.push(`${check} without ${source} (${fault})`);
      }
    }
  }
  return { untold, lost: [...lost] };
}
