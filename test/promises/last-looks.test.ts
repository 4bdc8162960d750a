import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSandboxWith } from "../support/built-server.ts";
import type { Passing, Rewrite } from "../support/rewriting-proxy.ts";
import { action } from "../support/rules-deployment.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers({
  args: ["--protect-rules", "*protected*,tag:frozen", "--protect", "*hands-off*"],
  env: { CONNECTOR_SECRET_HOOK: "https://hooks.slack.com/services/T0/B0/zzzzzzzzzz" },
});
let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--empty"]);
});
afterAll(() => sandbox.stop());

const server = (rewrite: Rewrite = {}) => shared("9.x", sandbox.url, rewrite);

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
async function bare(method: string, path: string, body?: unknown): Promise<any> {
  const answer = await fetch(sandbox.url + path, {
    method,
    headers: { "kbn-xsrf": "x", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

let made = 0;
const fresh = (what: string) => `${what}-${++made}`;
const config = (host: string) => ({ url: `https://${host}/x`, method: "post", hasAuth: false });
const hook = (id: string) =>
  bare("POST", `/api/actions/connector/${id}`, {
    name: `Hook ${id}`,
    connector_type_id: ".webhook",
    config: config("good.example.com"),
    secrets: {},
  });
const put = (id: string, { name = `Hook ${id}`, host = "good.example.com" }) =>
  bare("PUT", `/api/actions/connector/${id}`, { name, config: config(host), secrets: {} });
const evil = (id: string) => put(id, { host: "evil.example.net" });
const slack = (id: string, name: string) =>
  bare("POST", `/api/actions/connector/${id}`, {
    name,
    connector_type_id: ".slack",
    config: {},
    secrets: { webhookUrl: "https://hooks.slack.com/services/T0/B0/x" },
  });

/** Rules of which each has these actions, in the order of their names. */
async function rules(count: number, ...used: string[]): Promise<string[]> {
  const first = fresh("rules");
  const ids = Array.from({ length: count }, (_, n) => `${first}-${n + 1}`);
  for (const id of ids)
    await bare("POST", `/api/alerting/rule/${id}`, {
      name: `Rule ${id}`,
      rule_type_id: ".es-query",
      consumer: "stackAlerts",
      schedule: { interval: "5m" },
      params: {},
      actions: used.map((one) => action(one, { params: { body: "{}" } })),
    });
  return ids;
}
async function workflow(names: string, type = "webhook"): Promise<string> {
  const id = fresh("workflow");
  const yaml = `name: ${id}\ntriggers:\n  - type: manual\nsteps:\n  - name: a\n    type: ${type}\n    connector-id: ${names}\n    with:\n      message: hi\n`;
  await bare("POST", "/api/workflows/workflow", { id, yaml });
  return id;
}

type Fits = (call: Passing) => boolean;
const isWrite: Fits = ({ method, path }) => method === "PUT" && !path.includes("/actions/connector/");
const isRename: Fits = ({ method, path }) => method === "PUT" && path.includes("/actions/connector/");
const isRun: Fits = ({ path }) => path.endsWith("/_execute");

/** Acts at the nth request that fits, before Kibana gets it. */
function at(fits: Fits, act: () => Promise<unknown>, nth = 1): Rewrite {
  let seen = 0;
  return {
    async request(call) {
      if (fits(call) && ++seen === nth) await act();
    },
  };
}

describe("a connector is read right before it is run, and nothing is sent if it is not what was agreed to", () => {
  const runs: [tool: string, args: object][] = [
    ["execute_connector", { params: { body: "{}" } }],
    ["test_connector", { mode: "loud" }],
  ];
  const changes: [what: string, change: (id: string) => Promise<unknown>][] = [
    ["another host", evil],
    ["another name", (id) => put(id, { name: "Renamed" })],
    ["no connector any more", (id) => bare("DELETE", `/api/actions/connector/${id}`)],
  ];
  test.each(runs.flatMap(([tool, args]) => changes.map(([what, change]) => [tool, what, args, change] as const)))(
    "%s: %s",
    async (tool, _what, args, change) => {
      const id = fresh("run");
      await hook(id);
      let asked = 0;
      const it = await server({
        // Kibana has answered the last read of the plan, and somebody changes it while other reads are slow.
        async answer({ method, path }) {
          if (method === "GET" && path === `/api/actions/connector/${id}` && it.questions.length > 0 && ++asked === 1) await change(id);
        },
      });
      const { failed, body } = await it.call(tool, { id, ...args });
      expect([failed, body.error]).toMatchObject([
        true,
        { code: "confirmation_invalid", message: expect.stringContaining("Nothing was sent"), detail: { reason: "target_changed" } },
      ]);
      expect(it.calls.filter(isRun)).toEqual([]);
    },
  );

  test("before each attempt: the answer says why there was no other", async () => {
    const id = fresh("run");
    await hook(id);
    const it = await server({
      async answer(call, answer) {
        if (!isRun(call)) return;
        Object.assign(answer, { status: "error", message: "busy", retry: new Date(Date.now() + 20).toISOString() });
        await evil(id);
      },
    });
    const { body } = await it.call("execute_connector", { id, params: { body: "{}" }, retries: 2 });
    expect(body.result).toMatchObject({
      ok: false,
      attempts: [{ status: "error" }],
      cause: expect.stringContaining("It was not run again"),
    });
    expect(it.calls.filter(isRun)).toHaveLength(1);
  });
});

describe("a connector that gets another host while it is given to others", () => {
  const count = 12;
  type Prepared = { tool: string; args: Record<string, unknown>; to: string; most: number };
  const kinds: [kind: string, prepare: () => Promise<Prepared>][] = [
    ["replace", () => replacing("stop")],
    ["replace, going on after errors", () => replacing("continue")],
    ["attach", attaching],
    ["undo", undoing],
    ["replace in workflows", replacingInWorkflows],
  ];

  async function two() {
    const [from, to] = [fresh("from"), fresh("to")];
    await Promise.all([hook(from), hook(to)]);
    return { from, to };
  }
  async function replacing(on_error: string): Promise<Prepared> {
    const { from, to } = await two();
    await rules(count, from);
    return { tool: "replace_connector", args: { from, to, on_error }, to, most: 4 };
  }
  async function attaching(): Promise<Prepared> {
    const { from, to } = await two();
    const args = { connector: to, rules: await rules(count, from), params: { body: "{}" } };
    return { tool: "attach_connector", args, to, most: 4 };
  }
  async function undoing(): Promise<Prepared> {
    const { from, to } = await two();
    await rules(count, from);
    const it = await server();
    const { body } = await it.call("replace_connector", { from, to });
    expect(body.status).toBe("done");
    // However fast Kibana is, and so however few writes share one.
    expect(it.calls.filter(({ path }) => path.endsWith("/actions/connectors")).length).toBeLessThanOrEqual(2 * count + 2);
    return { tool: "undo_change", args: { change: body.change }, to: from, most: 4 };
  }
  async function replacingInWorkflows(): Promise<Prepared> {
    const { from, to } = await two();
    for (let n = 0; n < 3; n++) await workflow(from);
    return { tool: "replace_connector", args: { from, to }, to, most: 1 };
  }

  test.each(kinds)("stops the writes, and those done are told (%s)", async (_kind, prepare) => {
    const { tool, args, to, most } = await prepare();
    const it = await server(at(isWrite, () => evil(to)));
    const { body } = await it.call(tool, args);
    expect(it.calls.filter(isWrite).length).toBeLessThanOrEqual(most);
    expect(body).toMatchObject({
      status: "partial",
      warnings: expect.arrayContaining([
        expect.stringMatching(new RegExp(`Somebody else changed .*\\(${to}\\).*Requests go to evil\\.example\\.net now`)),
      ]),
      next: expect.arrayContaining([expect.objectContaining({ tool: "undo_change", args: { change: body.change } })]),
    });
  });

  test("at the last write: the answer says so", async () => {
    const { from, to } = await two();
    const it = await server(at(isWrite, () => evil(to)));
    const { body } = await it.call("attach_connector", { connector: to, rules: await rules(1, from), params: { body: "{}" } });
    expect(body).toMatchObject({ status: "done", warnings: expect.arrayContaining([expect.stringContaining("evil.example.net")]) });
  });
});

describe("what becomes protected while a call writes is left as it is", () => {
  const shows = { tag: { tags: ["frozen"] }, name: { name: "A protected one" } };
  const calls = ["replace", "remove", "attach", "undo"] as const;
  test.each(calls.flatMap((call) => (["tag", "name"] as const).map((how) => [call, how] as const)))(
    "a rule, in %s, by %s",
    async (call, how) => {
      const [from, to] = [fresh("from"), fresh("to")];
      await Promise.all([hook(from), hook(to)]);
      const all = await rules(6, from);
      let [tool, args]: [string, Record<string, unknown>] = ["replace_connector", { from, to, on_error: "continue" }];
      if (call === "remove") args = { from, remove: true };
      if (call === "attach") [tool, args] = ["attach_connector", { connector: to, rules: all, params: { body: "{}" } }];
      if (call === "undo") {
        const { body } = await (await server()).call(tool, args);
        [tool, args] = ["undo_change", { change: body.change }];
      }
      // An undo begins with what was written last.
      const last = `/api/alerting/rule/${call === "undo" ? all[0] : all.at(-1)}`;
      const { name, schedule, params, tags, actions } = await bare("GET", last);
      const sent = actions.map(({ connector_type_id: _type, ...one }: Record<string, unknown>) => one);
      const it = await server(at(isWrite, () => bare("PUT", last, { name, schedule, params, tags, actions: sent, ...shows[how] })));
      const { body } = await it.call(tool, args);
      expect(JSON.stringify(body)).toContain("The operator protects the rule");
      expect(it.calls.filter(isWrite).map(({ path }) => path)).not.toContain(last);
      expect(it.calls.filter(isWrite).length).toBe(5);
      expect((await bare("GET", last)).actions).toEqual(actions);
    },
  );

  test.each(["from", "to"])("a connector whose name is protected by then (%s)", async (which) => {
    const [from, to] = [fresh("from"), fresh("to")];
    await Promise.all([hook(from), hook(to)]);
    await rules(6, from);
    const it = await server(at(isWrite, () => put(which === "from" ? from : to, { name: "hands-off" })));
    const { body } = await it.call("replace_connector", { from, to });
    expect(JSON.stringify(body)).toContain("The operator protects the connector");
    expect(it.calls.filter(isWrite).length).toBeLessThanOrEqual(4);
  });
});

describe("a case that begins to use a connector while it is being deleted", () => {
  async function jira(): Promise<string> {
    const id = fresh("jira");
    await bare("POST", `/api/actions/connector/${id}`, {
      name: "Tickets",
      connector_type_id: ".jira",
      config: { apiUrl: "https://x.atlassian.net", projectKey: "AB" },
      secrets: { email: "a@example.com", apiToken: "a-token-of-jira" },
    });
    return id;
  }
  const isDelete: Fits = ({ method }) => method === "DELETE";

  test("is told, with the call that brings the connector back", async () => {
    const id = await jira();
    const fields = { issueType: "10001", priority: null, parent: null };
    const incident = { title: "Incident 7", description: "d", tags: [], owner: "cases", settings: { syncAlerts: false } };
    const make = () => bare("POST", "/api/cases", { ...incident, connector: { id, name: "Tickets", type: ".jira", fields } });
    const { body } = await (await server(at(isDelete, make))).call("safe_delete_connector", { ids: [id] });
    expect(body).toMatchObject({
      status: "done",
      warnings: [expect.stringMatching(/^1 case: "Incident 7" began to use "Tickets" .* while it was being deleted/)],
      next: [{ tool: "undo_change", args: { change: body.change, id } }],
    });
  });

  test("and cannot be seen: that is told, too", async () => {
    const id = await jira();
    const forbidden = { statusCode: 403, error: "Forbidden", message: "Unauthorized to find cases" };
    const it = await server({
      refuse: ({ path }) => (path.startsWith("/api/cases/_find") ? { status: 403, body: JSON.stringify(forbidden) } : undefined),
    });
    const { body } = await it.call("safe_delete_connector", { ids: [id] });
    expect(body).toMatchObject({
      status: "done",
      warnings: [expect.stringMatching(/Could not check whether something began to use .*; not looked at: cases \(/)],
    });
  });
});

describe("a connector gets another name", () => {
  const secrets = { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } };

  test.each(["update_connector", "undo_change"])("and a workflow begins to use the old one meanwhile (%s): that is told", async (tool) => {
    const id = fresh("renamed");
    const [old, now] = [`Old ${id}`, `New ${id}`];
    await slack(id, old);
    let args: Record<string, unknown> = { id, name: now, secrets };
    if (tool === "undo_change") args = { change: (await (await server()).call("update_connector", args)).body.change, secrets };
    const named = tool === "undo_change" ? now : old;
    const { body } = await (await server(at(isRename, () => workflow(named, "slack")))).call(tool, args);
    expect(body).toMatchObject({
      status: "done",
      warnings: expect.arrayContaining([
        expect.stringMatching(new RegExp(`began to name the connector as "${named}" while it was being renamed.*put the id ${id} into`)),
      ]),
    });
  });

  test("and a workflow that keeps the old one was shown before: it is not told again, nor is a connector called deleted", async () => {
    const id = fresh("renamed");
    await slack(id, `Old ${id}`);
    await workflow(`Old ${id}`, "slack");
    const it = await server();
    const { body } = await it.call("update_connector", { id, name: `New ${id}`, secrets });
    expect([body.status, JSON.stringify(body)]).toEqual(["done", expect.not.stringContaining("while it was being renamed")]);
    const undone = (await it.call("undo_change", { change: body.change, secrets })).body;
    expect([undone.status, JSON.stringify(undone)]).toEqual(["done", expect.not.stringContaining("deleted")]);
  });
});

test("a rule that somebody changes between two attempts to save it keeps that change", async () => {
  const to = fresh("to");
  await hook(to);
  const [id = ""] = await rules(1);
  const path = `/api/alerting/rule/${id}`;
  let refused = false;
  const it = await server({
    refuse(call) {
      if (!isWrite(call) || call.body.shiny === undefined) return undefined;
      refused = true;
      const message = "[request body]: Additional properties are not allowed ('shiny' was unexpected)";
      return { status: 400, body: JSON.stringify({ statusCode: 400, error: "Bad Request", message }) };
    },
    async request({ method }) {
      if (!refused || method !== "GET") return;
      refused = false;
      const { name, schedule, params, actions } = await bare("GET", path);
      await bare("PUT", path, { name, schedule, params, actions, tags: ["theirs"] });
    },
    answer(call, rule) {
      if (call.method === "GET" && call.path === path) rule.shiny = 1;
    },
  });
  const { body } = await it.call("attach_connector", { connector: to, rules: [id], params: { body: "{}" } });
  expect([body.status, it.calls.filter(isWrite).length]).toEqual(["done", 2]);
  expect(await bare("GET", path)).toMatchObject({ tags: ["theirs"], actions: [{ id: to }] });
});

describe("a workflow that is deleted while it is changed", () => {
  test.each<[when: string, rewrite: (act: () => Promise<unknown>) => Rewrite]>([
    ["before the write", (act) => at(isWrite, act)],
    ["right after it", (act) => ({ answer: async (call) => void (isWrite(call) && (await act())) })],
  ])("%s counts as failed", async (_when, rewrite) => {
    const [from, to] = [fresh("from"), fresh("to")];
    await Promise.all([hook(from), hook(to)]);
    const [gone, other] = [await workflow(from), await workflow(from)];
    let first: string | undefined;
    const act = async () => {
      if (first !== undefined) return;
      first = it.calls.findLast(isWrite)?.path;
      await bare("DELETE", first ?? "");
    };
    const it = await server(rewrite(act));
    const { body } = await it.call("replace_connector", { from, to, on_error: "continue" });
    const id = String(first?.split("/").at(-1));
    expect([gone, other]).toContain(id);
    expect(body).toMatchObject({
      status: "partial",
      result: {
        workflows: [{ id, outcome: "failed", error: expect.stringContaining("Somebody deleted the workflow") }, { outcome: "moved" }],
      },
    });
  });
});
