import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { audit } from "./audit.ts";
import { calls } from "./calls.ts";
import type { Row } from "./figures.ts";
import { http } from "./http.ts";
import { pipeline } from "./pipeline.ts";
import { machine, table } from "./report.ts";
import { start } from "./start.ts";
import { tokens } from "./tokens.ts";
import { trips } from "./trips.ts";

/** Each measures one thing, independently of the others. */
const groups: Record<string, (pairs: number) => Promise<Row[]>> = { start, calls, trips, audit, pipeline, http, tokens };

const help = `npm run bench [-- --pairs N] [--only start,calls] [--json FILE]

Measures this build on this machine. Each time is measured in turn with what it is compared with, and the ratio is the
result; Kibana is the sandbox in a process of its own.
  --pairs N     measurements of each (default: 20, the minimum for figures to quote)
  --only NAMES  of ${Object.keys(groups).join(", ")}
  --json FILE   the same figures as JSON (default: bench/results.json)
`;

/** @returns the exit code: 1 if a target is missed */
export async function bench(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: { pairs: { type: "string" }, only: { type: "string" }, json: { type: "string" }, help: { type: "boolean" } },
  });
  const pairs = Number(values.pairs ?? 20);
  const names = values.only?.split(",") ?? Object.keys(groups);
  const unknown = names.filter((name) => !Object.hasOwn(groups, name));
  if (values.help || unknown.length > 0 || !Number.isInteger(pairs) || pairs < 1) {
    process.stderr.write(unknown.length > 0 ? `There is no ${unknown.join(", ")}.\n${help}` : help);
    return values.help ? 0 : 2;
  }
  const rows: Row[] = [];
  for (const name of names) {
    process.stderr.write(`measuring: ${name}\n`);
    rows.push(...((await groups[name]?.(pairs)) ?? []));
  }
  process.stdout.write(`${machine()}\n\n${table(rows)}\n`);
  writeFileSync(values.json ?? "bench/results.json", `${JSON.stringify({ machine: machine(), pairs, rows }, null, 2)}\n`);
  return rows.some((row) => row.target?.met === false) ? 1 : 0;
}
