import { describe, expect, onTestFinished, test } from "vitest";
import { startServer, yes } from "../support/built-server.ts";
import { page, step, workflow } from "../support/other-users.ts";
import { type Passing, type Rewrite, rewritingProxy } from "../support/rewriting-proxy.ts";
import { deployment, makeConnector } from "./race-deployment.ts";

type Row = Record<string, unknown> & { id: string };
/** How Kibana lists its types from then on. */
type Ends = (rows: Row[]) => Row[];

const is = (type: string, more: object) => (row: Row) => (row.id === type ? { ...row, enabled: false, ...more } : row);
const licence = "the licence does not cover it: it needs gold";
const ends: Record<string, (type: string) => { ends: Ends; why: string }> = {
  "its licence ended": (type) => ({
    ends: (rows) => rows.map(is(type, { enabled_in_license: false, minimum_license_required: "gold" })),
    why: licence,
  }),
  "it was switched off": (type) => ({
    ends: (rows) => rows.map(is(type, { enabled_in_config: false })),
    why: "it is switched off in xpack.actions.enabledActionTypes",
  }),
  "it is gone": (type) => ({ ends: (rows) => rows.filter(({ id }) => id !== type), why: "this Kibana does not have its type" }),
};
const words = (type: string, why: string) =>
  `Kibana takes no connectors of type ${type} now: ${why}. An undo is possible once that has changed.`;

/** Connectors of three types, and a server before a Kibana whose types and version may change. */
async function world(rewrite: Rewrite = {}, version = "9.5") {
  const { bare, url } = await deployment({}, ["--empty", "--kibana-version", version]);
  await makeConnector(bare, "index", { connector_type_id: ".index", config: { index: "a" } });
  await makeConnector(bare, "pager", { connector_type_id: ".pagerduty", config: {}, secrets: { routingKey: "k" } });
  const kibana: { types: Ends; version?: string } = { types: (rows) => rows };
  const proxy = await rewritingProxy(url, {
    ...rewrite,
    answer({ path }: Passing, body) {
      if (path.includes("/api/actions/connector_types")) body.splice(0, body.length, ...kibana.types([...body]));
      if (path.startsWith("/api/status") && kibana.version) body.version.number = kibana.version;
    },
  });
  const server = await startServer({ env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any" }, person: yes });
  onTestFinished(() => server.close());
  const offered = async () => {
    const { body } = await server.call("list_changes", { limit: 1 });
    const [{ undo, no_undo: why }] = body.changes;
    return undo ? "undo" : why;
  };
  return { server, bare, kibana, offered, call: server.call, questions: server.questions };
}

describe("of a delete of a type that Kibana no longer takes", () => {
  test.each(
    Object.entries(ends).flatMap(([how, of]) => [
      [how, "index", ".index", of(".index")] as const,
      [how, "pager", ".pagerduty", of(".pagerduty")] as const,
    ]),
  )(
    "since %s (%s): plan, question, answer and list_changes say that it cannot be undone, until Kibana takes it again",
    async (_how, id, type, end) => {
      const { call, kibana, questions, offered } = await world();
      kibana.types = end.ends;
      const why = words(type, end.why);
      const { plan, warnings } = (await call("safe_delete_connector", { ids: [id], dry_run: true })).body;
      const { body } = await call("safe_delete_connector", { ids: [id] });
      expect([plan.reversible, plan.no_undo, body.status, body.undo, body.no_undo, await offered()]).toEqual([
        "no",
        [why],
        "done",
        undefined,
        why,
        why,
      ]);
      // Said once in each answer.
      expect([warnings ?? [], body.warnings ?? []].flat()).not.toContain(why);
      const lines = questions[0]?.split("\n") ?? [];
      expect(lines.filter((line) => /undo/.test(line))).toEqual(["It cannot be undone.", `Note: ${why}`]);
      const secrets = id === "pager" ? { secrets: { routingKey: { $ask: true } } } : {};
      expect((await call("undo_change", { change: body.change, ...secrets })).body.error.code).toMatch(/^type_(unusable|unknown)$/);
      kibana.types = (rows) => rows;
      expect(await offered()).toBe("undo");
      if (id === "index") expect((await call("undo_change", { change: body.change })).body.status).toBe("done");
    },
  );

  test("beside others: it is left out of what is promised, and the others are undone", async () => {
    const { call, kibana, questions } = await world();
    kibana.types = ends["it is gone"]?.(".pagerduty").ends ?? kibana.types;
    const { body } = await call("safe_delete_connector", { ids: ["index", "pager"] });
    const why = words(".pagerduty", "this Kibana does not have its type");
    expect(questions[0]).toContain(`It can be undone in part. ${why}`);
    expect(body.undo).toMatchObject({ tool: "undo_change", note: `1 of the 2 connectors stays as it is: ${why}` });
    expect((await call("undo_change", { change: body.change })).body).toMatchObject({
      status: "done",
      result: { counts: { created: 1, left_out: 1 } },
    });
  });

  test("that began to be used meanwhile: undo_change is not named as the way back", async () => {
    let deleted = false;
    const { call, kibana } = await world({
      refuse({ method, path }) {
        deleted ||= method === "DELETE";
        if (!path.startsWith("/api/workflows")) return undefined;
        const { status, body } = deleted ? page(workflow("late", [step({ type: "index", "connector-id": "index" })])) : page();
        return { status, body: JSON.stringify(body) };
      },
    });
    kibana.types = ends["its licence ended"]?.(".index").ends ?? kibana.types;
    const { body } = await call("safe_delete_connector", { ids: ["index"] });
    expect(body.warnings.join("\n")).toContain(`until the connector is back under its id. ${words(".index", licence)}`);
    expect([body.next, body.undo]).toEqual([undefined, undefined]);
  });

  test("by the undo of its creation: the same", async () => {
    const { call, kibana, questions } = await world();
    const made = await call("create_connector", { id: "made", name: "Made", type: ".index", config: { index: "b" } });
    kibana.types = ends["its licence ended"]?.(".index").ends ?? kibana.types;
    const { body } = await call("undo_change", { change: made.body.change });
    expect([body.status, body.no_undo]).toEqual(["done", words(".index", licence)]);
    expect(questions.at(-1)).toContain("It cannot be undone.\n");
  });
});

test("of an update whose type Kibana no longer takes: list_changes says so, and nobody is asked for the undo", async () => {
  const { call, kibana, offered, questions } = await world();
  const { body } = await call("update_connector", { id: "index", config: { index: "c" } });
  expect(await offered()).toBe("undo");
  kibana.types = ends["its licence ended"]?.(".index").ends ?? kibana.types;
  questions.length = 0;
  expect([await offered(), (await call("undo_change", { change: body.change })).body.error.code, questions]).toEqual([
    words(".index", licence),
    "type_unusable",
    [],
  ]);
  kibana.types = (rows) => rows;
  expect((await call("undo_change", { change: body.change })).body.status).toBe("done");
});

test("of a delete before an upgrade to a version that does not accept the id: list_changes says so", async () => {
  const { call, bare, kibana, offered } = await world({}, "9.3");
  await makeConnector(bare, "Ops_Log.2");
  const { body } = await call("safe_delete_connector", { ids: ["Ops_Log.2"] });
  expect([body.undo?.tool, await offered()]).toEqual(["undo_change", "undo"]);
  kibana.version = "9.4.0";
  expect([await offered(), (await call("undo_change", { change: body.change })).body.error.code]).toEqual([
    'This Kibana does not accept the id "Ops_Log.2" for a new connector.',
    "id_invalid",
  ]);
});

test("of changes of types that Kibana takes: nothing of it, whatever ended for others", async () => {
  const { call, kibana, questions, offered } = await world();
  kibana.types = ends["it is gone"]?.(".pagerduty").ends ?? kibana.types;
  const { body } = await call("safe_delete_connector", { ids: ["index"] });
  expect([body.undo?.tool, questions[0]?.includes("It can be undone."), await offered()]).toEqual(["undo_change", true, "undo"]);
});
