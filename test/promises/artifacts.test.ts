import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Person } from "../support/built-server.ts";
import { no, startBuilt, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { type Passing, type Rewrite, rewritingProxy } from "../support/rewriting-proxy.ts";
import { sharedServers } from "../support/shared-server.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into rules of many shapes
type Dict = Record<string, any>;

const artifacts = { dashboards: [{ id: "d-1" }, { id: "d-2" }], investigation_guide: { blob: "# First\nlook here" } };
const none = { dashboards: [], investigation_guide: { blob: "" } };
const onChange = { summary: false, notify_when: "onActionGroupChange", throttle: null };
const filter = { query: { kql: "host.name: web*", filters: [] }, timeframe: undefined };
const action = (id: string, more: Dict = {}): Dict => ({
  id,
  group: "query matched",
  params: { message: "{{rule.name}}" },
  frequency: onChange,
  uuid: `00000000-0000-4000-8000-00000000000${id === "a" ? 1 : 2}`,
  alerts_filter: filter,
  ...more,
});

/** A Kibana with connectors a and b, and rules r1 and r2 that notify through a. */
async function kibanaOf(version: string) {
  const { url, stop } = await startSandboxWith(["--kibana-version", version, "--empty"]);
  onTestFinished(stop);
  const bare = async (method: string, path: string, body?: Dict): Promise<Dict> => {
    const answer = await fetch(url + path, {
      method,
      headers: { "kbn-xsrf": "true", "x-elastic-internal-origin": "test", "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const got = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${got}`);
    return got === "" ? {} : JSON.parse(got);
  };
  const has = !["8.17", "8.18", "9.0"].includes(version);
  for (const id of ["a", "b"])
    await bare("POST", `/api/actions/connector/${id}`, { name: `Log ${id}`, connector_type_id: ".server-log", config: {}, secrets: {} });
  const shape = (id: string) => ({
    name: `Rule ${id}`,
    schedule: { interval: "5m" },
    params: { index: ["logs-*"], threshold: [3] },
    tags: ["team:a", "prod"],
    alert_delay: { active: 2 },
    flapping: { look_back_window: 10, status_change_threshold: 3 },
    ...(has ? { artifacts } : {}),
    actions: [action("a")],
  });
  for (const id of ["r1", "r2"])
    await bare("POST", `/api/alerting/rule/${id}`, { ...shape(id), rule_type_id: ".es-query", consumer: "stackAlerts" });
  const rule = async (id = "r1"): Promise<Dict> => {
    const found = (await bare("GET", "/sandbox/state")).rules.find((one: Dict) => one.id === id);
    const { revision: _revision, updated_by: _by, api_key_owner: _owner, api_key_created_by_user: _key, ...rest } = found;
    return rest;
  };
  /** Somebody else saves the rule. */
  const edit = async (id: string, more: Dict) => bare("PUT", `/api/alerting/rule/${id}`, { ...shape(id), ...more });
  return { url, version, bare, rule, edit, has };
}

type Kibana = Awaited<ReturnType<typeof kibanaOf>>;

async function serverAt(url: string, options: Parameters<typeof startServer>[0] = { person: yes }, start = startServer) {
  const server = await start({ ...options, env: { KIBANA_URL: url, KIBANA_API_KEY: "any", ...options.env } });
  onTestFinished(server.close);
  return server;
}

const asking = sharedServers({ built: ["9.2"] });
const unasked = sharedServers({ args: ["--dangerously-skip-confirmation"], asks: false });
/** A server between which and Kibana the traffic is rewritten, and its requests. */
const serverBefore = ({ url, version }: Kibana, rewrite?: Rewrite, person?: Person) => asking(version, url, rewrite, person);

const attachB = { connector: "b", rules: ["r1"] };
/** Every change of rules; each undone before the next. */
const changes: [string, string, Dict][] = [
  ["attach", "attach_connector", attachB],
  ["replace", "replace_connector", { from: "a", to: "b", rules: ["r1"] }],
  ["remove", "replace_connector", { from: "a", remove: true, rules: ["r1"] }],
];

const isInternal = ({ method, path }: Passing) => method === "GET" && path.includes("/internal/alerting/rule/");
const puts = (calls: readonly Passing[]) => calls.filter(({ method }) => method === "PUT");

describe.each(["8.17", "8.19", "9.0", "9.1", "9.2", "9.4", "9.5", "serverless"])("on Kibana %s", (version) => {
  test("attach, replace, remove and their undos keep everything that the rule had", async () => {
    const kibana = await kibanaOf(version);
    const server = await serverBefore(kibana);
    const start = await kibana.rule();
    expect(start.artifacts).toEqual(kibana.has ? artifacts : undefined);
    const { actions: _actions, ...besides } = start;
    for (const [, tool, args] of changes) {
      const { body } = await server.call(tool, args);
      expect(body.status, JSON.stringify(body)).toBe("done");
      expect(await kibana.rule()).toMatchObject(besides);
      expect(body.warnings?.join() ?? "").not.toMatch(/artifacts|dashboards|not meant|does not know/);
      const undone = await server.call("undo_change", { change: body.change });
      expect(undone.body.status, JSON.stringify(undone.body)).toBe("done");
      expect(await kibana.rule()).toEqual(start);
    }
    const hidden = kibana.has && !["9.5", "serverless"].includes(version);
    expect(server.calls.some(isInternal)).toBe(hidden);
    for (const { body } of puts(server.calls)) expect(Object.keys(body).includes("artifacts")).toBe(kibana.has);
  });
});

test("where only the internal route returns artifacts, each plan reads it once for each rule, and nothing else more often", async () => {
  const requests = async (version: string) => {
    const kibana = await kibanaOf(version);
    const proxy = await rewritingProxy(kibana.url, {});
    const server = await serverAt(proxy.url);
    expect((await server.call("replace_connector", { from: "a", to: "b" })).body.status).toBe("done");
    // How many last looks share a list of connectors depends on the moment.
    const all = proxy.calls.filter(({ path }) => path !== "/api/actions/connectors").length;
    return { all, status: proxy.calls.filter(({ path }) => path === "/api/status").length };
  };
  const [shown, hidden] = [await requests("9.5"), await requests("9.4")];
  // Two plans of two rules.
  expect(hidden.all - hidden.status).toBe(shown.all - shown.status + 4);
  expect(hidden.status - shown.status).toBeLessThanOrEqual(2);
});

const blocks: [string, { status: number; body: string; type?: string }][] = [
  ["refuses", { status: 403, body: '{"statusCode":403,"error":"Forbidden","message":"no internal routes"}' }],
  ["does not know", { status: 404, body: '{"statusCode":404,"error":"Not Found","message":"Not Found"}' }],
  ["shows a page of its own for", { status: 403, body: "<!DOCTYPE html><title>Blocked</title>", type: "text/html" }],
  ["answers with a page and 200 for", { status: 200, body: "<!DOCTYPE html><title>Sign in</title>", type: "text/html" }],
  ["leaves the artifacts out of", { status: 200, body: '{"id":"r1","name":"Rule r1"}' }],
];

describe.each(blocks)("a proxy that %s the internal route", (_what, answer) => {
  const blocked: Rewrite = { refuse: (call) => (isInternal(call) ? answer : undefined) };
  const sentence = /^The dashboards and the investigation guide of rule "Rule r1" could not be read \(.+\): saving erases/;

  test.each(changes)("makes %s say first that they are erased, and a person decides", async (_name, tool, args) => {
    const kibana = await kibanaOf("9.2");
    const server = await serverBefore(kibana, blocked, () => answers.pop()?.() ?? yes());
    const start = await kibana.rule();
    const answers = [no];
    const planned = await server.call(tool, { ...args, dry_run: true });
    expect(planned.body.warnings[0]).toMatch(sentence);
    expect(planned.body.plan.reversible).toBe("partly");

    expect((await server.call(tool, args)).body.status).toBe("declined");
    expect(server.questions[0]?.split("\n")[1]).toMatch(sentence);
    expect(await kibana.rule()).toEqual(start);

    const { body } = await server.call(tool, args);
    expect(body.status).toBe("done");
    expect(body.warnings[0]).toMatch(sentence);
    expect(body.undo.note).toContain("are not restored");
    expect((await kibana.rule()).artifacts).toEqual(none);
  });
});

describe("where artifacts cannot be read", () => {
  const answer = { status: 403, body: '{"statusCode":403,"error":"Forbidden","message":"no"}' };
  const blocked: Rewrite = { refuse: (call) => (isInternal(call) ? answer : undefined) };
  const refusal = { code: "confirmation_invalid", reason: "person_needed" };

  test.each([
    ["--dangerously-skip-confirmation", "8.19"],
    ["--confirm=token", "9.4"],
  ])("%s refuses every change of the rule on %s, and its undo", async (flag, version) => {
    const kibana = await kibanaOf(version);
    const gate = { shut: false };
    const proxy = await rewritingProxy(kibana.url, { refuse: (call) => (gate.shut && isInternal(call) ? answer : undefined) });
    const before = await serverAt(proxy.url);
    const { body: earlier } = await before.call("attach_connector", { connector: "b", rules: ["r2"] });
    expect(earlier.status).toBe("done");
    const [one, two] = [await kibana.rule("r1"), await kibana.rule("r2")];
    gate.shut = true;
    proxy.calls.length = 0;
    const server = await serverAt(proxy.url, { args: [flag], env: { CONNECTORS_JOURNAL_DIR: join(before.home, journal) } }, startBuilt);
    for (const [tool, args] of [...changes.map(([, ...call]) => call), ["undo_change", { change: earlier.change }] as const]) {
      const { failed, body } = await server.call(tool, args);
      expect(failed, JSON.stringify(body)).toBe(true);
      expect(body.error.code).toBe(refusal.code);
      expect(JSON.stringify(body)).toContain(refusal.reason);
      expect(body.error.message).toContain("could not be read");
      expect(body.error.fix).toContain("elicitation");
      const shown = await server.call(tool, { ...args, dry_run: true });
      expect(shown.body.status).toBe("planned");
    }
    expect(puts(proxy.calls)).toEqual([]);
    expect([await kibana.rule("r1"), await kibana.rule("r2")]).toEqual([one, two]);
  });

  test("a client that cannot ask gets the page, which says it", async () => {
    const kibana = await kibanaOf("8.19");
    const proxy = await rewritingProxy(kibana.url, blocked);
    const server = await serverAt(proxy.url, {});
    const { body } = await server.call("attach_connector", attachB);
    expect(body.status).toBe("confirmation_needed");
    const page = await (await fetch(body.confirm.url)).text();
    expect(page).toContain("could not be read");
    expect(puts(proxy.calls)).toEqual([]);
  });

  test.each(["8.17", "9.0", "9.5", "serverless"])("nothing is said on %s, which does not need that route", async (version) => {
    const kibana = await kibanaOf(version);
    const server = await unasked(version, kibana.url, blocked);
    const { body } = await server.call("attach_connector", attachB);
    expect(body.status, JSON.stringify(body)).toBe("done");
    expect(JSON.stringify(body)).not.toContain("could not be read");
    expect((await kibana.rule()).artifacts).toEqual(kibana.has ? artifacts : undefined);
  });

  test("an undo saves those that the journal has", async () => {
    const kibana = await kibanaOf("9.4");
    const gate = { shut: false };
    const server = await serverBefore(kibana, { refuse: (call) => (gate.shut && isInternal(call) ? answer : undefined) });
    const start = await kibana.rule();
    const { body } = await server.call("attach_connector", attachB);
    gate.shut = true;
    const undone = await server.call("undo_change", { change: body.change });
    expect(undone.body.status, JSON.stringify(undone.body)).toBe("done");
    expect(await kibana.rule()).toEqual(start);
    expect(server.questions.at(-1)).toContain("those from before the change replace");
  });
});

/** Where the journal is below a home. */
const journal = "state/kibana-connectors-mcp/journal";

describe("a field of a later Kibana", () => {
  const future = { mode: "calm", list: [1, { deep: true }] };
  /** It answers the fields, and takes them in a PUT; or refuses the first that it meets. */
  const laterKibana = (place: (rule: Dict) => Dict, accept: boolean): Rewrite => ({
    request: ({ method, body }) => {
      if (method === "PUT" && accept) for (const key of ["future_key", "other_key"]) delete place(body)[key];
    },
    answer: ({ path, method }, body) => {
      if (!/\/alerting\/rules?\//.test(path) || method === "POST") return;
      for (const rule of body?.data ?? [body]) if (rule?.actions) Object.assign(place(rule), { future_key: future, other_key: "x" });
    },
  });
  const places: [string, (rule: Dict) => Dict, string][] = [
    ["a rule", (rule) => rule, "future_key"],
    ["an action", (rule) => rule.actions.find((one: Dict) => one.id === "a") ?? rule, "actions.future_key"],
    [
      "an action's frequency",
      (rule) => rule.actions.find((one: Dict) => one.id === "a")?.frequency ?? rule,
      "actions.frequency.future_key",
    ],
    ["the schedule", (rule) => rule.schedule, "schedule.future_key"],
  ];

  describe.each(["8.19", "9.2", "9.5"])("on Kibana %s", (version) => {
    test.each(places)("in %s is sent back as it came, and the plan names it", async (_where, place, name) => {
      const kibana = await kibanaOf(version);
      const server = await serverBefore(kibana, laterKibana(place, true));
      const { body } = await server.call("attach_connector", attachB);
      expect(body.status, JSON.stringify(body)).toBe("done");
      expect(puts(server.calls)).toHaveLength(1);
      expect(place(puts(server.calls)[0]?.body)).toMatchObject({ future_key: future, other_key: "x" });
      expect(server.questions[0]).toContain(name);
      expect(JSON.stringify(body)).not.toContain("not meant");
      const undone = await server.call("undo_change", { change: body.change });
      expect(undone.body.status, JSON.stringify(undone.body)).toBe("done");
      expect(place(puts(server.calls)[1]?.body)).toMatchObject({ future_key: future, other_key: "x" });
    });

    test.each(places)("in %s that Kibana refuses by name is left out, and the answer says so", async (_where, place, name) => {
      const kibana = await kibanaOf(version);
      const server = await serverBefore(kibana, laterKibana(place, false));
      const { body } = await server.call("attach_connector", attachB);
      expect(body.status, JSON.stringify(body)).toBe("done");
      expect(body.warnings.join("\n")).toContain(`Kibana returns "${name}" but refuses it in a save`);
      const [first, ...rest] = puts(server.calls);
      expect(place(first?.body).future_key).toEqual(future);
      expect(place(rest.at(-1)?.body)).not.toHaveProperty("future_key");
      expect(rest).toHaveLength(2);
      expect((await kibana.rule()).actions.map((one: Dict) => one.id)).toEqual(expect.arrayContaining(["a", "b"]));
    });
  });

  test.each([
    ["one that this server knows", "[request body.tags]: definition for this key is missing"],
    ["another than the unknown one", "[request body.future]: definition for this key is missing"],
    ["its value", "[request body.future_key]: expected value of type [string] but got [Object]"],
  ])("a 400 that names %s is a failure, and nothing is sent again", async (_what, message) => {
    const kibana = await kibanaOf("9.5");
    const server = await serverBefore(kibana, {
      refuse: ({ method }) =>
        method === "PUT" ? { status: 400, body: JSON.stringify({ statusCode: 400, error: "Bad Request", message }) } : undefined,
      answer: ({ path }, body) => {
        if (path.includes("/api/alerting/rule/")) body.future_key = future;
      },
    });
    const { failed } = await server.call("attach_connector", attachB);
    expect(failed).toBe(true);
    expect(puts(server.calls)).toHaveLength(1);
  });
});

test("read-only fields are not sent: none of the rule, of an action or of a filter", async () => {
  const kibana = await kibanaOf("9.5");
  const server = await serverBefore(kibana, {
    answer: ({ path, method }, body) => {
      if (!path.includes("/alerting/rule/") || method !== "GET") return;
      Object.assign(body, {
        mapped_params: { risk_score: 1 },
        next_run: "2026-01-01T00:00:00.000Z",
        snooze_schedule: [],
        active_snoozes: [],
      });
      Object.assign(body, { is_snoozed_until: null, monitoring: {}, view_in_app_relative_url: "/x", snoozed_alert_instances: [] });
      for (const one of body.actions) if (one.alerts_filter?.query) one.alerts_filter.query.dsl = '{"bool":{}}';
    },
  });
  const { body } = await server.call("attach_connector", attachB);
  expect(body.status, JSON.stringify(body)).toBe("done");
  const [sent] = puts(server.calls);
  expect(Object.keys(sent?.body).sort()).toEqual([
    ...["actions", "alert_delay", "artifacts", "flapping", "name", "params", "schedule", "tags"],
  ]);
  expect(sent?.body.actions[0].alerts_filter).toEqual({ query: { kql: "host.name: web*", filters: [] } });
  expect(sent?.body.actions[0]).not.toHaveProperty("connector_type_id");
});

describe("somebody else edits dashboards or guide", () => {
  const theirs = { dashboards: [], investigation_guide: { blob: "theirs" } };

  test.each(["8.19", "9.4", "9.5"])("between plan and save: that rule is left alone on %s, the others are saved", async (version) => {
    const kibana = await kibanaOf(version);
    let edited = false;
    const server = await serverBefore(kibana, {
      request: async ({ method }) => {
        if (method !== "PUT" || edited) return;
        edited = true;
        await kibana.edit("r2", { artifacts: theirs });
      },
    });
    const { body } = await server.call("replace_connector", { from: "a", to: "b", on_error: "continue" });
    expect(body.status).toBe("partial");
    expect(body.result.rules[0]).toMatchObject({ id: "r2", outcome: "failed", error: expect.stringContaining("artifacts") });
    expect((await kibana.rule("r2")).artifacts).toEqual(theirs);
    expect((await kibana.rule("r2")).actions[0].id).toBe("a");
    expect((await kibana.rule("r1")).artifacts).toEqual(artifacts);
    expect((await kibana.rule("r1")).actions[0].id).toBe("b");
  });

  test.each(["8.19", "9.5"])("the only rule, on %s: the plan has changed, and nothing is written", async (version) => {
    const kibana = await kibanaOf(version);
    let looks = 0;
    const server = await unasked(version, kibana.url, {
      request: async ({ method, path }) => {
        const isLook = version === "9.5" ? path === "/api/alerting/rule/r1" : path.includes("/internal/alerting/rule/r1");
        // The last look, after the reads of one plan: nobody had to be asked.
        if (method === "GET" && isLook && ++looks === 2) await kibana.edit("r1", { artifacts: theirs });
      },
    });
    const { failed, body } = await server.call("attach_connector", attachB);
    expect([failed, body.status]).toEqual([false, "plan_changed"]);
    expect(puts(server.calls)).toEqual([]);
    expect((await kibana.rule()).artifacts).toEqual(theirs);
  });

  test.each(["8.19", "9.5"])("after the change: an undo puts the actions back and leaves theirs, on %s", async (version) => {
    const kibana = await kibanaOf(version);
    const server = await serverBefore(kibana);
    const start = await kibana.rule();
    const { body } = await server.call("replace_connector", { from: "a", to: "b", rules: ["r1"] });
    const now = await kibana.rule();
    await kibana.edit("r1", { actions: now.actions.map(({ connector_type_id: _type, ...one }: Dict) => one), artifacts: theirs });
    const undone = await server.call("undo_change", { change: body.change });
    expect(undone.body.status, JSON.stringify(undone.body)).toBe("done");
    expect(undone.body.warnings.join()).toMatch(/These stay as they are.*: artifacts/);
    expect(await kibana.rule()).toEqual({ ...start, artifacts: theirs });
  });
});

describe("a Kibana that loses something in a save", () => {
  const losses: [string, (body: Dict) => void][] = [
    ["artifacts", (body) => delete body.artifacts],
    ["artifacts.investigation_guide", (body) => delete body.artifacts.investigation_guide],
    ["tags", (body) => delete body.tags],
    ["alert_delay", (body) => Object.assign(body, { alert_delay: { active: 1 } })],
    ["flapping", (body) => Object.assign(body, { flapping: null })],
    ["params", (body) => delete body.params.threshold],
    ["schedule", (body) => Object.assign(body, { schedule: { interval: "1d" } })],
    ["name", (body) => Object.assign(body, { name: "Renamed" })],
    ["actions.alerts_filter", (body) => body.actions.splice(0, 1, { ...body.actions[0], alerts_filter: undefined })],
    ["actions.params", (body) => Object.assign(body.actions[0].params, { message: "other" })],
  ];

  describe.each(["8.19", "9.2", "9.5"])("on Kibana %s", (version) => {
    test.each(losses)("%s: the answer says what, and the undo restores it", async (name, lose) => {
      const kibana = await kibanaOf(version);
      const gate = { loses: true };
      const server = await serverBefore(kibana, {
        request: ({ method, body }) => {
          if (method === "PUT" && gate.loses) lose(body);
        },
      });
      const start = await kibana.rule();
      const { body } = await server.call("attach_connector", attachB);
      expect(body.status, JSON.stringify(body)).toBe("done");
      expect(body.warnings[0]).toContain("Differs after the save unintentionally");
      expect(body.warnings[0]).toContain(name.split(".")[0]);
      expect(body.warnings[0]).toContain(`undo_change {"change": "${body.change}"}`);
      gate.loses = false;
      const undone = await server.call("undo_change", { change: body.change });
      expect(undone.body.status, JSON.stringify(undone.body)).toBe("done");
      if (!name.startsWith("actions")) expect(server.questions.at(-1)).toContain(`, and ${name.split(".")[0]}, of rule`);
      expect(await kibana.rule()).toEqual(start);
    });
  });

  test("where somebody else saved the rule too, that may be the cause, and no undo reverts it", async () => {
    const kibana = await kibanaOf("9.5");
    const server = await serverBefore(kibana, {
      answer: async ({ method }) => {
        if (method !== "PUT") return;
        const { actions } = await kibana.rule();
        const sent = actions.map(({ connector_type_id: _type, ...one }: Dict) => one);
        await kibana.edit("r1", { actions: sent, tags: ["theirs"] });
      },
    });
    const { body } = await server.call("attach_connector", attachB);
    expect(body.status).toBe("done");
    expect(body.warnings[0]).toMatch(/tags: .*theirs.* Somebody else saved the rule at the same moment/);
    await server.call("undo_change", { change: body.change });
    expect((await kibana.rule()).tags).toEqual(["theirs"]);
  });

  test("what no save can set is reported, with how to restore it by hand", async () => {
    const kibana = await kibanaOf("9.4");
    const server = await serverBefore(kibana, {
      answer: async ({ method }) => {
        if (method === "PUT") await kibana.bare("POST", "/api/alerting/rule/r1/_disable");
      },
    });
    const { body } = await server.call("attach_connector", attachB);
    expect(body.status).toBe("done");
    expect(body.warnings[0]).toMatch(/enabled: true → false\. A save cannot set it: restore it in Kibana/);
  });

  test("also where the answer of the save does not come", async () => {
    const kibana = await kibanaOf("9.4");
    const server = await serverBefore(kibana, {
      request: ({ method, body }) => {
        if (method === "PUT") delete body.artifacts;
      },
    });
    await fetch(`${kibana.url}/sandbox/faults`, {
      method: "POST",
      body: JSON.stringify({ fault: "error_after", method: "PUT", path: "/api/alerting/rule/" }),
    });
    const { body } = await server.call("attach_connector", attachB);
    expect(body.status, JSON.stringify(body)).toBe("done");
    expect(body.warnings.join("\n")).toContain("Differs after the save unintentionally: artifacts");
  });
});

test("a record from before artifacts were kept is still read, and undone", async () => {
  const kibana = await kibanaOf("9.2");
  const folder = mkdtempSync(join(tmpdir(), "kcm-journal-"));
  const env = { CONNECTORS_JOURNAL_DIR: folder };
  const first = await serverAt(kibana.url, { person: yes, env });
  const start = await kibana.rule();
  const { body } = await first.call("attach_connector", attachB);
  await first.close();
  for (const name of readdirSync(folder)) {
    const lines = readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean);
    const old = lines.map((line) => {
      const record = JSON.parse(line);
      if (record.op)
        for (const part of [record.op, record.op.before, record.op.after]) for (const key of ["artifacts", "fields"]) delete part[key];
      return JSON.stringify(record);
    });
    writeFileSync(join(folder, name), `${old.join("\n")}\n`);
  }
  const server = await serverAt(kibana.url, { person: yes, env });
  const undone = await server.call("undo_change", { change: body.change });
  expect(undone.body.status, JSON.stringify(undone.body)).toBe("done");
  expect(await kibana.rule()).toEqual(start);
});
