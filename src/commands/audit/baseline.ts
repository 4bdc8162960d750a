import * as z from "zod";
import { type Finding, isAtLeastAsSevere, type Severity, severities } from "../../audit/finding.ts";
import { codeOf, readPlainFile } from "../../private-files.ts";
import { writePrivate } from "../private-file.ts";
import type { AuditDocument } from "./document.ts";
import { FileProblem } from "./files.ts";

/** A finding that was known when the baseline was written, with its severity and what it stood for then. */
const Known = z.object({
  check: z.string(),
  severity: z.enum(severities),
  space: z.string(),
  connector: z.string().optional(),
  rule: z.string().optional(),
  covers: z.array(z.string()).optional(),
});
export type Known = z.output<typeof Known>;

const BaselineFile = z.object({
  format: z.literal(1, "format is not 1"),
  deployment: z.string(),
  written_at: z.string(),
  /** What was audited; files of older versions do not say it. */
  spaces: z.array(z.string()).default([]),
  findings: z.record(z.string(), Known),
});
export type Baseline = z.output<typeof BaselineFile>;

/** @returns undefined if there is no such file @throws FileProblem */
export function readBaseline(file: string): Baseline | undefined {
  const text = textOf(file);
  if (text === undefined) return undefined;
  const parsed = BaselineFile.safeParse(json(text, file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FileProblem(
    `--baseline: ${file} is not a baseline of this program (${issue?.path.join(".") || "the whole"}: ${issue?.message}).`,
  );
}

/** Whether it was written for another Kibana. One Kibana may have another label by now, not another address. */
export function isOfAnother({ deployment: of }: Baseline, { name, url }: Pick<AuditDocument["deployment"], "name" | "url">): boolean {
  return of !== name && of !== url && !of.endsWith(` (${url})`);
}

function textOf(file: string): string | undefined {
  try {
    return readPlainFile(file).toString("utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new FileProblem(`--baseline: ${file} cannot be read (${codeOf(error)}).`);
  }
}

function json(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FileProblem(`--baseline: ${file} is not JSON.`);
  }
}

export interface Compared {
  /** Fingerprints of findings in the baseline that did not get worse. */
  known: Set<string>;
  /** In the baseline, looked for and no longer found. */
  stale: (Known & { id: string })[];
  /** In the baseline, but this run did not look there. */
  unseen: number;
}

/**
 * Which findings were known before. A finding that got worse, or stands for another rule, workflow or field too, is new again.
 * @param looked whether this run looked for such a finding and could have seen it
 */
export function compare(findings: readonly Finding[], baseline: Baseline, looked: (known: Known) => boolean): Compared {
  const known = new Set<string>();
  for (const { id, severity, covers = [] } of findings) {
    const before = baseline.findings[id];
    const covered = new Set(before?.covers);
    if (before && isAtLeastAsSevere(before.severity, severity) && covers.every((one) => covered.has(one))) known.add(id);
  }
  const present = new Set(findings.map((one) => one.id));
  const gone = Object.entries(baseline.findings).filter(([id]) => !present.has(id));
  const stale = gone.filter(([, one]) => looked(one)).map(([id, one]) => ({ id, ...one }));
  return { known, stale, unseen: gone.length - stale.length };
}

/** Spaces that a baseline is of and a run did not audit. */
export interface OtherSpaces {
  /** Kibana says that there is no such space any more. */
  gone: string[];
  /** They are there, or may be: the key does not see them, or the run was of others. */
  left_out: string[];
}

/** @param space says whether a space exists and may be seen @throws ToolError */
export async function otherSpaces(
  { spaces, findings }: Baseline,
  audited: readonly string[],
  space: (id: string) => Promise<"exists" | "missing" | "hidden">,
): Promise<OtherSpaces> {
  const known = new Set([...spaces, ...Object.values(findings).map((one) => one.space)]);
  const others = [...known].filter((id) => id !== "*" && !audited.includes(id)).sort();
  const found = await Promise.all(others.map(async (id) => ({ id, isGone: (await space(id)) === "missing" })));
  const ids = (isGone: boolean) => found.filter((one) => one.isGone === isGone).map(({ id }) => id);
  return { gone: ids(true), left_out: ids(false) };
}

type Run = Pick<AuditDocument, "checks" | "min_severity" | "spaces" | "not_checked" | "cancelled">;
const noOthers: OtherSpaces = { gone: [], left_out: [] };

/**
 * Whether a run looked for a finding of the baseline and would have seen it. What it left out or could not read is not gone; what was
 * in a space that is gone is.
 */
export function lookedFor(run: Run, { check, severity, space }: Known, { gone, left_out: left }: OtherSpaces = noOthers): boolean {
  const asked = run.checks.some((one) => one === check) && isAtLeastAsSevere(severity, run.min_severity);
  const near = (other: string) => other === "*" || space === "*" || other === space;
  const missed = run.not_checked.some((one) => near(one.space) && one.checks.some((name) => name === check));
  const there = gone.includes(space) || run.spaces.some((one) => near(one.id));
  return asked && !missed && !run.cancelled && there && !(space === "*" && left.length > 0);
}

/** What a finding stands for, with what this run may have missed of it. */
function coveredBy(run: Run, { space, covers = [] }: Finding, before: Known | undefined): string[] {
  const isWhole = space !== "*" && !run.cancelled && !run.not_checked.some((one) => one.space === "*" || one.space === space);
  return isWhole ? [...covers] : [...new Set([...covers, ...(before?.covers ?? [])])].sort();
}

/** A run that sees less may rate a finding lower; the severity that was accepted once stays accepted. */
const worse = (now: Severity, before: Severity = now) => (isAtLeastAsSevere(before, now) ? before : now);

/**
 * Writes the findings as known, one per line in a fixed order, so that version control shows what changed.
 * Entries of an earlier baseline that this run could not see stay.
 * @returns how many it knows now
 */
export async function writeBaseline(file: string, run: AuditDocument, before: Baseline | undefined): Promise<number> {
  const kept = Object.entries(before?.findings ?? {}).filter(([, one]) => !lookedFor(run, one, run.baseline?.other_spaces));
  const spaces = [...new Set([...run.spaces.map(({ id }) => id), ...(run.baseline?.other_spaces.left_out ?? [])])].sort();
  const now = run.findings.map((finding): [string, Known] => {
    const { id, check, severity, space, connector, rule } = finding;
    const known = before?.findings[id];
    const covers = coveredBy(run, finding, known);
    return [
      id,
      {
        check,
        severity: worse(severity, known?.severity),
        space,
        ...(connector && { connector: connector.id }),
        ...(rule && { rule: rule.id }),
        ...(covers.length > 0 && { covers }),
      },
    ];
  });
  const all = Object.entries(Object.fromEntries([...kept, ...now])).sort(([one], [other]) => (one < other ? -1 : 1));
  const head = JSON.stringify({ format: 1, deployment: run.deployment.name, written_at: run.generated_at, spaces });
  const lines = all.map(([id, one]) => `    ${JSON.stringify(id)}: ${JSON.stringify(one)}`);
  await writePrivate(file, `${head.slice(0, -1)},\n  "findings": {\n${lines.join(",\n")}\n  }\n}\n`);
  return all.length;
}
