import { describe, expect, test } from "vitest";
import { expectOk } from "./answer.ts";
import { type Case, unverified, verified } from "./case.ts";
import { request } from "./request.ts";
import { expectSettled, startRun } from "./run.ts";
import { startSandbox } from "./start-sandbox.ts";
import { spoilt } from "./wrong-kibana.ts";

const sandbox = async (onTestFinished: (close: () => Promise<void>) => void) => {
  const started = await startSandbox({ empty: true });
  onTestFinished(() => started.close());
  return started;
};

/** Ids of all connectors of all spaces, ghost ones left out, and of the spaces. */
async function everything(url: string): Promise<string[]> {
  const get = async (path: string) => expectOk(await request(url, "GET", path, undefined, {}));
  const spaces: { id: string }[] = await get("/api/spaces/space");
  const ids = spaces.map(({ id }) => id);
  for (const { id } of spaces) ids.push(...(await get(`/s/${id}/api/actions/connectors`)).map((one: { id: string }) => one.id));
  return ids;
}

describe("the harness", () => {
  test("removes what a case made, even if the case fails", async ({ onTestFinished }) => {
    const { url } = await sandbox(onTestFinished);
    const before = await everything(url);
    const run = await startRun({ url }, "open");
    const made: string[] = [];
    const failing: Case = verified("§0", "fails half way", async (kibana) => {
      for (const space of [kibana.space, kibana.otherSpace]) made.push((await kibana.connector({}, { space })).id);
      await kibana.rule();
      throw new Error("half way");
    });
    await expect(run.perform(failing)).rejects.toThrow("half way");
    expect(made).toHaveLength(2);
    expect(await run.end()).toEqual([]);
    expect(await everything(url)).toEqual(before);
  });

  test("removes what was made even if the answer said that it was not", async ({ onTestFinished }) => {
    const { url } = await sandbox(onTestFinished);
    const proxy = await spoilt(url, ({ method, path }, reply) =>
      method === "POST" && path.startsWith("/api/actions/connector/") ? { status: 500, text: "{}" } : reply,
    );
    onTestFinished(() => proxy.close());
    const run = await startRun({ url: proxy.url }, "open");
    const spaces = (await everything(url)).length;
    await expect(run.perform(verified("§0", "loses an answer", async (kibana) => void (await kibana.connector())))).rejects.toThrow();
    expect((await everything(url)).length).toBe(spaces);
  });

  test.each(["PUT", "DELETE", "POST"])("does not send %s to what the run did not create", async (method) => {
    const { url, close } = await startSandbox();
    const run = await startRun({ url }, "open");
    const before = await everything(url);
    for (const path of ["/api/actions/connector/deploy-hook", "/api/alerting/rule/some-rule", "/api/spaces/space/security"]) {
      const reaching = verified("§0", "reaches out", async (kibana) => void (await kibana.send(method, path, {}, { space: "default" })));
      await expect(run.perform(reaching)).rejects.toThrow(/was not created by this run/);
    }
    expect(await everything(url)).toEqual(before);
    await close();
  });

  test("leaves no space behind when it may make only one", async ({ onTestFinished }) => {
    const { url } = await sandbox(onTestFinished);
    let spaces = 0;
    const proxy = await spoilt(url, ({ method, path }, reply) => {
      if (method === "POST" && path === "/api/spaces/space") spaces += 1;
      return spaces === 2 && method === "POST" ? { status: 403, text: '{"message":"no more"}' } : reply;
    });
    onTestFinished(() => proxy.close());
    const before = await everything(url);
    await expect(startRun({ url: proxy.url }, "open")).rejects.toThrow(/could not make .*: 403 no more/);
    expect(await everything(url)).toEqual(before);
  });

  test("settles an UNVERIFIED case with what it found, and fails only on an unexpected answer", async ({ onTestFinished }) => {
    const { url } = await sandbox(onTestFinished);
    const run = await startRun({ url }, "open");
    const asking = (found: string) => unverified("§0", "asks", ["blue"], async (kibana) => `${found}${kibana.prefix && ""}`);
    expect(await run.perform(asking("blue"))).toEqual({ section: "§0", statement: "asks", found: "blue", expected: true });
    const other = await run.perform(asking("green"));
    expect(() => expectSettled(asking("green"), other)).toThrow(/found "green", accepted: blue/);
  });
});
