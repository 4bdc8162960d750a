import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { action, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const key = "{{rule.id}}-{{alert.id}}";
const page = (more: Dict = {}) => ({ eventAction: "trigger", summary: "s", dedupKey: key, ...more });
const resolve = (more: Dict = {}) => ({ eventAction: "resolve", dedupKey: key, ...more });
const open = (more: Dict = {}) => ({ subAction: "createAlert", subActionParams: { message: "m", alias: key, ...more } });
const close = (more: Dict = {}) => ({ subAction: "closeAlert", subActionParams: { alias: key, ...more } });
const fires = (id: string, params: Dict) => action(id, { params });
const over = (id: string, params: Dict) => action(id, { params, group: "recovered" });

async function deployment(kinds: readonly string[], sandbox: Dict = {}): Promise<Made> {
  const made = await product({ person: accepts, sandbox: { empty: true, ...sandbox } });
  for (const kind of kinds)
    for (const id of [kind, `${kind}2`])
      await made.bare("POST", `/api/actions/connector/${id}`, { name: `Connector ${id}`, ...rehearsedConnectors[kind] });
  return made;
}

const attach = async (made: Made, connector: string, args: Dict = {}) =>
  (await made.call("attach_connector", { connector, rules: ["r1"], ...args })).body;
// biome-ignore lint/suspicious/noExplicitAny: tests look into findings freely
const audit = async (made: Made, check: string): Promise<any[]> =>
  (await made.call("audit_connectors", { checks: [check], detail: true })).body.findings;
const rehearse = async (made: Made, id: string) => (await made.call("test_connector", { id, rule: "r1" })).body;
const paramsOf = async (made: Made) => (await ruleOf(made, "r1")).actions.map((one: { params: Dict }) => one.params);

/** A connector, its actions as they are, what Kibana refuses of them, and as a mend leaves them. */
const refused: [what: string, kind: string, actions: Dict[], why: string, mended: Dict[]][] = [
  [
    "a close with a message",
    "genie",
    [fires("genie", open()), over("genie", close({ message: "m" }))],
    "params.subActionParams.message is none of its fields",
    [open(), close()],
  ],
  [
    "both actions with a field of no version",
    "jsm",
    [fires("jsm", open({ team: "a" })), over("jsm", close({ team: "a" }))],
    "params.subActionParams.team is none of its fields",
    [open(), close()],
  ],
  [
    "a page with an unknown field",
    "pager",
    [fires("pager", page({ urgency: "x" })), over("pager", resolve())],
    "params.urgency is none of its fields",
    [page(), resolve()],
  ],
  [
    "a page with a severity that there is none of",
    "pager",
    [fires("pager", page({ severity: "urgent" })), over("pager", resolve())],
    "params.severity must be one of",
    [page({ severity: "critical" }), resolve()],
  ],
  [
    "a page with a time that is none",
    "pager",
    [fires("pager", page({ timestamp: "yesterday" })), over("pager", resolve())],
    "params.timestamp must be",
    [page(), resolve()],
  ],
  ["a message without words", "slack", [fires("slack", {})], "params.message is required", [{ message: expect.stringContaining("{{") }]],
  [
    "a mail with a field of another type",
    "mail",
    [fires("mail", { to: ["a@example.com"], subject: "s", message: "m", text: "x" })],
    "params.text is none of its fields",
    [{ to: ["a@example.com"], subject: "s", message: "m" }],
  ],
];

describe("an action that Kibana refuses in each run", () => {
  test.each(refused)("is told where it stays, with the call that mends it: %s", async (_what, kind, actions, why, mended) => {
    const made = await deployment([kind]);
    await makeRule(made, "r1", actions);
    const { status, message, warnings, next } = await attach(made, kind);
    expect([status, message]).toEqual(["no_change", expect.not.stringContaining("everything")]);
    expect(warnings.join()).toContain("fails in each run");
    expect(warnings.join()).toContain(why);
    for (const call of next) expect((await made.call(call.tool, call.args)).body.status).toBe("done");
    expect(await paramsOf(made)).toEqual(mended);
    expect(await attach(made, kind)).toMatchObject({ status: "no_change", message: expect.stringContaining("with everything") });
  });

  test.each(refused)("is found by the audit, with one call: %s", async (_what, kind, actions, why, mended) => {
    const made = await deployment([kind]);
    await makeRule(made, "r1", actions);
    const [found, ...more] = await audit(made, "params_refused");
    expect([found, more]).toMatchObject([{ connector: { id: kind }, rule: { id: "r1" }, evidence: expect.stringContaining(why) }, []]);
    expect((await made.call(found.next.tool, found.next.args)).body.status).toBe("done");
    expect(await paramsOf(made)).toEqual(mended);
    expect(await audit(made, "params_refused")).toEqual([]);
  });

  test.each(refused)("is a problem in a rehearsal, with the call that mends it: %s", async (_what, kind, actions, _why, mended) => {
    const made = await deployment([kind]);
    await makeRule(made, "r1", actions);
    const { result, next } = await rehearse(made, kind);
    expect(result.problems.length).toBeGreaterThan(0);
    for (const call of next) expect((await made.call(call.tool, call.args)).body.status).toBe("done");
    expect(await paramsOf(made)).toEqual(mended);
    expect((await rehearse(made, kind)).result.problems).toBeUndefined();
  });

  test("loses what is refused where it is replaced, by params or none, and the question says so", async () => {
    for (const params of [undefined, close({ note: "over" })]) {
      const made = await deployment(["genie"]);
      await makeRule(made, "r1", [fires("genie", open()), over("genie", close({ message: "m" }))]);
      const { status, warnings } = await attach(made, "genie", { groups: ["recovered"], replace: true, ...(params && { params }) });
      expect([status, warnings.join()]).toEqual(["done", expect.stringContaining("subActionParams.message")]);
      expect(made.questions[0]?.message).toContain(
        'Dropped from its action on "recovered" (onActionGroupChange), since .opsgenie refuses it',
      );
      expect(await paramsOf(made)).toEqual([open(), params ?? close()]);
    }
  });

  test("is told where another action is added, and stays as it is", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", [fires("pager", page({ urgency: "x" }))]);
    const { status, warnings, next } = await attach(made, "pager");
    expect([status, warnings.join()]).toEqual([
      "done",
      expect.stringContaining("fails in each run: .pagerduty refuses its params (params.urgency"),
    ]);
    expect(next).toMatchObject([{ args: { groups: ["query matched"], replace: true } }]);
    expect(await paramsOf(made)).toEqual([page({ urgency: "x" }), resolve()]);
  });

  test("loses what is refused where a move lays params over it, and is moved as it is by a bare one", async () => {
    for (const args of [{ recovery_params: { subActionParams: { note: "over" } } }, {}]) {
      const made = await deployment(["genie"]);
      await makeRule(made, "r1", [fires("genie", open()), over("genie", close({ message: "m" }))]);
      const { status, warnings = [] } = (await made.call("replace_connector", { from: "genie", to: "genie2", ...args })).body;
      const isLaidOver = Object.keys(args).length > 0;
      expect([status, warnings.join().includes("Dropped, as")]).toEqual(["done", isLaidOver]);
      expect(warnings.join().includes("Kibana refuses what is moved")).toBe(!isLaidOver);
      expect(await paramsOf(made)).toEqual([open(), isLaidOver ? close({ note: "over" }) : close({ message: "m" })]);
    }
  });

  test("is critical where nobody else hears, less beside others, least on recovery; one finding for one fault", async () => {
    const severities = async (actions: Dict[]) => {
      const made = await deployment(["pager", "slack"]);
      await makeRule(made, "r1", actions);
      expect(await audit(made, "notifies_nobody")).toEqual([]);
      return (await audit(made, "params_refused")).map(({ severity }) => severity);
    };
    const wrong = fires("pager", page({ urgency: "x" }));
    expect(await severities([wrong, over("pager", resolve())])).toEqual(["critical"]);
    expect(await severities([wrong, fires("slack", { message: "m" })])).toEqual(["high"]);
    expect(await severities([fires("pager", page()), over("pager", resolve({ eventAction: "closed" }))])).toEqual(["medium"]);
    expect(await severities([fires("pager", page()), over("pager", resolve())])).toEqual([]);
  });
});

describe("an action that is right, or may be", () => {
  test.each<[string, string, Dict[], Dict]>([
    ["as attached", "genie", [fires("genie", open()), over("genie", close())], {}],
    [
      "a template where a value is checked",
      "pager",
      [fires("pager", page({ severity: "{{context.value}}" })), over("pager", resolve())],
      {},
    ],
    ["a field that resolve does not send", "pager", [fires("pager", page()), over("pager", resolve({ summary: "x" }))], {}],
    [
      "a field that a newer Kibana may know",
      "pager",
      [fires("pager", page({ urgency: "x" })), over("pager", resolve())],
      { version: "9.9.0" },
    ],
  ])("stays as it is, with replace too: %s", async (_what, kind, actions, sandbox) => {
    const made = await deployment([kind], sandbox);
    await makeRule(made, "r1", actions);
    const before = await paramsOf(made);
    for (const replace of [false, true])
      expect(await attach(made, kind, { replace })).toMatchObject({ status: "no_change", message: expect.stringContaining("everything") });
    expect(await audit(made, "params_refused")).toEqual([]);
    expect(await paramsOf(made)).toEqual(before);
  });

  test("a field that the call itself gives is not dropped, but warned of", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", [fires("pager", page()), over("pager", resolve())]);
    const { status, warnings } = await attach(made, "pager", { params: { urgency: "x" }, replace: true });
    expect([status, warnings.join()]).toEqual(["done", expect.stringContaining("params.urgency")]);
    expect(await paramsOf(made)).toEqual([page({ urgency: "x" }), resolve()]);
  });

  test("a disabled rule has no finding", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", [fires("pager", page({ urgency: "x" }))], { enabled: false });
    expect(await audit(made, "params_refused")).toEqual([]);
  });
});

describe("where a rule's action is made of what its type fills in, a field beside it changes nothing", () => {
  test.each<[kind: string, params: Dict, runs: boolean]>([
    ["slack", { message: "m", note: 1 }, true],
    ["plain", { body: "{}", note: 1 }, true],
    ["index", { documents: [{ a: 1 }], note: 1 }, true],
    ["plain", { note: 1 }, false],
    ["torq", { body: "{}", note: 1 }, false],
    ["pager", page({ note: 1 }), false],
    ["teams", { message: "m", note: 1 }, false],
    ["mail", { to: ["a@example.com"], subject: "s", message: "m", note: 1 }, false],
  ])("%s with %j", async (kind, params, runs) => {
    const made = await product({ person: accepts, sandbox: { empty: true } });
    const one = kind === "index" ? { connector_type_id: ".index", config: { index: "a" } } : rehearsedConnectors[kind];
    await made.bare("POST", `/api/actions/connector/${kind}`, { name: kind, ...one });
    await makeRule(made, "r1", [fires(kind, params)]);
    const fired = await made.bare("POST", "/sandbox/rules/r1/fire", { state: "active" });
    expect(fired.includes('"status":"error"')).toBe(!runs);
    const mapped = JSON.stringify((await made.call("map_notifications", {})).body);
    expect(mapped.includes("params.note")).toBe(!runs);
    expect(await audit(made, "params_refused")).toHaveLength(runs ? 0 : 1);
    const { result } = await rehearse(made, kind);
    expect(JSON.stringify(result.problems ?? []).includes("params.note")).toBe(!runs);
    const { warnings = [] } = await attach(made, kind);
    expect(JSON.stringify(warnings).includes("fails in each run")).toBe(!runs);
    const byHand = await made.call("execute_connector", { id: kind, params });
    expect(JSON.stringify(byHand.body)).toContain("note");
  });
});
