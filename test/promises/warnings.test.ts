import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { postTo } from "../support/kibana-api.ts";

type Dict = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5", "--empty"]);
  server = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" }, person: yes });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

const kibana = (path: string, body: Dict) => postTo(sandbox.url, path, body);

let made = 0;
async function connector(type: string): Promise<string> {
  const id = `c-${++made}`;
  const hook = { url: "https://hooks.example.com/x", hasAuth: false, authType: null, method: "post" };
  const { method: _method, ...http } = hook;
  const config = { ".webhook": hook, ".http": http, ".slack_api": {}, ".tines": { url: "https://one.tines.com" } }[type] ?? {};
  const secrets = { ".webhook": {}, ".slack_api": { token: "xoxb-1" } }[type] ?? {};
  await kibana(`/api/actions/connector/${id}`, { name: `Name of ${id}`, connector_type_id: type, config, secrets });
  return id;
}
async function rule(actions: Dict[] = []): Promise<string> {
  const id = `rule-${++made}`;
  await kibana(`/api/alerting/rule/${id}`, esQueryRule(id, actions));
  return id;
}

/** What the plan, the question and the answer after the write warn of. */
async function warned(tool: string, args: Dict) {
  const { body: planned } = await server.call(tool, { ...args, dry_run: true });
  const before = server.questions.length;
  const { body } = await server.call(tool, args);
  expect([planned.status, body.status]).toEqual(["planned", "done"]);
  const told = (warnings: string[] = []) => warnings.join("\n");
  return { plan: told(planned.warnings), question: server.questions[before] ?? "", after: told(body.warnings), body };
}

const slackText = { subAction: "postMessage", subActionParams: { channelNames: ["#ops"], text: "x" } };

describe("that a connector has not run lately", () => {
  test.each([
    [".webhook", { body: "{}" }, "its type has no test that touches nothing outside"],
    [".slack_api", slackText, "test it before rules rely on it"],
  ])("%s: is said before an attach, a move and their undo, and not after them", async (type, params, words) => {
    const [one, two, own] = [await connector(type), await connector(type), await rule()];
    const attached = await warned("attach_connector", { connector: one, rules: [own], params });
    const moved = await warned("replace_connector", { from: one, to: two, rules: [own] });
    const back = await warned("undo_change", { change: moved.body.change });
    for (const { plan, question, after } of [attached, moved, back]) {
      expect(plan).toContain("has not run in the last 7 days");
      expect(plan).toContain(words);
      expect(question).toContain("has not run in the last 7 days");
      expect(after).not.toContain("has not run");
    }
    const next = JSON.stringify(attached.body.next ?? []);
    if (type === ".webhook") expect(next).not.toContain("test_connector");
    else expect(next).toContain("test_connector");
  });
});

test("how often a run may be repeated is said before it, and not after it", async () => {
  const args = { id: await connector(".webhook"), params: { body: "{}" }, retries: 2 };
  const { plan, question, after } = await warned("execute_connector", args);
  for (const text of [plan, question]) expect(text).toContain("It is run up to 3 times");
  expect(after).not.toContain("It is run up to");
});

test("that an agent's assertion does not count is said before an update, and not after it", async () => {
  const id = await connector(".http");
  const config = { url: "https://hooks.example.com/other" };
  const { plan, question, after } = await warned("update_connector", { id, config, assert_no_other_secrets: true });
  for (const text of [plan, question]) expect(text).toContain("assert_no_other_secrets does not count");
  expect(after).not.toContain("assert_no_other_secrets");
});
