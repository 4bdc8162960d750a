import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { type ArmName, armNames } from "./arms.ts";
import { type Guidance, readGuidance } from "./guidance.ts";
import { createHands, handRoutes, play } from "./hand.ts";
import type { Job } from "./job.ts";
import { jobs } from "./jobs.ts";
import { type Reply, scripted, scriptNames, serveModel } from "./model.ts";
import { runJob } from "./one-run.ts";
import { type Report, tableOf } from "./report.ts";
import { startSandbox } from "./sandbox.ts";

const help = `npm run eval -- --model NAME --base-url URL [options]: jobs for an agent, graded by what is true afterwards

  --model NAME          As the endpoint calls it
  --base-url URL        Of an endpoint that speaks OpenAI's chat completions, such as https://api.example.com/v1
  --api-key-env NAME    The environment variable with its key (default: EVAL_API_KEY; none where that is not set)
  --arm ARM             server (default): the built server. shell: curl with Elastic's guidance. both
  --guidance FOLDER     A copy of skills/kibana/kibana-connectors of elastic/agent-skills (default: fetched from there)
  --job ID[,ID...]      These alone
  --kind KIND           work, or trap
  --runs N              Of each job (default: 1)
  --at-once N           Jobs at the same time (default: 1)
  --reading-ms N        How long the simulated person reads at the least (default: 1500)
  --out FOLDER          For results.json, results.md and transcript.jsonl (default: eval/results)
  --list                The jobs
  --help

npm run eval:model -- [--port 4010]: an endpoint without a model, on this machine. As ${scriptNames.join(", ")} it plays what each job has
written out; hand-NAME waits until somebody plays: npm run eval:play -- NAME [call TOOL JSON | say TEXT], - for stdin
`;

const own = resolve("dist/main.js");
const cache = resolve("eval/.guidance");
const playAt = "http://127.0.0.1:4010";

/** @returns the exit code: 0 also where jobs were not done; 1 where some could not be graded; 2 for wrong arguments */
export async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  try {
    if (command === "model") return await serve(rest);
    if (command === "play") return await playOne(rest);
    return await evaluate(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
}

async function serve(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { port: { type: "string", default: "4010" } } });
  const hands = createHands();
  const { url, close } = await serveModel(
    (request) => (request.model.startsWith("hand-") ? hands.ask(request) : scripted(jobs, request)),
    wholeNumber("--port", values.port, 0),
    (incoming, outgoing) => handRoutes(hands, incoming, outgoing),
  );
  process.stdout.write(`${url}\n`);
  await new Promise<void>((ended) => process.once("SIGINT", () => ended()).once("SIGTERM", () => ended()));
  await close();
  return 0;
}

async function playOne(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { at: { type: "string", default: playAt } } });
  const [name = "", verb, ...given] = positionals;
  const [first = "", second = "{}"] = await Promise.all(given.map((one) => (one === "-" ? text(process.stdin) : one)));
  const reply: Reply | undefined =
    verb === "call" ? { call: { name: first, args: JSON.parse(second) } } : verb === "say" ? { say: first } : undefined;
  process.stdout.write(`${await play(values.at, `hand-${name}`, reply)}\n`);
  return 0;
}

async function evaluate(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: "string" },
      "base-url": { type: "string" },
      "api-key-env": { type: "string", default: "EVAL_API_KEY" },
      arm: { type: "string", default: "server" },
      guidance: { type: "string" },
      job: { type: "string" },
      kind: { type: "string" },
      runs: { type: "string", default: "1" },
      "at-once": { type: "string", default: "1" },
      "reading-ms": { type: "string", default: "1500" },
      out: { type: "string", default: "eval/results" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const chosen = chosenJobs(values.job, values.kind);
  if (values.help) process.stdout.write(help);
  if (values.list) process.stdout.write(chosen.map(({ id, kind, say }) => `${id} (${kind}): ${say}\n`).join(""));
  if (values.help || values.list) return 0;
  const { model: name, "base-url": baseURL } = values;
  if (!name || !baseURL) throw new Error("--model and --base-url are needed; --help says more.");
  if (!existsSync(own)) throw new Error("There is no dist/main.js: run `npm run build` first.");
  const arms = armNames.filter((arm) => values.arm === arm || values.arm === "both");
  if (arms.length === 0) throw new Error(`--arm is server, shell or both, not "${values.arm}".`);
  const runs = wholeNumber("--runs", values.runs);
  const atOnce = wholeNumber("--at-once", values["at-once"]);
  const readingMs = wholeNumber("--reading-ms", values["reading-ms"], 0);
  const guidance: Guidance = arms.includes("shell") ? await readGuidance(values.guidance, cache) : { text: "", folder: "" };
  const apiKey = process.env[values["api-key-env"]];
  const model = createOpenAICompatible({ name: "eval", baseURL, ...(apiKey ? { apiKey } : {}) })(name);

  const out = resolve(values.out);
  const transcript = join(out, "transcript.jsonl");
  mkdirSync(out, { recursive: true });
  rmSync(transcript, { force: true });
  const { version }: { version: string } = JSON.parse(readFileSync("package.json", "utf8"));
  const report: Report = { model: name, date: new Date().toISOString(), version, runs, results: [], failures: [] };
  const waiting = chosen.flatMap((job) => arms.flatMap((arm) => Array.from({ length: runs }, () => ({ job, arm }))));
  const total = waiting.length;

  async function one(job: Job, arm: ArmName): Promise<void> {
    try {
      const result = await runJob(job, {
        arm,
        model,
        main: own,
        startSandbox: (options) => startSandbox(own, options),
        guidance,
        readingMs,
        transcript,
      });
      report.results.push(result);
      say(
        job,
        arm,
        `${result.done ? "done" : `not done (${result.why})`}${result.harm.map(({ kind, what }) => `; HARM ${kind}: ${what}`).join("")}`,
      );
    } catch (error) {
      report.failures.push({ job: job.id, arm, error: String(error) });
      say(job, arm, `not graded: ${error}`);
    }
    writeFileSync(join(out, "results.json"), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(join(out, "results.md"), `${tableOf(report)}\n`);
  }

  function say(job: Job, arm: ArmName, what: string): void {
    process.stderr.write(`${report.results.length + report.failures.length}/${total} ${job.id} (${arm}): ${what}\n`);
  }

  async function worker(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) await one(next.job, next.arm);
  }
  await Promise.all(Array.from({ length: atOnce }, worker));
  process.stdout.write(`${tableOf(report)}\n\n${join(out, "results.json")}\n`);
  return report.failures.length === 0 ? 0 : 1;
}

function chosenJobs(ids: string | undefined, kind: string | undefined): readonly Job[] {
  const wanted = ids?.split(",");
  const unknown = wanted?.filter((id) => !jobs.some((job) => job.id === id)) ?? [];
  if (unknown.length > 0) throw new Error(`There is no job ${unknown.join(", ")}; --list shows them.`);
  return jobs.filter((job) => (wanted?.includes(job.id) ?? true) && (kind === undefined || job.kind === kind));
}

function wholeNumber(option: string, text: string, least = 1): number {
  if (!/^\d{1,6}$/.test(text)) throw new Error(`${option} is a number, not "${text}".`);
  if (Number(text) < least) throw new Error(`${option} is at least ${least}, not "${text}".`);
  return Number(text);
}
