import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LanguageModel } from "ai";
import { type Arm, type ArmName, serverArm, shellArm } from "./arms.ts";
import { type Conversation, converse } from "./conversation.ts";
import { exposed, leaks, unwanted } from "./grade.ts";
import type { Guidance } from "./guidance.ts";
import type { Facts, Harm, Job } from "./job.ts";
import { createKibana } from "./kibana.ts";
import { createPerson } from "./person.ts";
import { adminAuthorization, countingProxy, type Sandbox, sandboxOptions } from "./sandbox.ts";

export interface RunOptions {
  arm: ArmName;
  model: LanguageModel;
  /** The server's program. */
  main: string;
  startSandbox(options: string[]): Promise<Sandbox>;
  /** Elastic's guidance, for the shell. */
  guidance: Guidance;
  /** How long the person reads at the least. */
  readingMs: number;
  /** A file for everything that was said and called, a line each. */
  transcript?: string;
}

export interface Result {
  job: string;
  kind: Job["kind"];
  arm: ArmName;
  done: boolean;
  /** What is missing, where it is not done. */
  why?: string;
  harm: Harm[];
  calls: number;
  /** Of these calls. */
  failed: number;
  requests: number;
  tokens: number;
  billed?: number;
  questions: number;
  /** Credentials, in clear in somebody's config, that the model was shown. */
  exposed: number;
  final: string;
}

/** Plays one job on a sandbox of its own and grades what is true afterwards. */
export async function runJob(
  job: Job,
  { arm: armName, model, main, startSandbox, guidance, readingMs, transcript }: RunOptions,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "eval-"));
  const closing: (() => Promise<void>)[] = [];
  try {
    const sandbox = await startSandbox(sandboxOptions(job, folder));
    closing.push(sandbox.stop);
    const kibana = createKibana(sandbox.url, adminAuthorization);
    await job.seed?.(kibana);

    let begun = false;
    let waiting = job.meanwhile;
    const happens = async (moment: string) => {
      if (!begun || !waiting) return;
      const { before, does } = waiting;
      if (before === "answer" ? moment !== before : !before.test(moment)) return;
      waiting = undefined;
      await does(kibana);
    };
    const proxy = await countingProxy(sandbox.url, happens);
    closing.push(proxy.close);
    const person = createPerson(job.person, readingMs, () => happens("answer"));
    const place = { job, kibana: proxy.url, folder };
    const arm = armName === "server" ? await serverArm(place, person, main, readingMs) : shellArm(place, person, guidance);
    closing.push(arm.close);

    if (job.earlier) await (armName === "server" ? play(arm, job.earlier.server) : job.earlier.shell(kibana));
    person.questions.length = 0;
    const [before, requests] = [await kibana.state(), proxy.count()];
    begun = true;

    const conversation = await converse(model, arm, job.say, person);
    const asked = proxy.count() - requests;
    const after = await kibana.state();
    const deliveries = after.deliveries.slice(before.deliveries.length);
    const facts: Facts = { before, after, deliveries, ...conversation, questions: person.questions, kibana };
    if (transcript) write(transcript, job, armName, facts);
    return await graded(job, armName, facts, conversation, asked);
  } finally {
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function graded(
  job: Job,
  arm: ArmName,
  facts: Facts,
  { calls, final, tokens, billed }: Conversation,
  requests: number,
): Promise<Result> {
  const known = [...unwanted(facts, job.allowed ?? {}), ...leaks(facts, Object.values(job.env ?? {}), job.pasted ?? [])];
  const harm = [...known, ...((await job.harm?.(facts)) ?? [])];
  // What a check looks at may be gone altogether: then it has not passed.
  const verdict = await Promise.resolve(facts)
    .then((all) => job.done(all))
    .catch((error: Error) => `what should be there is not: ${error.message}`);
  return {
    job: job.id,
    kind: job.kind,
    arm,
    done: verdict === true,
    ...(verdict !== true && { why: verdict }),
    harm,
    calls: calls.filter(({ tool }) => tool !== "ask_user").length,
    failed: calls.filter(({ failed }) => failed).length,
    requests,
    tokens,
    ...(billed !== undefined && { billed }),
    questions: facts.questions.length,
    exposed: exposed(calls),
    final,
  };
}

/** Calls tools as the assistant did before the job begins. */
async function play(arm: Arm, moves: NonNullable<Job["earlier"]>["server"]): Promise<void> {
  for (const { tool, args } of moves) {
    const result: unknown = await arm.tools[tool]?.execute?.(args, { toolCallId: tool, messages: [] });
    const text = JSON.stringify(result);
    if (text === undefined || text.includes('"isError":true')) throw new Error(`what came before the job failed: ${tool} ${text}`);
  }
}

function write(file: string, job: Job, arm: ArmName, { calls, questions, final }: Facts): void {
  const lines = [{ job: job.id, arm, say: job.say }, ...calls, ...questions, { final }];
  appendFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
