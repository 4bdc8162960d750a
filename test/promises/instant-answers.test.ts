import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type CallToolResult, ElicitRequestSchema, type ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { approve, look, readAndApprove, refuse } from "../pages/form.ts";
import { cleanEnv, readingFor, serverBuild, startSandboxWith, startServer } from "../support/built-server.ts";
import { openClient } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith();
});
afterAll(() => sandbox.stop());

const yes: ElicitResult = { action: "accept", content: { confirm: true } };
/** As the server starts for people: they need a second. */
const reading = readingFor("1");
const unused = { ids: ["ops-slack-2"] };
const connectors = async () =>
  ((await (await fetch(`${sandbox.url}/api/actions/connectors`)).json()) as { id: string }[]).map(({ id }) => id);

async function started(person: () => ElicitResult | Promise<ElicitResult>, args: string[] = []) {
  const server = await startServer({ args, person, env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", ...reading } });
  onTestFinished(() => server.close());
  return server;
}

test.each<["accept" | "decline", string]>([
  ["accept", "accepted"],
  ["decline", "declined"],
])("an %s at once of a page's address is the client's own: the answer has the address too", async (action, said) => {
  const client = new Client({ name: "test", version: "1" }, { capabilities: { elicitation: { url: {} } } });
  let asked = 0;
  client.setRequestHandler(ElicitRequestSchema, () => {
    asked++;
    return { action };
  });
  const home = mkdtempSync(join(tmpdir(), "kcm-url-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const env = cleanEnv(home, { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", ...reading });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [serverBuild], env, stderr: "ignore" }));
  onTestFinished(() => client.close());
  const call = async () => {
    const { content } = (await client.callTool({ name: "safe_delete_connector", arguments: unused })) as CallToolResult;
    return JSON.parse(content[0]?.type === "text" ? content[0].text : "");
  };
  const answer = await call();
  expect(answer).toMatchObject({
    status: "confirmation_needed",
    message: expect.stringContaining(`${said} it faster than a person reads: perhaps nobody saw the question`),
    confirm: { url: expect.stringMatching(/^http:/) },
  });
  expect((await call()).confirm.url).toBe(answer.confirm.url);
  expect([asked, await connectors()]).toEqual([1, expect.arrayContaining(["ops-slack-2"])]);
});

describe("a yes on a page that comes faster than a person reads", () => {
  const page = async () => {
    const server = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", ...reading } });
    onTestFinished(() => server.close());
    const args = { id: "kibana-log", name: `Log ${Math.random()}` };
    const { confirm } = (await server.call("update_connector", args)).body;
    return { url: confirm.url as string, again: () => server.call("update_connector", { ...args, confirm: confirm.id }) };
  };

  test.each<[string, (url: string) => Promise<unknown>]>([
    ["at once after the page was shown", look],
    ["of whoever has not looked at it", async () => {}],
  ])("does not count: %s; after a second it does", async (_when, first) => {
    const { url, again } = await page();
    await first(url);
    const soon = await approve(url);
    expect([soon.status, soon.html]).toEqual([422, expect.stringContaining("sooner than a person can read this page")]);
    expect((await again()).body).toMatchObject({ status: "confirmation_needed", message: expect.stringContaining("has not answered") });
    await setTimeout(1_050);
    expect((await approve(url)).status).toBe(200);
    expect((await again()).body.status).toBe("done");
  });

  test("a no counts at once", async () => {
    const { url, again } = await page();
    expect((await refuse(url)).status).toBe(200);
    expect((await again()).body.status).toBe("declined");
  });
});

describe("a yes that comes faster than a person reads", () => {
  test.each<[string, Record<string, unknown>, ElicitResult]>([
    ["safe_delete_connector", unused, yes],
    ["update_connector", { id: "kibana-log", name: "Other" }, yes],
    ["test_connector", { id: "kibana-log", mode: "loud" }, yes],
    ["execute_connector", { id: "kibana-log", params: { message: "x" } }, yes],
    ["safe_delete_connector", unused, { action: "accept", content: { confirm: true, name: "Ops Slack" } }],
    ["safe_delete_connector", unused, { action: "accept", content: { confirm: false } }],
  ])("writes nothing (%s): the answer says so, with the page and what the operator can do", async (tool, args, answer) => {
    const before = await (await fetch(`${sandbox.url}/sandbox/state`)).text();
    const { call, questions } = await started(() => answer);
    const { body } = await call(tool, args);
    expect(body).toMatchObject({
      status: "confirmation_needed",
      message: expect.stringMatching(/^Nothing was written\. .*faster than a person reads: perhaps nobody saw the question/),
      confirm: { id: expect.stringMatching(/^page-/), url: expect.stringMatching(/^http:/) },
    });
    if (answer.content?.confirm === true) expect(body.message).toMatch(/--confirm page.*--dangerously-skip-confirmation/);
    // Such a client is not asked the next question of the connection.
    expect((await call("update_connector", { id: "kibana-log", name: "Another" })).body.status).toBe("confirmation_needed");
    expect(questions).toHaveLength(1);
    expect(await (await fetch(`${sandbox.url}/sandbox/state`)).text()).toBe(before);
  });

  test("leads to a page on which a person's yes counts, and to no token", async () => {
    const { call } = await started(() => yes);
    const { body } = await call("update_connector", { id: "kibana-log", name: "By a person" });
    expect((await call("update_connector", { id: "kibana-log", name: "By a person", confirm: body.confirm.id })).body.status).not.toBe(
      "done",
    );
    await readAndApprove(body.confirm.url);
    expect((await call("update_connector", { id: "kibana-log", name: "By a person", confirm: body.confirm.id })).body.status).toBe("done");
  });

  test("is refused over HTTP, where no page can be shown", async () => {
    const served = await startHttpProcess(["--http", "127.0.0.1:0"], reading, sandbox.url);
    const { call } = await openClient(served.url, undefined, () => yes);
    const { body } = await call("safe_delete_connector", unused);
    expect(body.status).not.toBe("done");
    expect(await connectors()).toContain("ops-slack-2");
  });

  test("counts if a person took the time, or if the operator switched the time off", async () => {
    const slow = await started(async () => {
      await setTimeout(1_200);
      return yes;
    });
    expect((await slow.call("update_connector", { id: "kibana-log", name: "Read" })).body.status).toBe("done");
    const quick = await started(() => yes, ["--confirm-reading", "0"]);
    expect((await quick.call("update_connector", { id: "kibana-log", name: "Not read" })).body.status).toBe("done");
  });
});

describe("a form that comes back without the answer that was asked for", () => {
  const rename = (name: string) => ["update_connector", { id: "kibana-log", name }] as const;

  test("is neither a yes nor a no; forms are shown again once a person has answered on a page", async () => {
    const answers: ElicitResult[] = [{ action: "accept", content: {} }];
    const { call, questions } = await started(async () => {
      const answer = answers.shift();
      // By now the person is there, and reads.
      if (answer === undefined) await setTimeout(1_100);
      return answer ?? yes;
    });
    const blank = (await call(...rename("Blank"))).body;
    expect(blank).toMatchObject({
      status: "confirmation_needed",
      message: expect.stringMatching(/without the answer that was asked for: perhaps nobody saw.*Forms are shown again once a person/),
    });
    // Until then the page is the way, and each answer says why.
    const later = (await call(...rename("Later"))).body;
    expect([later.status, later.message]).toEqual([
      "confirmation_needed",
      expect.stringContaining("Forms are shown again once a person has answered on a page."),
    ]);
    expect(questions).toHaveLength(1);
    await readAndApprove(later.confirm.url);
    const [tool, args] = rename("Later");
    expect((await call(tool, { ...args, confirm: later.confirm.id })).body.status).toBe("done");
    expect((await call(...rename("In a form again"))).body).toMatchObject({ status: "done", asked: "form" });
    expect(questions).toHaveLength(2);
  });

  test("each time, by a client that does so by itself: nothing is ever written by it", async () => {
    const { call, questions } = await started(() => ({ action: "accept", content: {} }));
    for (const name of ["First", "Second"]) {
      const [tool, args] = rename(name);
      const { body } = await call(tool, args);
      expect(body.status).toBe("confirmation_needed");
      expect((await call(tool, { ...args, confirm: body.confirm.id })).body.status).not.toBe("done");
      await refuse(body.confirm.url);
      expect((await call(tool, { ...args, confirm: body.confirm.id })).body.status).toBe("declined");
    }
    expect(questions).toHaveLength(2);
  });

  test("over HTTP, where no page takes its place: who took the time is asked again, and what answers at once is not", async () => {
    const served = await startHttpProcess(["--http", "127.0.0.1:0", "--allowed-hosts", "127.0.0.1,mcp.example.com"], reading, sandbox.url);
    let asked = 0;
    const slow = await openClient(served.url, undefined, async () => {
      asked++;
      await setTimeout(1_100);
      return asked === 1 ? { action: "accept", content: {} } : yes;
    });
    const { body } = await slow.call(...rename("Blank over HTTP"));
    expect(body.error ?? body).toMatchObject({
      message: expect.stringContaining("the client was asked and accepted it without the answer that was asked for"),
      fix: expect.stringContaining("repeat the call"),
    });
    expect((await slow.call(...rename("Asked again"))).body.status).toBe("done");
    let instantly = 0;
    const quick = await openClient(served.url, undefined, () => {
      instantly++;
      return { action: "accept", content: {} };
    });
    for (const name of ["One", "Two"]) expect((await quick.call(...rename(name))).body.status).not.toBe("done");
    expect(instantly).toBe(1);
  });
});
