import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { Started } from "../support/built-server.ts";
import { listen } from "../support/server.ts";
import { type Bare, type Deployment, deployment, logs, makeConnector, serve, setActions } from "./race-deployment.ts";

/** What the next write meets: whether Kibana does it, and what comes back. */
interface Fault {
  status: number;
  done: boolean;
  /** What the answer says; HTML is no answer of Kibana's, nor is a success without the whole of its JSON. */
  message?: string;
  /** What somebody else does before the answer. */
  meanwhile?: () => Promise<unknown>;
}

/** A Kibana behind something that sends a write twice, so that the answer is the repetition's. */
async function repeating(made: Deployment) {
  const meets: { next?: Fault; late?: () => Promise<Response> } = {};
  const url = await listen(async (incoming, outgoing) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const body = await text(incoming);
    const fault = method === "GET" || path.startsWith("/api/core") || path.startsWith("/internal") ? undefined : meets.next;
    const { "content-length": _length, connection: _connection, host: _host, ...kept } = headers;
    const pass = () =>
      fetch(made.url + path, {
        method,
        headers: Object.entries(kept).map(([name, value]): [string, string] => [name, String(value)]),
        ...(body === "" ? {} : { body }),
      });
    if (!fault) {
      const answer = await pass();
      outgoing.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
      return;
    }
    delete meets.next;
    if (fault.done) expect((await pass()).status).toBeLessThan(300);
    else meets.late = pass;
    await fault.meanwhile?.();
    const { status } = fault;
    const conflict = path.includes("/rule/") ? "Saved object [alert/a] conflict" : "Saved object [action/one] conflict";
    const { message = status === 409 ? conflict : "simulated" } = fault;
    outgoing
      .writeHead(status, { "content-type": "application/json" })
      .end(status === 200 || message.startsWith("<") ? message : JSON.stringify({ statusCode: status, error: "x", message }));
  });
  return { url, meets };
}

const statuses = [400, 403, 404, 409, 412, 429];
const ofRepetition = [404, 409, 412, 429];
const config = { index: "audit", refresh: false, executionTimeField: null };

/** Each kind of write, and how the world tells that it happened. */
const kinds: Record<
  string,
  {
    call: [string, Record<string, unknown>];
    ready(made: Deployment): Promise<unknown>;
    done: unknown;
    state(made: Deployment): Promise<unknown>;
  }
> = {
  "a delete": {
    ready: (made) => makeConnector(made.bare, "one"),
    call: ["safe_delete_connector", { ids: ["one"] }],
    state: (made) => made.connectorIds(),
    done: [],
  },
  "a create": {
    ready: async () => {},
    call: ["create_connector", { id: "one", name: "One", type: ".index", config: { index: "audit" } }],
    state: (made) => made.connectorIds(),
    done: ["one"],
  },
  "an update": {
    ready: (made) => makeConnector(made.bare, "one", { connector_type_id: ".index", config }),
    call: ["update_connector", { id: "one", name: "Renamed" }],
    state: async (made) => JSON.parse(await made.bare("GET", "/api/actions/connector/one")).name,
    done: "Renamed",
  },
  "a move of a rule": {
    ready: (made) => Promise.all([setActions(made.bare, "a", [logs("two")]), makeConnector(made.bare, "one")]),
    call: ["replace_connector", { from: "two", to: "one" }],
    state: (made) => made.actionsOf("a"),
    done: ["one"],
  },
  "a removal from a rule": {
    ready: (made) => setActions(made.bare, "a", [logs("two")]),
    call: ["replace_connector", { from: "two", remove: true }],
    state: (made) => made.actionsOf("a"),
    done: [],
  },
};

async function started(kind: keyof typeof kinds) {
  const { call, ready, state, done } = kinds[kind] ?? {};
  if (!call || !ready || !state) throw new Error(kind);
  const made = await deployment({ connectors: kind.includes("rule") ? ["two"] : [], rules: { a: [] } });
  await ready(made);
  const { url, meets } = await repeating(made);
  const server = await serve({ url });
  return { made, meets, server, call, done, state: () => state(made) };
}

type Call = [tool: string, args: Record<string, unknown>];
const creating: Call = [
  "create_connector",
  { id: "one", name: "Hook", type: ".webhook", config: { url: "https://hooks.example.com/a", hasAuth: false } },
];
const renaming: Call = ["update_connector", { id: "one", name: "Renamed" }];
const put = (bare: Bare, body: { name: string; config: Record<string, unknown> }) =>
  bare("PUT", "/api/actions/connector/one", { ...body, secrets: {} });

const newest = async (server: Started) => (await server.call("list_changes")).body.changes[0];

describe.each(Object.keys(kinds))("%s", (kind) => {
  test("that was done and whose repetition is refused is told and recorded as done, and can be undone", async () => {
    const { meets, server, call, state, done } = await started(kind);
    const before = await state();
    for (const status of statuses) {
      meets.next = { status, done: true };
      const { body } = await server.call(...call);
      expect(body).toMatchObject({
        status: "done",
        undo: { tool: "undo_change" },
      });
      expect(body.warnings.join()).toContain(`Kibana answered ${status}, and yet it has happened`);
      expect(await state()).toEqual(done);
      expect(await newest(server)).toMatchObject({
        outcome: "done",
        error: expect.stringContaining("somebody else did the same"),
        undo: { args: { change: body.change } },
      });
      expect((await server.call("undo_change", body.undo.args)).body.status).toBe("done");
      expect(await state()).toEqual(before);
    }
  });

  test("that was refused, and did not happen, has failed; it is unknown where the refusal says that something changed, and nothing did", async () => {
    const { meets, server, call, state } = await started(kind);
    const before = await state();
    // A rule's revision tells.
    const contradicted = kind.includes("rule") ? [] : kind === "a create" ? [412] : [404, 409, 412];
    for (const status of statuses.filter((one) => one !== 429)) {
      meets.next = { status, done: false };
      const { failed, body } = await server.call(...call);
      const outcome = contradicted.includes(status) ? "unknown" : "not_done";
      expect([status, failed ? "not_done" : body.status]).toEqual([status, outcome]);
      if (outcome === "unknown") expect(body.message).toContain("it may have been done, and reversed by somebody since");
      expect(await state()).toEqual(before);
      expect(await newest(server)).toMatchObject({ outcome });
    }
  });

  test("that only a limit of the rate refused, and that did not happen, is sent again and done", async () => {
    const { meets, server, call, state, done } = await started(kind);
    for (const message of ["Too Many Requests", "<html><title>429 Too Many Requests</title></html>"]) {
      meets.next = { status: 429, done: false, message };
      const { body } = await server.call(...call);
      expect(body).toMatchObject({ status: "done", undo: { tool: "undo_change" } });
      expect(body.warnings?.join() ?? "").not.toContain("429");
      expect(await state()).toEqual(done);
      expect((await server.call("undo_change", body.undo.args)).body.status).toBe("done");
    }
  });

  test("that something in between gave up on is unknown, for it may still come", async () => {
    const { meets, server, call, state } = await started(kind);
    const before = await state();
    const html = "<html><title>503 Service Unavailable</title></html>";
    const answers: [number, string][] = [
      [503, html],
      [500, "Request timed out"],
      [500, html],
      [502, "Bad Gateway"],
      [524, "A timeout occurred"],
      [503, "Request timed out"],
      [200, "<html><title>Please wait</title></html>"],
      [200, ""],
      [200, '{"id":"one","na'],
    ];
    for (const [status, message] of answers) {
      meets.next = { status, done: false, message };
      const { body } = await server.call(...call);
      expect([status, message, body.status]).toEqual([status, message, "unknown"]);
      expect(await newest(server)).toMatchObject({ outcome: "unknown" });
    }
    // Kibana's own refusal comes after it has done all it will do.
    meets.next = { status: 503, done: false, message: "License is not available." };
    expect([(await server.call(...call)).failed, (await newest(server)).outcome]).toEqual([true, "not_done"]);
    expect(await state()).toEqual(before);
  });

  test("that arrives after it was given up is undone by undo_change, and one that never does is left alone", async () => {
    const { meets, server, call, state, done } = await started(kind);
    const before = await state();
    meets.next = { status: 502, done: false, message: "Bad Gateway" };
    const { change } = (await server.call(...call)).body;
    const early = await server.call("undo_change", { change });
    expect(early.failed || early.body.status === "no_change").toBe(true);
    expect(JSON.stringify(early.body)).toMatch(/Whether (that change reached it is not known|it happened is unknown)/);
    const waiting = await newest(server);
    expect([waiting.undo, waiting.no_undo]).toEqual([undefined, expect.stringMatching(/^Whether that change reached it is not known/)]);
    expect((await meets.late?.())?.status).toBeLessThan(300);
    expect(await state()).toEqual(done);
    expect((await newest(server)).undo.args).toMatchObject({ change });
    expect((await server.call("undo_change", { change: "last" })).body.status).toBe("done");
    expect(await state()).toEqual(before);
  });

  test("whose undo was done and answered as a repetition is done", async () => {
    const { meets, server, call, state } = await started(kind);
    const before = await state();
    const { change } = (await server.call(...call)).body;
    meets.next = { status: kind === "a create" ? 404 : 409, done: true };
    expect((await server.call("undo_change", { change })).body.status).toBe("done");
    expect(await state()).toEqual(before);
    expect(await newest(server)).toMatchObject({ tool: "undo_change", outcome: "done" });
  });
});

test("a batch of deletes goes on after one whose repetition finds nothing", async () => {
  const made = await deployment({ connectors: ["one", "two", "three"] });
  const { url, meets } = await repeating(made);
  const server = await serve({ url });
  meets.next = { status: 404, done: true };
  const { body } = await server.call("safe_delete_connector", { ids: ["one", "two", "three"] });
  expect(body).toMatchObject({ status: "done", result: { deleted: ["one", "two", "three"] } });
  expect(body.undo).toEqual({ tool: "undo_change", args: { change: body.change } });
});

describe("what somebody else did at the same moment", () => {
  test("to a rule is neither taken for ours nor told as not done, and stays", async () => {
    const { made, meets, server, call } = await started("a move of a rule");
    meets.next = { status: 409, done: false, meanwhile: () => setActions(made.bare, "a", [logs("two"), logs("two")]) };
    const { body } = await server.call(...call);
    expect([body.status, body.message]).toEqual(["unknown", expect.stringContaining("Somebody else changed it")]);
    expect(body.message).toContain("with actions of two");
    expect(await made.actionsOf("a")).toEqual(["two", "two"]);
    expect(await newest(server)).toMatchObject({ outcome: "unknown" });
  });

  test("to a rule that was saved twice meanwhile is not certain: ours may have been one of the saves", async () => {
    const { made, meets, server, call } = await started("a move of a rule");
    meets.next = { status: 409, done: true, meanwhile: () => setActions(made.bare, "a", [logs("two"), logs("two")]) };
    expect((await server.call(...call)).body.status).toBe("unknown");
    expect(await newest(server)).toMatchObject({ outcome: "unknown" });
  });

  test("is a connector under our id with another type: the id is taken", async () => {
    const { made, meets, server, call } = await started("a create");
    const theirs = { name: "One", connector_type_id: ".server-log", config: {} };
    meets.next = { status: 409, done: false, meanwhile: () => makeConnector(made.bare, "one", theirs) };
    const { failed, body } = await server.call(...call);
    expect([failed, body.error.code, (await newest(server)).outcome]).toEqual([true, "id_taken", "not_done"]);
  });
});

/** Kibana shows neither what was before nor what was wanted. */
describe.each(ofRepetition)("a write that may have been done, answered %i", (status) => {
  const hook = { url: "https://hooks.example.com/a", hasAuth: false };
  const webhook = { connector_type_id: ".webhook", config: hook };
  const theirs = { ...hook, method: "put", headers: { "x-team": "theirs" } };
  const rows: [what: string, ready: (bare: Bare) => Promise<unknown>, call: Call, meanwhile: (bare: Bare) => Promise<unknown>][] = [
    ["an update that somebody renamed since", madeHook, renaming, (bare) => put(bare, { name: "Theirs", config: hook })],
    ["an update to which somebody added", madeHook, renaming, (bare) => put(bare, { name: "Renamed", config: theirs })],
    ["an update whose target is gone", madeHook, renaming, (bare) => bare("DELETE", one)],
    ["a create that somebody renamed since", async () => {}, creating, (bare) => put(bare, { name: "Theirs", config: hook })],
    ["a create to which somebody added", async () => {}, creating, (bare) => put(bare, { name: "Hook", config: theirs })],
    [
      "a delete whose id somebody took since",
      madeHook,
      ["safe_delete_connector", { ids: ["one"] }],
      (bare) => makeConnector(bare, "one", { name: "Theirs" }),
    ],
  ];
  const one = "/api/actions/connector/one";
  function madeHook(bare: Bare) {
    return makeConnector(bare, "one", { ...webhook, name: "Hook" });
  }

  test.each(rows)("%s is unknown, says what is there now, and has no undo", async (_what, ready, call, meanwhile) => {
    const made = await deployment();
    await ready(made.bare);
    const { url, meets } = await repeating(made);
    const server = await serve({ url });
    meets.next = { status, done: true, meanwhile: () => meanwhile(made.bare) };
    const { body } = await server.call(...call);
    expect(body).toMatchObject({ status: "unknown", message: expect.stringMatching(/Kibana shows something else than .*now\./) });
    expect(body.fix).not.toMatch(/^(Wait a minute, then r|R)epeat/);
    const entry = await newest(server);
    expect([entry.outcome, entry.undo]).toEqual(["unknown", undefined]);
    const before = await made.bare("GET", "/api/actions/connectors");
    expect((await server.call("undo_change", { change: body.change })).failed).toBe(true);
    expect(await made.bare("GET", "/api/actions/connectors")).toBe(before);
  });

  const reversed: [
    what: string,
    answers: number[],
    ready: (bare: Bare) => Promise<unknown>,
    call: Call,
    meanwhile: (bare: Bare) => Promise<unknown>,
  ][] = [
    ["a delete whose connector was recreated as it was", [404, 409, 412], madeHook, ["safe_delete_connector", { ids: ["one"] }], madeHook],
    ["a create that somebody deleted", [412], async () => {}, creating, (bare) => bare("DELETE", one)],
    ["an update that somebody reversed", [404, 409, 412], madeHook, renaming, (bare) => put(bare, { name: "Hook", config: hook })],
  ];
  test.each(reversed.filter(([, answers]) => answers.includes(status)))(
    "%s since is unknown",
    async (_what, _answers, ready, call, meanwhile) => {
      const made = await deployment();
      await ready(made.bare);
      const { url, meets } = await repeating(made);
      const server = await serve({ url });
      meets.next = { status, done: true, meanwhile: () => meanwhile(made.bare) };
      const { body } = await server.call(...call);
      expect(body).toMatchObject({ status: "unknown", message: expect.stringContaining("reversed by somebody since") });
      expect(await newest(server)).toMatchObject({ outcome: "unknown" });
    },
  );

  test("a rule that somebody changed back since is unknown", async () => {
    const { made, meets, server, call } = await started("a removal from a rule");
    meets.next = { status, done: true, meanwhile: () => setActions(made.bare, "a", [logs("two")]) };
    expect((await server.call(...call)).body.status).toBe("unknown");
  });

  test("a run is unknown, and the service is to be checked before another", async () => {
    const made = await deployment({ connectors: ["one"] });
    const { url, meets } = await repeating(made);
    const server = await serve({ url });
    meets.next = { status, done: true };
    const { body } = await server.call("execute_connector", { id: "one", params: { message: "m" } });
    expect(body.status).toBe("unknown");
    if (/repeat the call/i.test(body.fix)) expect(body.fix).toMatch(/^Check the service behind the connector first/);
    expect(await newest(server)).toMatchObject({ outcome: "unknown" });
  });
});

test("a run that a proxy refuses may have been made before", async () => {
  const made = await deployment({ connectors: ["one"] });
  const { url, meets } = await repeating(made);
  const server = await serve({ url });
  for (const status of [400, 403, 413]) {
    meets.next = { status, done: true, message: "<html><title>Blocked</title></html>" };
    expect((await server.call("execute_connector", { id: "one", params: { message: "m" } })).body.status).toBe("unknown");
  }
});

test("a run of a connector that Kibana says is gone, and that is gone, has failed", async () => {
  const made = await deployment({ connectors: ["one"] });
  const server = await serve(made);
  made.hook.before = async ({ path }) => {
    if (path.endsWith("/_execute")) await made.bare("DELETE", "/api/actions/connector/one");
  };
  const { failed } = await server.call("execute_connector", { id: "one", params: { message: "m" } });
  expect([failed, (await newest(server)).outcome]).toEqual([true, "not_done"]);
});

test("somebody else's connector of our id, name, type and address, but with more in it, is not told as ours", async () => {
  const made = await deployment();
  const { url, meets } = await repeating(made);
  const server = await serve({ url });
  const config = { url: "https://hooks.example.com/a", hasAuth: false, method: "put", headers: { "x-team": "theirs" } };
  meets.next = {
    status: 409,
    done: false,
    meanwhile: () => makeConnector(made.bare, "one", { name: "Hook", connector_type_id: ".webhook", config }),
  };
  expect((await server.call(...creating)).body.status).toBe("unknown");
});

describe("where Kibana does not show it", () => {
  test.each([
    ...[400, 401, 403, 413].map((status) => [status, "unknown", "simulated"] as const),
    [400, "not_done", "[request body.params]: expected an object"],
    [401, "not_done", "[security_exception]: unable to authenticate with provided credentials"],
    [403, "not_done", "Unauthorized to execute actions"],
    [403, "not_done", "Action type .server-log is disabled because your basic license does not support it"],
  ] as const)("a run that is answered %i is %s: %s", async (status, outcome, message) => {
    const made = await deployment({ connectors: ["one"] });
    const { url, meets } = await repeating(made);
    const server = await serve({ url });
    meets.next = { status, done: outcome === "unknown", message };
    const { failed, body } = await server.call("execute_connector", { id: "one", params: { message: "m" } });
    expect(failed ? "not_done" : body.status).toBe(outcome);
    expect(await newest(server)).toMatchObject({ outcome });
  });

  const hook = { id: "one", name: "One", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } };
  const env = { CONNECTOR_SECRET_HOOK: "https://hooks.slack.com/services/T0/B0/abcdefghijk" };

  test("a create whose repetition conflicts says that its secrets are not seen", async () => {
    const made = await deployment();
    const { url, meets } = await repeating(made);
    const server = await serve({ url }, { env });
    meets.next = { status: 409, done: true };
    const { body } = await server.call("create_connector", hook);
    expect(body.status).toBe("done");
    expect(body.warnings.join()).toContain("Kibana does not show whether the secrets in it are the given ones");
  });

  test.each([
    ...[400, 403, 404, 409, 412, 413, 429].map((status) => [status, "unknown", "simulated"] as const),
    [400, "not_done", "error validating connector type secrets: [webhookUrl]: no"],
    [403, "not_done", "Unauthorized to update actions"],
  ] as const)("a rotation that is answered %i is %s: %s", async (status, outcome, message) => {
    const made = await deployment();
    const { url, meets } = await repeating(made);
    const server = await serve({ url }, { env });
    await server.call("create_connector", hook);
    meets.next = { status, done: outcome === "unknown", message };
    const { failed, body } = await server.call("update_connector", { id: "one", secrets: hook.secrets });
    expect(failed ? "not_done" : body.status).toBe(outcome);
    expect(await newest(server)).toMatchObject({ outcome });
  });
});
