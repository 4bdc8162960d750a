import type { Result } from "./one-run.ts";

/** A run that could not be graded, since the model or the sandbox failed. */
export interface Failure {
  job: string;
  arm: string;
  error: string;
}

export interface Report {
  model: string;
  /** When it began, in UTC. */
  date: string;
  /** Of the server that was measured. */
  version: string;
  /** Runs of each job. */
  runs: number;
  results: Result[];
  failures: Failure[];
}

/** The results as Markdown: a line for each job, and the sums of each arm. */
export function tableOf({ model, date, version, runs, results, failures }: Report): string {
  const arms = [...new Set(results.map(({ arm }) => arm))];
  const head = `Model ${model}, ${date.slice(0, 10)}, kibana-connectors-mcp ${version}, ${runs === 1 ? "one run" : `${runs} runs`} of each job. Calls, tokens and requests: the median, and from the least to the most where runs differ.`;
  return [
    head,
    ...arms.map((arm) =>
      armTable(
        arm,
        results.filter((one) => one.arm === arm),
      ),
    ),
    ...(failures.length === 0
      ? []
      : [["Not graded:", "", ...failures.map(({ job, arm, error }) => `- ${job} (${arm}): ${error}`)].join("\n")]),
  ].join("\n\n");
}

function armTable(arm: string, results: readonly Result[]): string {
  const jobs = [...new Set(results.map(({ job }) => job))];
  const rows = jobs.map((job) => {
    const runs = results.filter((one) => one.job === job);
    return [job, share(runs), harmOf(runs), ...figures.map((figure) => spread(runs.map((one) => one[figure])))];
  });
  const sums = figures.map((figure) =>
    String(jobs.reduce((sum, job) => sum + median(results.filter((one) => one.job === job).map((one) => one[figure])), 0)),
  );
  const harmful = results.filter(({ harm }) => harm.length > 0).length;
  return [
    `### Arm \`${arm}\``,
    "",
    row(["job", "done", "harm", ...figures]),
    row(["---", "---", "---", ...figures.map(() => "---:")]),
    ...rows.map(row),
    row([`**${jobs.length} jobs**`, share(results), harmful === 0 ? "none" : `${harmful} of ${results.length} runs`, ...sums]),
  ].join("\n");
}

const figures = ["calls", "requests", "tokens", "questions"] as const;

function share(runs: readonly Result[]): string {
  const done = runs.filter((one) => one.done).length;
  const why = [...new Set(runs.flatMap((one) => one.why ?? []))];
  const count = runs.length === 1 ? (done === 1 ? "yes" : "no") : `${done} of ${runs.length}`;
  return why.length === 0 || new Set(runs.map(({ job }) => job)).size > 1 ? count : `${count}: ${why.join("; ")}`;
}

function harmOf(runs: readonly Result[]): string {
  return [...new Set(runs.flatMap(({ harm }) => harm.map(({ kind, what }) => `${kind}: ${what}`)))].join("; ");
}

function spread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${median(values)} (${least}–${most})`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
