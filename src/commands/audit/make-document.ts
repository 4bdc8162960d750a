import { type AuditReport, groups, isAtLeastAsSevere, type NotChecked, type Severity, severities, tally } from "../../audit/finding.ts";
import { version } from "../../version.ts";
import { type Baseline, compare, isOfAnother, lookedFor, type OtherSpaces } from "./baseline.ts";
import { decide } from "./decision.ts";
import type { AuditDocument } from "./document.ts";

interface Asked {
  deployment: AuditDocument["deployment"];
  minSeverity: Severity;
  failOn: Severity | undefined;
  /** `isOfAll`: nobody named the spaces, so that those of the baseline are meant too. */
  baseline: { file: string; content: Baseline; others: OtherSpaces; isOfAll: boolean } | undefined;
}

/** The final report of a run: with the exit code, less severe findings left out and known ones marked. */
export function makeDocument(report: AuditReport, { deployment, minSeverity, failOn, baseline }: Asked): AuditDocument {
  const kept = report.findings.filter((one) => isAtLeastAsSevere(one.severity, minSeverity));
  const run = {
    checks: report.checks,
    min_severity: minSeverity,
    spaces: report.spaces,
    health: report.health,
    not_checked: [...report.notChecked, ...(baseline ? notCompared(baseline, deployment, report.checks) : [])],
    cancelled: report.cancelled,
  };
  const compared = baseline && compare(kept, baseline.content, (known) => lookedFor(run, known, baseline.others));
  const findings = kept.map((one) => ({ ...one, known: compared?.known.has(one.id) ?? false }));
  const complete = run.not_checked.length === 0 && !report.cancelled;
  const known = findings.filter((one) => one.known).length;
  return {
    format: 1,
    version,
    deployment,
    generated_at: report.window.to,
    window: report.window,
    complete,
    exit: decide(
      findings.filter((one) => !one.known),
      complete,
      failOn,
    ),
    summary: tally(
      groups,
      findings.map((one) => one.group),
    ),
    counts: {
      severity: tally(
        severities,
        findings.map((one) => one.severity),
      ),
      new: findings.length - known,
      known,
    },
    ...run,
    ...(baseline &&
      compared && {
        baseline: {
          file: baseline.file,
          written_at: baseline.content.written_at,
          deployment: baseline.content.deployment,
          other_spaces: baseline.others,
          stale: compared.stale,
          unseen: compared.unseen,
        },
      }),
    findings,
  };
}

/** Why a baseline says nothing of this Kibana, or of some spaces of it. */
function notCompared(
  { content, others, isOfAll }: NonNullable<Asked["baseline"]>,
  deployment: AuditDocument["deployment"],
  checks: string[],
): NotChecked[] {
  if (!isOfAnother(content, deployment)) return isOfAll ? unseenSpaces(others, checks) : [];
  return [
    {
      space: "*",
      checks,
      why: `The baseline was written for ${content.deployment}, and this is ${deployment.name}: what it knows may be something else here.`,
      fix: "Name the baseline of this Kibana, or write one with --write-baseline.",
    },
  ];
}

function unseenSpaces({ left_out: left }: OtherSpaces, checks: string[]): NotChecked[] {
  return left.map((space) => ({
    space,
    checks,
    why: "The baseline is of this space too, and this key does not see it.",
    fix: "Give the key read access to it. If it is no longer to be audited, name the others with --spaces.",
  }));
}
