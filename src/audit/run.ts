import { ToolError } from "../errors.ts";
import type { Run } from "../kibana/executions.ts";
import type { Reader } from "../kibana/reader.ts";
import { type Check, type Draft, wantedParts } from "./check.ts";
import { checks as allChecks, checkNames } from "./checks/index.ts";
import { createDeployment, type Deployment } from "./deployment.ts";
import { type AuditReport, type ConnectorHealth, type Finding, fingerprint, type NotChecked, rank } from "./finding.ts";
import { fitting, type Protects } from "./fitting-calls.ts";
import { worstHealthFirst } from "./health.ts";
import { auditSpace, beginSpace } from "./space.ts";

export interface AuditOptions {
  /** Space ids, which exist and may be read. */
  spaces: readonly string[];
  /** Default: all. */
  checks?: readonly string[];
  /** How far the execution log is read back, in days. Default: 7. */
  days?: number;
  /** Kibana's address: on Elastic Cloud nobody has the whole kibana.yml. */
  url: string;
  /** Milliseconds since 1970. */
  now: number;
  /** Ends the requests; the report then holds what was found so far. */
  signal?: AbortSignal;
  onProgress?(progress: AuditProgress): void;
  /** What the operator protects: no call is proposed that would change it. */
  protects?: Protects;
  /** Whether a run of a connector was this server's own, a test for example; without it none is known to be. */
  isOwnRun?(space: string, run: Run): boolean;
  /** What this server itself wrote last; without it nothing is known of that. */
  own?: Deployment["own"];
}

export interface AuditProgress {
  /** Spaces, with fractions for the pages of the one that is being read. Never falls. */
  done: number;
  total: number;
  /** What was just read, one short line. */
  message: string;
}

/** Spaces that are read at the same time. The pool of connections holds twice as many. */
const spacesAtOnce = 4;
const defaultDays = 7;
const day = 86_400_000;

/**
 * Reads each space once and runs the checks over it. Rules are read by pages and forgotten: memory does not grow with them.
 * @returns what was found; what could not be read is in `notChecked`
 * @throws ToolError where no space can be read at all: unauthorized, kibana_unreachable
 */
export async function runAudit(unbound: Reader, options: AuditOptions): Promise<AuditReport> {
  const { spaces, now, days = defaultDays, signal } = options;
  const reader = signal ? unbound.until(signal) : unbound;
  const { checks: asked } = options;
  const wanted = asked ? allChecks.filter(({ name }) => asked.includes(name)) : allChecks;
  const checks = wanted.filter((check) => check.of !== "deployment" || check.spaces <= spaces.length);
  const from = new Date(now - days * day).toISOString();
  const progress = createProgress(spaces.length, options.onProgress);
  const { url, isOwnRun = () => false, own } = options;
  const creating = createDeployment(reader, { spaces, checks, from, days, now, url, isOwnRun, own, ...(signal && { signal }) });
  for (const space of spaces.slice(0, spacesAtOnce)) beginSpace(reader, space, wantedParts(checks), from);
  const deployment = await creating;
  const findings: Finding[] = [];
  const notChecked: NotChecked[] = [...deployment.notChecked, ...(asked ? tooFewSpaces(wanted, spaces) : [])];
  const summaries: AuditReport["spaces"] = [];
  const health: ConnectorHealth[] = [];
  const failures: unknown[] = [];

  const waiting = [...spaces];
  async function work(): Promise<void> {
    for (let space = waiting.shift(); space !== undefined; space = waiting.shift()) {
      const name = space;
      const read = await auditSpace(reader, name, deployment, {
        progress: (fraction, message) => progress.within(name, fraction, message),
        isProtected: (rule) => options.protects?.rule(rule) ?? false,
      });
      findings.push(...read.found.map(({ check, draft }) => finding(check, draft, name)));
      notChecked.push(...read.notChecked);
      summaries.push(read.summary);
      health.push(...read.health);
      if (read.failure !== undefined) failures.push(read.failure);
      progress.finish(name);
    }
  }
  await Promise.all(Array.from({ length: Math.min(spacesAtOnce, spaces.length) }, work));

  const fatal = failures.find((error) => error instanceof ToolError && ["unauthorized", "kibana_unreachable"].includes(error.code));
  if (fatal !== undefined && failures.length === spaces.length) throw fatal;
  const everywhere = deployment.finish();
  findings.push(...everywhere.found.map(({ check, draft }) => finding(check, draft, "*")));
  health.push(...everywhere.health);
  return {
    findings: fitting(withoutSuperseded(findings), options.protects).sort(mostSevereFirst),
    checks: checks.map((check) => check.name),
    spaces: summaries.sort((one, other) => (one.id < other.id ? -1 : 1)),
    health: health.sort(worstHealthFirst),
    window: { from, to: new Date(now).toISOString(), days },
    notChecked: merged(notChecked),
    cancelled: signal?.aborted ?? false,
  };
}

/** Checks that compare spaces, where somebody asked for them by name: without that, fewer spaces leave nothing out. */
function tooFewSpaces(checks: readonly Check[], { length }: readonly string[]): NotChecked[] {
  return checks.flatMap((check) =>
    check.of !== "deployment" || check.spaces <= length
      ? []
      : [
          {
            space: "*",
            checks: [check.name],
            why: `It compares at least ${check.spaces} spaces, and only ${length} ${length === 1 ? "was" : "were"} audited.`,
            fix: "Audit all spaces.",
          },
        ],
  );
}

function finding(check: Check, draft: Draft, space: string): Finding {
  const ids = [
    draft.connector?.id,
    draft.rule?.id,
    draft.user && `${draft.user.kind}:${draft.user.id}`,
    ...(draft.others ?? []).map((one) => one.id),
  ].filter((id) => id !== undefined);
  const { severity, confidence = "certain", group = check.group, evidence, covers = [], ...about } = draft;
  return {
    id: fingerprint(check.name, space, ids),
    check: check.name,
    severity,
    confidence,
    group,
    space,
    ...(check.tool !== undefined && { tool: check.tool }),
    ...about,
    ...(covers.length > 0 && { covers: [...new Set(covers)].sort() }),
    evidence,
    why: check.why,
    fix: check.fix,
  };
}

function withoutSuperseded(findings: readonly Finding[]): Finding[] {
  const key = (check: string, { space, connector }: Finding) => JSON.stringify([check, space, connector?.id]);
  const supersedes = new Map(allChecks.map((check) => [check.name, check.supersedes ?? []]));
  const said = new Set(findings.flatMap((one) => (supersedes.get(one.check) ?? []).map((check) => key(check, one))));
  return said.size === 0 ? [...findings] : findings.filter((one) => !said.has(key(one.check, one)));
}

/** The order of a report: by severity, check, space and id. */
export function mostSevereFirst(one: Finding, other: Finding): number {
  return (
    rank[other.severity] - rank[one.severity] ||
    checkNames.indexOf(one.check) - checkNames.indexOf(other.check) ||
    compareText(one.space, other.space) ||
    compareText(one.id, other.id)
  );
}

/** By code unit: the same on every machine. */
function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The same cause in one space is one entry. */
function merged(entries: readonly NotChecked[]): NotChecked[] {
  const byCause = new Map<string, NotChecked>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.space, entry.why]);
    const known = byCause.get(key);
    byCause.set(key, known ? { ...known, checks: [...new Set([...known.checks, ...entry.checks])] } : entry);
  }
  return [...byCause.values()].sort((one, other) => (one.space < other.space ? -1 : one.space > other.space ? 1 : 0));
}

function createProgress(total: number, report: AuditOptions["onProgress"]) {
  const parts = new Map<string, number>();
  let finished = 0;
  let said = 0;
  const tell = (message: string) => {
    const now = finished + [...parts.values()].reduce((sum, part) => sum + part, 0);
    said = Math.max(said, now);
    report?.({ done: said, total, message });
  };
  return {
    within(space: string, fraction: number, message: string) {
      parts.set(space, Math.min(fraction, 0.99));
      tell(message);
    },
    finish(space: string) {
      parts.delete(space);
      finished += 1;
      tell(`Space ${space} is read: ${finished} of ${total}.`);
    },
  };
}
