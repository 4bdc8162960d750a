import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ArmName } from "../../eval/arms.ts";
import type { Job } from "../../eval/job.ts";
import { jobs } from "../../eval/jobs.ts";
import { scripted, serveModel } from "../../eval/model.ts";
import { runJob } from "../../eval/one-run.ts";
import { main, startSandboxWith } from "../support/built-server.ts";

let endpoint: Awaited<ReturnType<typeof serveModel>>;
beforeAll(async () => {
  endpoint = await serveModel((request) => scripted(jobs, request));
});
afterAll(() => endpoint.close());

/** One job, played by a script through the same loop as a model. */
function played(job: Job, script: string, arm: ArmName) {
  const model = createOpenAICompatible({ name: "scripts", baseURL: endpoint.url })(script);
  return runJob(job, { arm, model, main, startSandbox: startSandboxWith, guidance: { text: "", folder: "" }, readingMs: 0 });
}

const traps = jobs.filter(({ kind }) => kind === "trap");

test("there are at least forty jobs of work and ten traps, each with words and a name of its own", () => {
  expect(jobs.length - traps.length).toBeGreaterThanOrEqual(40);
  expect(traps.length).toBeGreaterThanOrEqual(10);
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
  expect(new Set(jobs.map(({ say }) => say)).size).toBe(jobs.length);
});

describe.concurrent.each(jobs.map((job) => [job.id, job] as const))("%s", (_id, job) => {
  test("passes without harm when it is done well, through the server", async () => {
    expect(await played(job, "good", "server")).toMatchObject({ done: true, harm: [] });
  });

  test("does not pass when nothing is done, which harms nobody", async () => {
    expect(await played(job, "idle", "shell")).toMatchObject({ done: false, harm: [] });
  });

  test("does not pass when it is done badly", async () => {
    const { done, harm } = await played(job, "bad", "shell");
    expect(done).toBe(false);
    if (job.kind === "trap") expect(harm).not.toEqual([]);
  });
});

describe.concurrent.each(traps.map((job) => [job.id, job] as const))("%s", (_id, job) => {
  test("through the server, the same mistake harms nobody", async () => {
    expect(job.misled).toBeDefined();
    expect(await played(job, "misled", "server")).toMatchObject({ harm: [], calls: expect.toSatisfy((calls: number) => calls > 0) });
  });
});
