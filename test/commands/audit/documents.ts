import { type Finding, fingerprint, type Group, type Severity, severities } from "../../../src/audit/finding.ts";
import { mostSevereFirst } from "../../../src/audit/run.ts";
import type { AuditDocument, Row } from "../../../src/commands/audit/document.ts";

const kinds: [string, Severity, Group, string, string, string][] = [
  [
    "missing_secrets",
    "critical",
    "broken_now",
    ".slack",
    "Its secrets are gone, as after an import of saved objects; every run fails.",
    "Nobody is told when the rules that use it fire.",
  ],
  [
    "dangling_reference",
    "critical",
    "broken_now",
    "",
    "The rule's action names a connector that does not exist.",
    "Every action of the rule fails with it, and Kibana shows the rule as healthy.",
  ],
  [
    "failing",
    "high",
    "broken_now",
    ".pagerduty",
    "37 of 41 runs failed since 15 November; the last said: status 401, invalid routing key.",
    "What fails here is reported to nobody.",
  ],
  [
    "no_recovery_action",
    "medium",
    "will_break",
    ".pagerduty",
    "It opens incidents and has no action for recovery.",
    "Incidents stay open after the alert is over, and people learn to overlook them.",
  ],
  [
    "insecure_url",
    "medium",
    "will_break",
    ".webhook",
    "Its URL is http://intake.example.net/kibana.",
    "Whoever sits in between reads what is sent, and can change it.",
  ],
  [
    "unused",
    "low",
    "untidy",
    ".email",
    "No rule refers to it, and it did not run within the window.",
    "What nobody uses is not tested by anybody, and holds credentials.",
  ],
  ["generic_name", "info", "untidy", ".webhook", 'Its name says nothing of whom it reaches: "Webhook 2".', "People pick the wrong one."],
];
const names = [
  "Ops PagerDuty",
  "Payments on-call",
  "Team Search alerts",
  "Nightly batch",
  "Checkout errors",
  "SOC intake",
  "Fraud desk",
  "Platform e-mail",
];

/** A finding of the nth kind, number `n` of its space. */
export function row(n: number, space: string, more: Partial<Row> = {}): Row {
  const [check, severity, group, type, evidence, why] = kinds[n % kinds.length] ?? kinds[0] ?? never();
  const name = `${names[n % names.length]}${n >= names.length ? ` ${n}` : ""}`;
  const withRule = check === "dangling_reference" || check === "no_recovery_action";
  return {
    id: fingerprint(check, space, [String(n)]),
    check,
    severity,
    confidence: n % 5 === 3 ? "likely" : "certain",
    group,
    space,
    ...(type !== "" && { connector: { id: `connector-${n}`, name, type } }),
    ...(withRule && { rule: { id: `rule-${n}`, name: `${name}: error rate`, enabled: n % 4 !== 1 } }),
    evidence,
    why,
    fix: `Do in Kibana what ${check} asks for.`,
    ...(n % 3 !== 2 && {
      next: {
        tool: "update_connector",
        args: { id: `connector-${n}`, space, secrets: { $ask: true } },
        why: "Gives it its secrets again; a person types them on a page.",
      },
    }),
    known: false,
    ...more,
  };
}

function never(): never {
  throw new Error("there are kinds");
}

/** A report of a complete audit, with these findings. */
export function auditDocument(findings: readonly Row[], more: Partial<AuditDocument> = {}): AuditDocument {
  const sorted = [...findings].sort((one: Finding, other: Finding) => mostSevereFirst(one, other));
  const number = (test: (one: Row) => boolean) => findings.filter(test).length;
  const spaces = [...new Set(["default", ...findings.map((one) => one.space)])].filter((space) => space !== "*");
  return {
    format: 1,
    version: "0.1.0",
    deployment: { name: "PROD (https://kibana.example.com)", url: "https://kibana.example.com", kibana_version: "9.2.0", sandbox: false },
    generated_at: "2026-11-22T03:12:00.000Z",
    window: { from: "2026-11-15T03:12:00.000Z", to: "2026-11-22T03:12:00.000Z", days: 7 },
    checks: kinds.map(([check]) => check),
    min_severity: "info",
    spaces: spaces.map((id) => ({ id, connectors: 12, rules: 140, runs: 5210, failures: 37 })),
    health: [
      {
        ...{ space: spaces[0] ?? "default", connector: { id: "pd", name: "Ops PagerDuty", type: ".pagerduty" }, runs: 41, failures: 37 },
        ...{ failing_since: "2026-11-15T08:00:00.000Z", last_success: "2026-11-15T07:55:00.000Z" },
      },
      {
        space: "*",
        connector: { id: "mail", name: "Platform e-mail", type: ".email" },
        runs: 400,
        failures: 4,
        last_success: "2026-11-22T03:00:00.000Z",
      },
    ],
    complete: true,
    cancelled: false,
    exit: { code: 0, why: "Everything was checked." },
    summary: {
      broken_now: number((one) => one.group === "broken_now"),
      will_break: number((one) => one.group === "will_break"),
      untidy: number((one) => one.group === "untidy"),
    },
    counts: {
      severity: Object.fromEntries(severities.map((severity) => [severity, number((one) => one.severity === severity)])) as Record<
        Severity,
        number
      >,
      new: number((one) => !one.known),
      known: number((one) => one.known),
    },
    findings: sorted,
    not_checked: [],
    ...more,
  };
}

/** `n` findings spread over this many spaces. */
export function manyRows(n: number, spaces: number): Row[] {
  return Array.from({ length: n }, (_, at) => row(at * 7 + ((at * 5) % 11), `team-${(at * at) % spaces}`));
}
