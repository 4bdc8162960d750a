import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { startServer } from "../support/built-server.ts";
import { accepts, type ProductOptions, product } from "../support/product.ts";
import { documentOf, references, seedConnector } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;
type Made = Awaited<ReturnType<typeof product>>;

const index = { type: ".index", config: { index: "audit" } };
const old = references({ routingKey: "canary-old-routing-key" });
const pagerduty = { type: ".pagerduty", secrets: { routingKey: "canary-old-routing-key" } };

const empty = (options: ProductOptions = {}) =>
  product({ person: accepts, env: old.env, ...options, sandbox: { empty: true, spaces: ["a", "b", "c"], ...options.sandbox } });

const undo = async (made: Made, change: string, args: Args = {}) => (await made.call("undo_change", { change, ...args })).body;
const rows = (body: { result: { rows: { space: string; state: string; id?: string }[] } }) =>
  body.result.rows.map(({ space, state, id }) => [space, state, id].filter((one) => one !== undefined).join(" "));

/** Three new connectors, in a, b and c. */
async function created(options: ProductOptions = {}) {
  const made = await empty(options);
  const { body } = await made.call("create_connector", { name: "Trail", ...index, space: "a,b,c" });
  return { made, change: body.change as string };
}

async function withRule(made: Made, space: string, id: string) {
  const action = {
    id,
    group: "query matched",
    params: { documents: [{ a: 1 }] },
    frequency: { summary: false, notify_when: "onActiveAlert", throttle: null },
  };
  await made.bare("POST", `/s/${space}/api/alerting/rule/r-${space}`, {
    ...{ name: "Disk", rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "1m" }, params: {} },
    actions: [action],
  });
}

describe("new connectors in several spaces", () => {
  test("go together, with one question that names each; undone again there is nothing to do", async () => {
    const { made, change } = await created();
    const body = await undo(made, change);
    expect(body).toMatchObject({ status: "done", asked: "form", space: "c, b, a", result: { counts: { deleted: 3 } } });
    expect(made.questions).toHaveLength(1);
    expect(made.questions[0]?.message).toContain('- delete connector "Trail" (.index) in 3 spaces: c (trail-c), b (trail-b), a (trail-a)');
    for (const space of ["a", "b", "c"]) expect(await documentOf(made, `trail-${space}`)).toBeUndefined();
    expect(await undo(made, change)).toMatchObject({ status: "no_change", result: { counts: { unchanged: 3 } } });
    // The undo is a change too.
    const again = await undo(made, body.change);
    expect([again.status, rows(again)]).toEqual(["done", ["a created trail-a", "b created trail-b", "c created trail-c"]]);
  });

  test.each<[string, Args, string[]]>([
    ["one space", { space: "b" }, ["trail-a", "trail-c"]],
    ["two spaces", { space: "a,c" }, ["trail-b"]],
    ["one connector", { id: "trail-a" }, ["trail-b", "trail-c"]],
    ["all spaces", { space: "*" }, []],
  ])("are undone for %s alone", async (_what, args, left) => {
    const { made, change } = await created();
    expect((await undo(made, change, args)).status).toBe("done");
    const still = ["trail-a", "trail-b", "trail-c"].map(async (id) => ((await documentOf(made, id)) ? [id] : []));
    expect((await Promise.all(still)).flat()).toEqual(left);
  });

  test.each<[string, Args]>([
    ["a space that the change had nothing in", { space: "default" }],
    ["a connector of another space", { id: "trail-a", space: "b" }],
  ])("%s is refused", async (_what, args) => {
    const { made, change } = await created();
    expect(await undo(made, change, args)).toMatchObject({ code: "invalid_arguments", message: expect.stringContaining("in space") });
    expect((await undo(made, "last", { space: "b" })).result).toEqual({ deleted: ["trail-b"] });
  });

  test("that are used, or were changed, or are gone by now stay, with the reason; the others go", async () => {
    const { made, change } = await created({ sandbox: { spaces: ["a", "b", "c", "d"] } });
    const { body: more } = await made.call("create_connector", { name: "Second", ...index, space: "a,b,c,d" });
    await withRule(made, "a", "second-a");
    await made.bare("PUT", "/s/b/api/actions/connector/second-b", { name: "Second", config: { index: "theirs" }, secrets: {} });
    await made.bare("DELETE", "/s/c/api/actions/connector/second-c");
    const body = await undo(made, more.change);
    expect(body.result.counts).toEqual({ left_out: 1, changed_since: 1, deleted: 1, unchanged: 1 });
    expect(rows(body)).toEqual(["a left_out second-a", "b changed_since second-b", "d deleted second-d", "c unchanged second-c"]);
    expect(body.result.rows[0].why).toContain("Disk");
    expect(body.result.rows[1].differs).toEqual(["config.index"]);
    const { message } = made.questions.at(-1) ?? { message: "" };
    expect([
      message.includes("Left out"),
      message.includes("b (second-b)"),
      message.includes('Delete connector "Second" (.index, id second-d) in space d.'),
    ]).toEqual([true, true, true]);
    expect([await documentOf(made, "second-d"), (await documentOf(made, "second-a"))?.name]).toEqual([undefined, "Second"]);
    // Nothing can go: an error, or what is so.
    await withRule(made, "b", "trail-b");
    expect(await undo(made, change, { id: "trail-b" })).toMatchObject({ code: "in_use" });
  });

  test("that begin to be used while the person reads are looked at once more", async () => {
    let taken = false;
    const made: Made = await empty({
      person: async () => {
        if (!taken) await withRule(made, "b", "trail-b");
        taken = true;
        return { action: "accept", content: { confirm: true } };
      },
    });
    const { body } = await made.call("create_connector", { name: "Trail", ...index, space: "a,b" });
    expect((await undo(made, body.change)).status).toBe("plan_changed");
    expect(await documentOf(made, "trail-a")).toBeDefined();
    expect(rows(await undo(made, body.change))).toEqual(["b left_out trail-b", "a deleted trail-a"]);
  });

  test("whose users cannot all be seen take their name typed, once for all copies", async () => {
    const auth = JSON.stringify({ api_keys: [{ key: "mine", owner: "ann", actions: "all", rules: "all", workflows: "none" }] });
    const sandbox = await startSandbox({ empty: true, spaces: ["a", "b"], auth });
    onTestFinished(() => sandbox.close());
    const asked: string[][] = [];
    const server = await startServer({
      env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "mine" },
      person: ({ message, ...form }) => {
        asked.push([message, Object.keys(Object("requestedSchema" in form ? form.requestedSchema.properties : {})).join()]);
        return { action: "accept", content: { name: "Talk", confirm: true } };
      },
    });
    onTestFinished(() => server.close());
    const { body } = await server.call("create_connector", { name: "Talk", type: ".index", config: { index: "a" }, space: "a,b" });
    asked.length = 0;
    const undone = await server.call("undo_change", { change: body.change });
    expect([undone.body.status, undone.body.result.counts]).toEqual(["done", { deleted: 2 }]);
    expect(asked).toEqual([[expect.stringMatching(/^Not looked at, so they may use it: /), "name"]]);
  });
});

describe("a change of several copies", () => {
  test("gives each its own config back, with the old secret given once", async () => {
    const stored = { email: "e@example.com", apiToken: "canary-old-token" };
    const of = references(stored);
    const made = await empty({ env: { ...of.env, CONNECTOR_SECRET_NEW: "canary-new-token" } });
    for (const space of ["a", "b", "c"]) {
      const config = { apiUrl: "https://jira.example.com", projectKey: space };
      await seedConnector(made, { id: `t-${space}`, space, name: "Tickets", type: ".jira", config, secrets: stored });
    }
    const documents = () => Promise.all(["t-a", "t-b", "t-c"].map((id) => documentOf(made, id)));
    const before = await documents();
    const secrets = { ...of.args, apiToken: { $env: "CONNECTOR_SECRET_NEW" } };
    const { body } = await made.call("update_connector", { id: "Tickets", space: "*", config: { projectKey: "ALL" }, secrets });
    expect(body.result.counts).toEqual({ updated: 3 });
    expect((await undo(made, body.change)).code).toBe("secrets_needed");
    expect(
      rows(await undo(made, body.change, { space: "b", secrets: of.args }).then((one) => ({ result: { rows: [one.result.connector] } }))),
    ).toEqual(["b t-b"]);
    const rest = await undo(made, body.change, { secrets: of.args });
    expect(rest.result.counts).toEqual({ unchanged: 1, updated: 2 });
    expect(await documents()).toEqual(before);
  });
});

describe("several deleted connectors", () => {
  test("come back together; one whose secrets are needed waits for a call of its own", async () => {
    const made = await empty();
    await seedConnector(made, { id: "trail", name: "Trail", ...index });
    await seedConnector(made, { id: "pd", name: "Pager", ...pagerduty });
    const { body } = await made.call("safe_delete_connector", { ids: ["trail", "pd"] });
    const first = await undo(made, body.change);
    expect([first.status, rows(first)]).toEqual(["done", ["default left_out pd", "default created trail"]]);
    expect(first.result.rows[0].why).toContain("routingKey");
    const again = await undo(made, body.change, { secrets: old.args });
    expect(rows(again)).toEqual(["default created pd", "default unchanged trail"]);
  });

  test("whose secrets differ are never given the same ones", async () => {
    const made = await empty();
    for (const id of ["one", "two"]) await seedConnector(made, { id, name: id, ...pagerduty });
    const { body } = await made.call("safe_delete_connector", { ids: ["one", "two"] });
    expect(body.undo.note).toMatch(/one by one, each with its `id`: "one", "two"/);
    const writes = made.writes().length;
    expect(await undo(made, body.change, { secrets: old.args })).toMatchObject({
      code: "invalid_arguments",
      detail: { ids: ["two", "one"] },
    });
    expect(made.writes()).toHaveLength(writes);
    for (const id of ["one", "two"]) expect((await undo(made, body.change, { id, secrets: old.args })).status).toBe("done");
  });
});
