import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startBuilt, yes } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { openClient, tokenOf } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";
import type { Recorded } from "../support/recording-proxy.ts";
import {
  atRequest,
  type Deployment,
  deployment,
  holdingDeletes,
  logs,
  makeConnector,
  makeRule,
  serve,
  setActions,
  yesTogether,
} from "./race-deployment.ts";

const isDelete = ({ method }: Recorded) => method === "DELETE";
const isRulePut = ({ method, path }: Recorded) => method === "PUT" && path.includes("/api/alerting/rule/");
const deletes = (made: Deployment) => made.calls.filter(isDelete).map(({ path }) => path.split("/").at(-1));

describe("a rule begins to use a connector", () => {
  test("of a batch while another one is deleted: that one stays, with the rule's name, and nothing after it is started", async () => {
    const made = await deployment({ connectors: ["one", "two", "three"] });
    const { call } = await serve(made, {}, startBuilt);
    made.hook.before = atRequest(isDelete, () => makeRule(made.bare, "late", [logs("two")]));
    const { body } = await call("safe_delete_connector", { ids: ["one", "two", "three"] });
    expect(body).toMatchObject({
      status: "partial",
      message: "1 of 3 done; one failed; 1 not started.",
      ops: [
        { id: "one", outcome: "done" },
        { id: "two", outcome: "not_done", error: expect.stringContaining('is used by 1 rule: "Rule late"') },
      ],
      result: { deleted: ["one"], not_deleted: ["two", "three"], in_use: [{ id: "two", rules: [{ id: "late", name: "Rule late" }] }] },
    });
    expect([deletes(made), await made.connectorIds(), await made.actionsOf("late")]).toEqual([["one"], ["three", "two"], ["two"]]);
    expect((await call("list_changes", {})).body.changes).toMatchObject([
      { id: "two", outcome: "not_done" },
      { id: "one", outcome: "done" },
    ]);
  });

  test.each([
    [
      "a disabled rule",
      async (made: Deployment) => {
        await makeRule(made.bare, "late", [logs("one")]);
        await made.bare("POST", "/api/alerting/rule/late/_disable");
      },
      "Rule late",
    ],
    [
      "an existing rule that gets it as a second connector",
      (made: Deployment) => setActions(made.bare, "there", [logs("other"), logs("one")]),
      "Rule there",
    ],
  ])("just before the only DELETE (%s): in_use, and nothing is deleted", async (_what, act, name) => {
    const made = await deployment({ connectors: ["one", "other"], rules: { there: ["other"] } });
    // The person agrees to a plan that was right, and is made again; the rule comes after that.
    const { call } = await serve(made);
    made.hook.before = atRequest(
      ({ method, path }) => method === "GET" && path === "/api/actions/connectors",
      () => act(made),
      3,
    );
    const { body, failed } = await call("safe_delete_connector", { ids: ["one"] });
    expect([failed, body.error]).toMatchObject([true, { code: "in_use", detail: { rules: [{ name }] } }]);
    expect([deletes(made), await made.connectorIds()]).toEqual([[], ["one", "other"]]);
  });

  test.each([
    ["safe_delete_connector", { ids: ["one"] }],
    ["undo_change", undefined],
  ])("between the last look and the DELETE (%s): done, with the rule's name and the call that brings it back", async (tool, args) => {
    const made = await deployment({ connectors: ["one"] });
    const { call } = await serve(made);
    const created = args
      ? undefined
      : (await call("create_connector", { name: "Made here", type: ".server-log", id: "made-here" })).body.change;
    const id = args ? "one" : "made-here";
    made.hook.before = atRequest(isDelete, () => makeRule(made.bare, "late", [logs(id)]));
    const { body } = await call(tool, args ?? { change: created });
    expect(body).toMatchObject({
      status: "done",
      result: { deleted: [id] },
      warnings: [expect.stringMatching(new RegExp(`A rule began to use .*\\(${id}\\) while it was being deleted: "Rule late"`))],
      next: [{ tool: "undo_change", args: { change: body.change, id } }],
    });
    const [back] = body.next;
    expect((await call(back.tool, back.args)).body).toMatchObject({ status: "done", result: { connector: { id } } });
    expect(await made.connectorIds()).toContain(id);
  });

  test.each([1, 2])("while it is being deleted, as number %s of three: the rest is not started, and partial says why", async (number) => {
    const ids = ["one", "two", "three"];
    const made = await deployment({ connectors: ids });
    const { call } = await serve(made);
    const taken = ids[number - 1] ?? "";
    made.hook.before = atRequest(isDelete, () => makeRule(made.bare, "late", [logs(taken)]), number);
    const { body } = await call("safe_delete_connector", { ids });
    expect(body).toMatchObject({
      status: "partial",
      message: `${number} of 3 done; ${3 - number} not started, because a rule began to use the last one while it was being deleted.`,
      fix: expect.stringContaining("undo_change"),
      result: { deleted: ids.slice(0, number), not_deleted: ids.slice(number) },
      warnings: [expect.stringContaining("Rule late")],
      next: [{ tool: "undo_change", args: { change: body.change, id: taken } }],
    });
    expect((await made.connectorIds()).sort()).toEqual(ids.slice(number).sort());
    expect((await call("undo_change", body.next[0].args)).body.status).toBe("done");
    await nothingDangles(made);
  });

  test("while it is being deleted, as the last one: done, with the call that restores it", async () => {
    const made = await deployment({ connectors: ["one", "two"] });
    const { call } = await serve(made, {}, startBuilt);
    made.hook.before = atRequest(isDelete, () => makeRule(made.bare, "late", [logs("two")]), 2);
    const { body } = await call("safe_delete_connector", { ids: ["one", "two"] });
    expect(body).toMatchObject({
      status: "done",
      warnings: [expect.stringContaining("Rule late")],
      next: [{ args: { change: body.change, id: "two" } }],
    });
  });

  test("while the answer of the DELETE is lost: it is reported anyway", async () => {
    const made = await deployment({ connectors: ["one"] });
    const { call } = await serve(made);
    await made.bare("POST", "/sandbox/faults", { fault: "cut_after", method: "DELETE" });
    made.hook.before = atRequest(isDelete, () => makeRule(made.bare, "late", [logs("one")]));
    const { body } = await call("safe_delete_connector", { ids: ["one"] });
    expect(body.warnings.join()).toMatch(/It happened anyway\..*"Rule late"/s);
  });
});

describe("somebody changes the connector while what uses it is read just before the DELETE", () => {
  const asOther = (made: Deployment) =>
    made
      .bare("DELETE", "/api/actions/connector/one")
      .then(() => makeConnector(made.bare, "one", { connector_type_id: ".index", config: { index: "kept" } }));
  test.each<[what: string, act: (made: Deployment) => Promise<unknown>]>([
    ["its name", (made) => made.bare("PUT", "/api/actions/connector/one", { name: "Another", config: {}, secrets: {} })],
    ["its type", asOther],
  ])("%s, between two pages: nothing is deleted", async (_what, act) => {
    const made = await deployment({ connectors: ["one"] }, ["--empty", "--kibana-version", "9.5.0"]);
    const yaml = (n: number) =>
      `name: w${n}\ntriggers:\n  - type: manual\nsteps:\n  - name: s\n    type: console\n    with: { message: x }\n`;
    for (let n = 0; n < 101; n++) await made.bare("POST", "/api/workflows/workflow", { yaml: yaml(n) });
    const { call } = await serve(made);
    // The plan, the plan again, and the last look each read two pages.
    made.hook.before = atRequest(
      ({ path }) => path.includes("/api/workflows?page=2"),
      () => act(made),
      3,
    );
    const { body, failed } = await call("safe_delete_connector", { ids: ["one"] });
    expect([failed, body.error?.code, deletes(made)]).toEqual([true, "confirmation_invalid", []]);
    expect(await made.connectorIds()).toEqual(["one"]);
  });

  test("its type, while a slow list is awaited: nothing is deleted", async () => {
    const made = await deployment({ connectors: ["one"] });
    const { call } = await serve(made);
    made.hook.before = atRequest(
      ({ method, path }) => method === "GET" && path === "/api/actions/connectors",
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await asOther(made);
      },
      3,
    );
    expect((await call("safe_delete_connector", { ids: ["one"] })).body.error.code).toBe("confirmation_invalid");
    expect(deletes(made)).toEqual([]);
  });
});

describe("what uses a connector cannot be read just before the DELETE", () => {
  test.each(["/api/alerting/rules/_find", "/api/actions/connectors"])("%s: references_unknown, and nothing is deleted", async (path) => {
    const made = await deployment({ connectors: ["one"] });
    const { call } = await serve(made, { args: ["--dangerously-skip-confirmation"] });
    // The plan reads it once.
    made.hook.before = atRequest(
      (one) => one.method === "GET" && one.path.startsWith(path),
      () => made.bare("POST", "/sandbox/faults", { fault: "error", method: "GET", path, times: 5 }),
      2,
    );
    const { body } = await call("safe_delete_connector", { ids: ["one"] });
    expect(body.error).toMatchObject({ code: "references_unknown", message: expect.stringContaining("It was not deleted.") });
    expect([deletes(made), await made.connectorIds()]).toEqual([[], ["one"]]);
  });

  test("after it: done, and the answer says that it could not be looked up", async () => {
    const made = await deployment({ connectors: ["one"] });
    const { call } = await serve(made);
    made.hook.before = atRequest(isDelete, () =>
      made.bare("POST", "/sandbox/faults", { fault: "error", method: "GET", path: "/api/alerting/rules/_find", times: 5 }),
    );
    const { body } = await call("safe_delete_connector", { ids: ["one"] });
    expect([body.status, body.warnings.join()]).toEqual([
      "done",
      expect.stringMatching(/Could not check whether something began to use .*; not looked at: rules \(/),
    ]);
  });

  const unseeing = async () => {
    const file = join(await freshFolder(), "auth.json");
    const admin = { username: "admin", password: "pw", actions: "all", rules: "all" };
    writeFileSync(
      file,
      JSON.stringify({
        users: [admin],
        api_keys: [
          { key: "blind", owner: "admin", actions: "all", rules: "none", workflows: "read", managed_workflows: "read", uptime: "read" },
        ],
      }),
    );
    return deployment({ connectors: ["one"] }, ["--empty", "--auth", file], { authorization: `Basic ${btoa("admin:pw")}` });
  };

  test("a rule that this key may not read refers to it by then: references_unknown", async () => {
    const made = await unseeing();
    const { call } = await serve(made, { env: { KIBANA_API_KEY: "blind" } });
    made.hook.before = atRequest(
      ({ method, path }) => method === "GET" && path === "/api/actions/connectors",
      () => makeRule(made.bare, "unseen", [logs("one")]),
      3,
    );
    const { body } = await call("safe_delete_connector", { ids: ["one"] });
    expect(body.error.code).toBe("references_unknown");
    expect([deletes(made), await made.connectorIds()]).toEqual([[], ["one"]]);
  });

  test("afterwards, by a key that may read no rules: the answer says so", async () => {
    const made = await unseeing();
    const { call } = await serve(made, { env: { KIBANA_API_KEY: "blind" } });
    const { body } = await call("safe_delete_connector", { ids: ["one"] });
    expect([body.status, body.warnings.join()]).toEqual([
      "done",
      expect.stringMatching(/Could not check whether something began to use .*; not looked at: rules \(This key may not read them\)/),
    ]);
  });
});

interface Racing {
  rules?: Record<string, string[]>;
  /** What both calls are; the second may need what happened before. */
  calls(server: Awaited<ReturnType<typeof serve>>): Promise<[string, Record<string, unknown>][]>;
}

/** Holds after any race: no rule points to a connector that is gone. */
async function nothingDangles(made: Deployment): Promise<void> {
  const { rules, connectors } = JSON.parse(await made.bare("GET", "/sandbox/state"));
  const ids = new Set(connectors.map((one: { id: string }) => one.id));
  for (const rule of rules) for (const action of rule.actions) expect(ids, rule.id).toContain(action.id);
}

const racing: [string, Racing][] = [
  [
    "attach and delete",
    {
      calls: async () => [
        ["attach_connector", attach("one")],
        ["safe_delete_connector", { ids: ["one"] }],
      ],
    },
  ],
  [
    "delete and attach",
    {
      calls: async () => [
        ["safe_delete_connector", { ids: ["one"] }],
        ["attach_connector", attach("one")],
      ],
    },
  ],
  [
    "attach and a delete of a batch",
    {
      calls: async () => [
        ["attach_connector", attach("two")],
        ["safe_delete_connector", { ids: ["one", "two"] }],
      ],
    },
  ],
  [
    "replace and delete of its target",
    {
      rules: { there: ["two"] },
      calls: async () => [
        ["replace_connector", { from: "two", to: "one" }],
        ["safe_delete_connector", { ids: ["one"] }],
      ],
    },
  ],
  [
    "delete and replace to it",
    {
      rules: { there: ["two"] },
      calls: async () => [
        ["safe_delete_connector", { ids: ["one"] }],
        ["replace_connector", { from: "two", to: "one" }],
      ],
    },
  ],
  [
    "an undo that gives it back to a rule, and its delete",
    {
      rules: { there: ["one"] },
      calls: async ({ call }) => {
        const { body } = await call("replace_connector", { from: "one", to: "two" });
        return [
          ["undo_change", { change: body.change }],
          ["safe_delete_connector", { ids: ["one"] }],
        ];
      },
    },
  ],
  [
    "an undo of its creation, and attach",
    {
      calls: async ({ call }) => {
        const { body } = await call("create_connector", { name: "Fresh", type: ".server-log", id: "fresh" });
        return [
          ["attach_connector", attach("fresh")],
          ["undo_change", { change: body.change }],
        ];
      },
    },
  ],
];

function attach(connector: string) {
  return { connector, rules: ["bare"], params: { message: "{{rule.name}}" } };
}

describe("called at once on one server", () => {
  test.each(racing)(
    "%s: one is done, the other is not, and no rule points to a connector that is gone",
    async (_what, { rules = {}, calls }) => {
      const made = await deployment({ connectors: ["one", "two"], rules: { ...rules, bare: [] } });
      let person: () => ReturnType<typeof yes> | Promise<ReturnType<typeof yes>> = yes;
      const server = await serve(made, { person: () => person() });
      const both = await calls(server);
      person = yesTogether(2);
      holdingDeletes(made);
      const answers = await Promise.all(both.map(([tool, args]) => server.call(tool, args)));
      expect(answers.map(({ body, failed }) => (failed ? "failed" : body.status)).sort()).not.toEqual(["done", "done"]);
      expect(answers.filter(({ body }) => body.status === "done")).toHaveLength(1);
      await nothingDangles(made);
    },
  );

  test("two deletes of the same: one is done, and one request is made", async () => {
    const made = await deployment({ connectors: ["one"] });
    const server = await serve(made, { person: yesTogether(2) });
    const answers = await Promise.all([1, 2].map(() => server.call("safe_delete_connector", { ids: ["one"] })));
    expect(answers.filter(({ body }) => body.status === "done")).toHaveLength(1);
    expect(deletes(made)).toEqual(["one"]);
  });

  test("writes that overlap crosswise over several connectors and rules do not deadlock", async () => {
    const made = await deployment({ connectors: ["one", "two", "three"], rules: { a: ["one"], b: ["two"], bare: [] } });
    const server = await serve(made, { person: yesTogether(4) });
    const answers = await Promise.all([
      server.call("replace_connector", { from: "one", to: "two" }),
      server.call("replace_connector", { from: "two", to: "one", rules: ["b"] }),
      server.call("attach_connector", attach("three")),
      server.call("safe_delete_connector", { ids: ["three"] }),
    ]);
    expect(answers).toHaveLength(4);
    await nothingDangles(made);
  });

  test("by two principals over HTTP: one is done, the other is not", async () => {
    const made = await deployment({ connectors: ["one"], rules: { bare: [] } });
    const file = join(await freshFolder(), "tokens.json");
    writeFileSync(file, JSON.stringify({ principals: ["ann", "bob"].map((name) => ({ name, token: tokenOf(name) })) }), { mode: 0o600 });
    const served = await startHttpProcess(["--http", "127.0.0.1:0", "--auth-token-file", file], {}, made.url);
    const person = yesTogether(2);
    holdingDeletes(made);
    const [ann, bob] = [await openClient(served.url, tokenOf("ann"), person), await openClient(served.url, tokenOf("bob"), person)];
    const answers = await Promise.all([ann.call("attach_connector", attach("one")), bob.call("safe_delete_connector", { ids: ["one"] })]);
    expect(answers.filter(({ body }) => body.status === "done")).toHaveLength(1);
    await nothingDangles(made);
  });
});

describe("two servers that share a journal", () => {
  test("a rule that the other one gave the connector just before: in_use", async () => {
    const made = await deployment({ connectors: ["one", "two"], rules: { bare: [] } });
    const env = { CONNECTORS_JOURNAL_DIR: join(await freshFolder(), "journal") };
    const [left, right] = [await serve(made, { env }), await serve(made, { env })];
    made.hook.before = atRequest(isDelete, () => right.call("attach_connector", attach("two")));
    const { body } = await left.call("safe_delete_connector", { ids: ["one", "two"] });
    expect(body).toMatchObject({ status: "partial", result: { deleted: ["one"], not_deleted: ["two"] } });
    await nothingDangles(made);
  });

  test("one that it deletes while this one attaches it: the attach says so, with the call that undoes it", async () => {
    const made = await deployment({ connectors: ["one"], rules: { bare: [] } });
    const env = { CONNECTORS_JOURNAL_DIR: join(await freshFolder(), "journal") };
    const { call } = await serve(made, { env });
    // After Kibana saved the rule, before it is read back: somebody deletes without looking.
    made.hook.before = atRequest(
      ({ method, path }) => method === "GET" && path === "/api/alerting/rule/bare" && made.calls.some(isRulePut),
      () => made.bare("DELETE", "/api/actions/connector/one"),
    );
    const { body } = await call("attach_connector", attach("one"));
    expect(body).toMatchObject({ status: "done", next: [{ tool: "undo_change", args: { change: body.change } }, {}] });
    expect(body.warnings.join()).toMatch(/Somebody else deleted .*\(one\) while it was being added to this rule: "Rule bare"/);
    expect((await call("undo_change", { change: body.change })).body.status).toBe("done");
    await nothingDangles(made);
  });

  test.each([
    ["replace_connector", async () => ({ from: "one", to: "two" })],
    [
      "undo_change",
      async ({ call }: Awaited<ReturnType<typeof serve>>) => ({
        change: (await call("replace_connector", { from: "two", to: "one" })).body.change,
      }),
    ],
  ])("%s: what the rules point to now is checked at the end", async (tool, argsOf) => {
    const made = await deployment({
      connectors: ["one", "two"],
      rules: { a: [tool === "undo_change" ? "two" : "one"], b: [tool === "undo_change" ? "two" : "one"] },
    });
    const server = await serve(made);
    const args = await argsOf(server);
    const before = made.calls.filter(isRulePut).length;
    made.hook.before = atRequest(
      ({ method, path }) => method === "GET" && /\/rule\/[ab]$/.test(path) && made.calls.filter(isRulePut).length === before + 2,
      () => made.bare("DELETE", "/api/actions/connector/two"),
    );
    const { body } = await server.call(tool, args);
    expect(body.warnings.join()).toMatch(
      /Somebody else deleted .*\(two\) while it was being added to these rules: "Rule [ab]", "Rule [ab]"\./,
    );
    expect(body.next[0]).toMatchObject({ tool: "undo_change", args: { change: body.change } });
  });
});

test("a connector that all spaces have does not make the rules of two spaces wait for each other's plan", async () => {
  const made = await deployment({}, []);
  const server = await serve(made, { person: yesTogether(2) });
  const to = { params: { to: ["ops@example.com"] }, connector: "ops-mail-preconfigured" };
  const answers = await Promise.all([
    server.call("attach_connector", { ...to, rules: ["disk-almost-full"] }),
    server.call("attach_connector", { ...to, rules: ["payment-declines"], space: "team-payments" }),
  ]);
  expect(answers.map(({ body }) => body.status)).toEqual(["done", "done"]);
});
