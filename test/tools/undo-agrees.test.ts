import { describe, expect, test } from "vitest";
import { accepts, type ProductOptions, product } from "../support/product.ts";
import { action, makeConnector, makeRule } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Call = [tool: string, args: Record<string, unknown>];

const options: ProductOptions = {
  person: accepts,
  env: { CONNECTOR_SECRET_PD: "k".repeat(32) },
  sandbox: { empty: true, version: "9.4" },
};
const key = { routingKey: { $env: "CONNECTOR_SECRET_PD" } };
const trigger = { eventAction: "trigger", summary: "s" };
const nothing = async () => {};
const one = (id: string, type?: string, more?: object) => (made: Made) => makeConnector(made, id, type, { ...more });
const index = [".index", { config: { index: "trail" } }] as const;

/** A change of each kind, and what plan, answer and journal say about its undo. */
const table: [string, (made: Made) => Promise<void>, Call, reversible: string, RegExp?][] = [
  ["a create", nothing, ["create_connector", { name: "Trail", type: ".server-log" }], "yes"],
  ["an update without secrets", one("trail", ...index), ["update_connector", { id: "trail", config: { index: "b" } }], "yes"],
  ["an update with secrets", one("pd", ".pagerduty"), ["update_connector", { id: "pd", name: "Pager", secrets: key }], "needs_secrets"],
  ["a delete without secrets", one("trail", ...index), ["safe_delete_connector", { ids: ["trail"] }], "yes"],
  ["a delete with secrets", one("pd", ".pagerduty"), ["safe_delete_connector", { ids: ["pd"] }], "needs_secrets"],
  ["a safe test", one("log", ".server-log"), ["test_connector", { id: "log" }], "nothing_to_undo"],
  [
    "a run that cannot be reversed",
    one("log", ".server-log"),
    ["execute_connector", { id: "log", params: { message: "m" } }],
    "no",
    /taken back/,
  ],
  [
    "a run that another run reverses",
    one("pd", ".pagerduty"),
    ["execute_connector", { id: "pd", params: { ...trigger, dedupKey: "k" } }],
    "by_a_run",
  ],
  [
    "rules that get a connector",
    async (made) => {
      await makeConnector(made, "chat");
      await makeRule(made, "r", []);
    },
    ["attach_connector", { connector: "chat", rules: ["r"] }],
    "yes",
  ],
  [
    "rules whose connector is gone",
    async (made) => {
      for (const id of ["old", "new"]) await makeConnector(made, id);
      await makeRule(made, "r", [action("old")]);
      await made.bare("DELETE", "/api/actions/connector/old");
    },
    ["replace_connector", { from: "old", to: "new" }],
    "no",
    /only after "old" exists again/,
  ],
];

/** `yes` if an answer offers a call, `no` if it says why there is none. */
function offered({ undo, no_undo: none }: { undo?: { tool: string; note?: string }; no_undo?: string }): string {
  if (none !== undefined) return none.startsWith("It changed nothing") ? "nothing_to_undo" : "no";
  if (undo === undefined) return "nothing_to_undo";
  if (undo.tool === "execute_connector") return "by_a_run";
  return undo.note?.includes("secrets") ? "needs_secrets" : "yes";
}

test.each(table)(
  "%s: plan, question, answer and journal say the same about its undo",
  async (_what, prepare, [tool, args], reversible, why) => {
    const made = await product(options);
    await prepare(made);
    const { plan } = (await made.call(tool, { ...args, dry_run: true })).body;
    const { body } = await made.call(tool, args);
    const [row] = (await made.call("list_changes")).body.changes;
    expect([plan.reversible, body.status, offered(body), offered(row)]).toEqual([reversible, "done", reversible, reversible]);
    if (why) for (const said of [plan.no_undo.join(), body.no_undo, row.no_undo]) expect(said).toMatch(why);
    const { undo } = row;
    if (undo === undefined) return;
    expect(undo.args).toEqual(undo.tool === "undo_change" ? { ...body.undo.args, id: row.id } : body.undo.args);
    const secrets = reversible === "needs_secrets" ? { secrets: key } : {};
    expect((await made.call(undo.tool, { ...undo.args, ...secrets })).body.status).toBe("done");
    const { changes } = (await made.call("list_changes")).body;
    const then = changes.find(({ change }: { change: string }) => change === body.change);
    if (undo.tool === "undo_change")
      expect(then).toMatchObject({ no_undo: expect.stringMatching(/ (is|are) again as (it was|they were) before that change/) });
  },
);

test("several deleted connectors: the plan says for each whether it needs secrets, and they come back together", async () => {
  const made = await product({ ...options, sandbox: { empty: true, version: "9.4" } });
  await makeConnector(made, "trail", ...index);
  await makeConnector(made, "pd", ".pagerduty");
  const ids = ["trail", "pd"];
  const { plan } = (await made.call("safe_delete_connector", { ids, dry_run: true })).body;
  expect([plan.reversible, plan.effects.map((effect: { reversible: string }) => effect.reversible)]).toEqual([
    "needs_secrets",
    ["yes", "needs_secrets"],
  ]);
  const { body } = await made.call("safe_delete_connector", { ids });
  expect(body.undo).toEqual({ tool: "undo_change", args: { change: body.change }, note: expect.stringContaining("secrets") });
  const undone = (await made.call("undo_change", { ...body.undo.args, secrets: key })).body;
  expect(undone.result.counts).toEqual({ created: 2 });
});

test("without full access no undo is offered, and it says what it takes", async () => {
  const made = await product({ ...options, settings: { access: "change" } });
  const { undo, no_undo: why } = (await made.call("create_connector", { name: "Trail", type: ".server-log" })).body;
  expect([undo, why]).toEqual([undefined, 'Not by this server: undo_change takes access "full", and this is "change".']);
  expect((await made.call("list_changes")).body.changes[0].no_undo).toBe(why);
});

describe("list_changes says what is true now", () => {
  const trail = { name: "Trail", type: ".index", config: { index: "a" } };
  const rowOf = async (made: Made, tool: string) =>
    (await made.call("list_changes")).body.changes.find((one: { tool: string }) => one.tool === tool);

  test.each<[string, (made: Made) => Promise<unknown>, object]>([
    ["nothing happened", nothing, { undo: expect.any(Object) }],
    [
      "it was deleted",
      (made) => made.bare("DELETE", "/api/actions/connector/trail"),
      { no_undo: "It is again as it was before that change." },
    ],
    [
      "it was changed",
      (made) => made.bare("PUT", "/api/actions/connector/trail", { name: "Theirs", config: { index: "b" }, secrets: {} }),
      { no_undo: "It was changed since: name, config.index.", name: "Theirs", name_then: "Trail" },
    ],
    [
      "a rule took it",
      (made) => makeRule(made, "r", [action("trail", { params: { documents: [{ a: 1 }] } })]),
      { no_undo: "It is in use now: Kibana counts 1 reference." },
    ],
  ])("after a create, when since then %s", async (_what, act, row) => {
    const made = await product(options);
    await made.call("create_connector", trail);
    await act(made);
    expect(await rowOf(made, "create_connector")).toMatchObject(row);
  });

  test("and without Kibana what was recorded, and that it is only that", async () => {
    const made = await product(options);
    await made.call("create_connector", trail);
    await made.fault("error", { path: "/api/actions/connectors", times: 9 });
    const { changes, warnings } = (await made.call("list_changes")).body;
    expect([changes[0].name, changes[0].undo.tool, warnings.join()]).toEqual([
      "Trail",
      "undo_change",
      expect.stringContaining("as recorded"),
    ]);
  });

  test("with detail before and after, redacted and cut", async () => {
    const made = await product(options);
    await makeConnector(made, "hook", ".webhook", {
      config: { url: "https://a.example/x?token=abcdefgh", method: "post", hasAuth: false, authType: null },
    });
    await makeConnector(made, "chat");
    await makeRule(made, "r", [action("chat", { params: { message: "Old" } })]);
    const url = "https://b.example/y?token=ijklmnop";
    await made.call("update_connector", { id: "hook", config: { url }, assert_no_other_secrets: true });
    await made.call("attach_connector", { connector: "chat", rules: ["r"], params: { message: "x".repeat(500) }, replace: true });
    const { changes } = (await made.call("list_changes", { detail: true })).body;
    const of = (tool: string) => changes.find((one: { tool: string }) => one.tool === tool);
    const [attached, updated] = [of("attach_connector"), of("update_connector")];
    expect(updated.before).toEqual({ config: { url: "https://a.example/x?token=[redacted]" } });
    expect(updated.after).toEqual({ config: { url: "https://b.example/y?token=[redacted]" } });
    expect(attached.before.goes[0].params).toEqual({ message: "Old" });
    expect(attached.after.comes[0].params.message).toMatch(/^x{300}… \(200 more characters\)$/);
    expect((await made.call("list_changes")).text).not.toContain('"before"');
  });
});
