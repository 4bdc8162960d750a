import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startSandboxWith } from "../support/built-server.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";
import { sharedServers } from "../support/shared-server.ts";
import { logs, makeConnector, makeRule } from "./race-deployment.ts";

const shared = sharedServers();
let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--empty"]);
});
afterAll(() => sandbox.stop());

async function bare(method: string, path: string, body?: unknown): Promise<string> {
  const answer = await fetch(sandbox.url + path, {
    method,
    headers: { "kbn-xsrf": "x", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}
const slack = (id: string, name = `Chat ${id}`) => {
  const secrets = { webhookUrl: "https://hooks.slack.com/services/T/B/x" };
  return makeConnector(bare, id, { name, connector_type_id: ".slack", secrets });
};
const gone = (id: string) => bare("DELETE", `/api/actions/connector/${id}`);

const text = (...names: string[]) =>
  `name: Tell\nenabled: true\ntriggers:\n  - type: manual\nsteps:\n${names
    .map((name, at) => `  - name: tell-${at}\n    type: slack\n    connector-id: ${name}\n    with: { message: m }\n`)
    .join("")}`;
let made = 0;
async function workflow(...names: string[]): Promise<string> {
  const id = `flow-${++made}`;
  await bare("POST", "/api/workflows/workflow", { id, yaml: text(...names) });
  return id;
}
const yamlOf = async (id: string): Promise<string> => JSON.parse(await bare("GET", `/api/workflows/workflow/${id}`)).yaml;

const server = () => shared("9.x", sandbox.url);
/** What of an answer, its plan, its question and the list says whether it can be undone. */
async function changed(it: Awaited<ReturnType<typeof server>>, tool: string, args: object) {
  const { body: planned } = await it.call(tool, { ...args, dry_run: true });
  const { body } = await it.call(tool, { ...args });
  expect(body.status, JSON.stringify(body)).toBe("done");
  const question = it.questions.at(-1) ?? "";
  const lines = question.split("\n").filter((line) => /undo/i.test(line));
  return { plan: planned.plan, body, lines, change: body.change as string };
}
async function listed(it: Awaited<ReturnType<typeof server>>, change: string, id: string) {
  const { body } = await it.call("list_changes", { id, limit: 100 });
  return body.changes.find((one: { change: string }) => one.change === change);
}

/** Connectors and rules of each test are its own; `new` is in all. */
beforeEach(async () => {
  const { connectors, workflows = [], rules = [] } = JSON.parse(await bare("GET", "/sandbox/state"));
  for (const { id } of workflows) await bare("DELETE", `/api/workflows/workflow/${id}?force=true`);
  for (const { id } of rules) await bare("DELETE", `/api/alerting/rule/${id}`);
  for (const { id } of connectors) await gone(id);
  await slack("new");
});

const onlyAfter = (...ids: string[]) =>
  `An undo is possible only after ${ids.join(", ")} exist${ids.length > 1 ? "" : "s"} again: nothing goes back to a connector that is gone.`;

describe("a workflow that named a connector which is gone", () => {
  test.each<[string, string, string]>([
    ["by its id", "lost", '"lost"'],
    ["in quotes", "'lost'", '"lost"'],
  ])("%s: plan, question, answer and list say what its undo needs, and it does once that is there", async (_what, written, named) => {
    const id = await workflow(written);
    const it = await server();
    const { plan, body, lines, change } = await changed(it, "replace_connector", { from: "lost", to: "new" });
    const words = onlyAfter(named);
    expect([plan.reversible, plan.no_undo, body.undo, body.no_undo]).toEqual(["no", [words], undefined, words]);
    expect(lines).toEqual(["It cannot be undone.", `Note: ${words}`]);
    expect((await listed(it, change, id)).no_undo).toBe(words);
    expect((await it.call("undo_change", { change })).body).toMatchObject({
      status: "no_change",
      message: expect.stringContaining('it named "lost", and no connector has that id or name now'),
    });
    await slack("lost");
    expect((await listed(it, change, id)).undo.args).toEqual({ change, id });
    expect((await it.call("undo_change", { change })).body.status).toBe("done");
    expect(await yamlOf(id)).toBe(text(written));
  });

  test("with white space around it: what is looked for is named exactly", async () => {
    const id = await workflow('" lost "');
    const it = await server();
    const { body, change } = await changed(it, "replace_connector", { from: "lost", to: "new" });
    expect(body.no_undo).toBe(onlyAfter('"\\u{20}lost\\u{20}"'));
    await slack("named", " lost ");
    expect((await listed(it, change, id)).undo.args).toEqual({ change, id });
    expect((await it.call("undo_change", { change })).body.status).toBe("done");
    expect(await yamlOf(id)).toBe(text('" lost "'));
  });

  test("together with rules: both are named in one sentence", async () => {
    await makeConnector(bare, "lost", { connector_type_id: ".slack", secrets: { webhookUrl: "https://hooks.slack.com/services/T/B/x" } });
    await makeRule(bare, "r", [logs("lost")]);
    await workflow("lost");
    await gone("lost");
    const it = await server();
    const { plan, body, change } = await changed(it, "replace_connector", { from: "lost", to: "new" });
    expect([plan.no_undo, body.no_undo]).toEqual([[onlyAfter('"lost"')], onlyAfter('"lost"')]);
    await slack("lost");
    expect((await it.call("undo_change", { change })).body).toMatchObject({ status: "done", result: { rules_put_back: 1 } });
  });

  test("of two rules and workflows of which one needs it: which part goes back is said, and it does", async () => {
    for (const id of ["old", "dead"]) await slack(id);
    await makeRule(bare, "r", [logs("old"), logs("dead")]);
    await makeRule(bare, "s", [logs("old")]);
    const id = await workflow("old");
    await gone("dead");
    const it = await server();
    const { plan, body, lines, change } = await changed(it, "replace_connector", { from: "old", to: "new", drop_missing: true });
    const words =
      'An undo is possible only after "dead" exists again: Kibana saves no action of a connector that is gone. This concerns rule "Rule r" (r).';
    expect([plan.reversible, plan.no_undo, body.undo.note]).toEqual(["partly", [words], words]);
    expect(lines).toEqual([`It can be undone in part. ${words}`]);
    expect((await it.call("undo_change", { change })).body).toMatchObject({ status: "done", result: { rules_put_back: 1 } });
    expect(await yamlOf(id)).toBe(text("old"));
  });
});

describe("whose former connector is deleted later", () => {
  test("the list says so, and the undo names the call that brings it back", async () => {
    await makeConnector(bare, "log");
    await makeConnector(bare, "log-2");
    const log = text("log").replace("type: slack", "type: server-log");
    await bare("POST", "/api/workflows/workflow", { id: "logs", yaml: log });
    const it = await server();
    const { plan, body, change } = await changed(it, "replace_connector", { from: "log", to: "log-2" });
    expect([plan.reversible, body.undo.args]).toEqual(["yes", { change }]);
    const { change: deletion } = await changed(it, "safe_delete_connector", { ids: ["log"] });
    expect((await listed(it, change, "logs")).no_undo).toBe(onlyAfter('"log"'));
    const { body: refused } = await it.call("undo_change", { change });
    expect(refused.next).toMatchObject([{ tool: "undo_change", args: { change: deletion, id: "log" } }]);
    expect((await it.call("undo_change", refused.next[0].args)).body.status).toBe("done");
    expect((await it.call("undo_change", { change })).body.status).toBe("done");
    expect(await yamlOf("logs")).toBe(log);
  });

  test("and that was made again with another type: the list says it", async () => {
    await slack("old");
    const id = await workflow("old");
    const it = await server();
    const { change } = await changed(it, "replace_connector", { from: "old", to: "new" });
    await gone("old");
    await makeConnector(bare, "old");
    expect((await listed(it, change, id)).no_undo).toContain(
      'it named "old" for .slack, which now belongs to a connector of type .server-log',
    );
  });
});

describe("what Kibana's check refuses as it was", () => {
  test.each<[string, string]>([
    ["an id with white space before it", '" old"'],
    ["an id with white space after it", '"old "'],
    ["a name with white space around it", '" Chat old "'],
  ])("%s is moved, and everybody hears that it does not go back", async (_what, written) => {
    await slack("old");
    const id = await workflow(written);
    const it = await server();
    const { plan, body, lines, change } = await changed(it, "replace_connector", { from: "old", to: "new" });
    const words = expect.stringMatching(
      /^An undo is possible only once this has changed: Kibana's check refuses it as before: Connector ".*" not found/,
    );
    expect([plan.reversible, plan.no_undo, body.undo, body.no_undo]).toEqual(["no", [words], undefined, words]);
    expect(lines[0]).toBe("It cannot be undone.");
    expect((await listed(it, change, id)).no_undo).toEqual(words);
    expect((await it.call("undo_change", { change })).body.message).toContain("Kibana's check refuses it as before");
  });

  test("of two workflows: only that one stays", async () => {
    await slack("old");
    const [bad, good] = [await workflow('" old"'), await workflow("old")];
    const it = await server();
    const { plan, body, change } = await changed(it, "replace_connector", { from: "old", to: "new" });
    expect([plan.reversible, body.undo.args]).toEqual(["partly", { change }]);
    expect(body.undo.note).toContain(`This concerns workflow "Tell" (${bad}).`);
    await it.call("undo_change", { change });
    expect([await yamlOf(bad), await yamlOf(good)]).toEqual([text("new").replace("new", '"new"'), text("old")]);
  });

  test("without the check of Kibana's editor nothing stands against it", async () => {
    const proxy = await rewritingProxy(sandbox.url, {
      refuse: ({ path }) =>
        path === "/api/workflows/validate" ? { status: 404, body: JSON.stringify({ statusCode: 404, message: "Not Found" }) } : undefined,
    });
    await slack("old");
    const id = await workflow('" old"');
    const it = await shared("unchecked", proxy.url);
    const { plan, change } = await changed(it, "replace_connector", { from: "old", to: "new" });
    expect(plan.reversible).toBe("yes");
    expect((await it.call("undo_change", { change })).body.status).toBe("done");
    expect(await yamlOf(id)).toBe(text('" old"'));
  });
});

describe("a rename", () => {
  const logging = (name: string) => text(name).replace("type: slack", "type: server-log");
  const named = () => makeConnector(bare, "a", { name: " Log A " });

  test("of a name with white space around it is undone as a whole", async () => {
    await named();
    await bare("POST", "/api/workflows/workflow", { id: "logs", yaml: logging('" Log A "') });
    const it = await server();
    const { plan, body, change } = await changed(it, "update_connector", { id: "a", name: "Log B" });
    expect([plan.reversible, body.result.workflows.length, await yamlOf("logs")]).toEqual(["yes", 1, logging('"a"')]);
    const whole = { tool: "undo_change", args: { change, space: "default" }, note: expect.stringContaining("gets its name back first") };
    expect((await listed(it, change, "logs")).undo).toEqual(whole);
    const { body: undone } = await it.call("undo_change", whole.args);
    expect([undone.status, undone.warnings ?? []]).toEqual(["done", []]);
    expect([await yamlOf("logs"), JSON.parse(await bare("GET", "/api/actions/connector/a")).name]).toEqual([
      logging('" Log A "'),
      " Log A ",
    ]);
  });

  test("which workflow Kibana's check would not take back is said, and the rest goes back", async () => {
    await named();
    await bare("POST", "/api/workflows/workflow", { id: "logs", yaml: logging("Log A") });
    const it = await server();
    const { plan, body, lines, change } = await changed(it, "update_connector", { id: "a", name: "Log B" });
    const words = `An undo is possible only once this has changed: Kibana's check refuses it as before: Connector "Log A" not found. This concerns workflow "Tell" (logs).`;
    expect([plan.reversible, plan.no_undo, body.undo]).toEqual(["partly", [words], { tool: "undo_change", args: { change }, note: words }]);
    expect(lines).toEqual([`It can be undone in part. ${words}`]);
    expect((await listed(it, change, "logs")).no_undo).toContain("Kibana's check refuses it as before");
    const { body: undone } = await it.call("undo_change", { change });
    expect([undone.status, undone.warnings.join()]).toEqual(["done", expect.stringContaining("Kibana's check refuses it as before")]);
    expect([await yamlOf("logs"), JSON.parse(await bare("GET", "/api/actions/connector/a")).name]).toEqual([logging("a"), " Log A "]);
  });

  test.each([
    ["as it was, to the last blank", '" Log A "', "yes"],
    ["without its white space", "Log A", "partly"],
  ])("that only takes white space away, of one that is named %s: what is said is what comes back", async (_what, written, reversible) => {
    await named();
    await bare("POST", "/api/workflows/workflow", { id: "logs", yaml: logging(written) });
    const it = await server();
    const { plan, change } = await changed(it, "update_connector", { id: "a", name: "Log A" });
    expect(plan.reversible).toBe(reversible);
    expect((await listed(it, change, "logs")).undo.tool).toBe("undo_change");
    expect((await it.call("undo_change", { change })).body.status).toBe("done");
    expect(await yamlOf("logs")).toBe(logging(reversible === "yes" ? written : "a"));
    expect(JSON.parse(await bare("GET", "/api/actions/connector/a")).name).toBe(" Log A ");
  });

  test("by another name: the row of its workflow offers the whole, which works", async () => {
    await makeConnector(bare, "a", { name: "Log A" });
    await bare("POST", "/api/workflows/workflow", { id: "logs", yaml: logging("Log A") });
    const it = await server();
    const { change } = await changed(it, "update_connector", { id: "a", name: "Log B" });
    const { undo } = await listed(it, change, "logs");
    expect((await it.call(undo.tool, undo.args)).body.status).toBe("done");
    expect(await yamlOf("logs")).toBe(logging("Log A"));
  });
});

describe("actions of rules that Kibana would not save as they were", () => {
  test("of a connector without its secrets: the plan says it", async () => {
    await slack("old");
    await makeRule(bare, "r", [logs("old")]);
    const proxy = await rewritingProxy(sandbox.url, {
      answer({ path }, body) {
        if (path === "/api/actions/connectors") for (const one of body) if (one.id === "old") one.is_missing_secrets = true;
      },
    });
    const it = await shared("missing", proxy.url);
    const { plan, body, change } = await changed(it, "replace_connector", { from: "old", to: "new" });
    const words = `An undo is possible only once this has changed: the secrets of its connector "Chat old" (old) are missing.`;
    expect([plan.reversible, plan.no_undo, body.no_undo]).toEqual(["no", [words], words]);
    expect((await it.call("undo_change", { change })).failed).toBe(true);
    const healed = await shared("missing", sandbox.url);
    expect((await healed.call("undo_change", { change })).body.status).toBe("done");
  });
});
