import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rewritingProxy } from "../support/rewriting-proxy.ts";
import { type Deployment, deployment, makeConnector, serve } from "./race-deployment.ts";

type Config = Record<string, unknown>;
type Edit = (config: Config) => Config;

const hook = { url: "https://hooks.example.com/a", method: "post", hasAuth: false, headers: { "X-A": "1" } };
const cases = {
  createIncidentUrl: "https://c.example.com/i",
  createIncidentJson: '{"t":{{{case.title}}}}',
  createIncidentResponseKey: "id",
  getIncidentUrl: "https://c.example.com/i/{{{external.system.id}}}",
  getIncidentResponseExternalTitleKey: "t",
  viewIncidentUrl: "https://c.example.com/v/{{{external.system.id}}}",
  updateIncidentUrl: "https://c.example.com/i/{{{external.system.id}}}",
  updateIncidentJson: '{"t":{{{case.title}}}}',
  hasAuth: false,
  headers: { "X-A": "1" },
};
const header: Edit = (config) => ({ ...config, headers: { ...Object(config.headers), "X-Person": "p" } });

async function started(more: Parameters<typeof serve>[1] = {}, before?: (made: Deployment) => Promise<{ url: string }>) {
  const made = await deployment();
  const server = await serve(before ? await before(made) : made, more);
  const at = (id: string) => `/api/actions/connector/${id}`;
  const shown = async (id = "c") => JSON.parse(await made.bare("GET", at(id)));
  /** Somebody in Kibana changes it. */
  const edit = async (change: Edit, id = "c") => {
    const { name, config } = await shown(id);
    await made.bare("PUT", at(id), { name, config: change(config), secrets: {} });
  };
  const done = async (tool: string, args: Config): Promise<string> => {
    const { body } = await server.call(tool, args);
    if (body.status !== "done") throw new Error(JSON.stringify(body));
    return body.change;
  };
  const create = (type: string, config: Config) => done("create_connector", { name: "C", id: "c", type, config });
  const newest = async () => (await server.call("list_changes")).body.changes[0];
  const undo = async (change: string, more: Config = {}) => (await server.call("undo_change", { change, ...more })).body;
  return { ...made, server, shown, edit, done, create, newest, undo };
}

const refused = {
  status: "plan_changed",
  message: "It was changed since. Nothing was written: an undo would revert what somebody else did.",
};

describe("what somebody added within a field", () => {
  test.each<[string, string, Config, Edit, string]>([
    ["a header beside another", ".webhook", hook, header, "config.headers"],
    ["the first header of none", ".webhook", { ...hook, headers: {} }, header, "config.headers"],
    ["headers where there were none", ".webhook", { ...hook, headers: null }, header, "config.headers"],
    [
      "a header of an MCP server",
      ".mcp",
      { serverUrl: "https://m.example.com/mcp", hasAuth: false, headers: { "X-A": "1" } },
      header,
      "config.headers",
    ],
    ["a header of a case", ".cases-webhook", cases, header, "config.headers"],
    ["a field", ".index", { index: "a" }, (config) => ({ ...config, executionTimeField: "@timestamp" }), "config.executionTimeField"],
  ])("is not deleted by the undo of a create: %s", async (_what, type, config, change, field) => {
    const { create, edit, shown, newest, undo } = await started();
    const made = await create(type, config);
    await edit(change);
    const now = await shown();
    expect((await newest()).no_undo).toBe(`It was changed since: ${field}.`);
    expect(await undo(made)).toMatchObject({ ...refused, result: { differs: [field] } });
    expect(await shown()).toEqual(now);
  });

  test.each<[string, Config, Config]>([
    ["that it changed", { headers: { "X-A": "1" } }, { headers: { "X-A": "2" } }],
    ["that it filled", { headers: null }, { headers: { "X-A": "2" } }],
    ["from which it removed", { headers: { "X-A": "1", "X-B": "1" } }, { headers: { "X-A": null } }],
  ])("is not reverted by the undo of an update of a field %s", async (_what, before, config) => {
    const { bare, done, edit, shown, newest, undo } = await started();
    await makeConnector(bare, "c", { connector_type_id: ".webhook", config: { ...hook, ...before } });
    const change = await done("update_connector", { id: "c", config });
    await edit(header);
    const now = await shown();
    expect((await newest()).no_undo).toBe("It was changed since: config.headers.");
    expect(await undo(change)).toMatchObject(refused);
    expect(await shown()).toEqual(now);
  });

  test.each<[string, string[]]>([
    ["while the person reads", []],
    ["without a person", ["--dangerously-skip-confirmation"]],
  ])("nor is it %s", async (_what, args) => {
    let race: (() => Promise<void>) | undefined;
    const person = async () => {
      await race?.();
      return { action: "accept" as const, content: { confirm: true, nothing_else: "yes" } };
    };
    const { create, edit, shown, undo } = await started({ args, person });
    const change = await create(".webhook", hook);
    if (args.length > 0) await edit(header);
    else race = () => edit(header);
    expect((await undo(change)).status).toBe("plan_changed");
    expect((await shown()).config.headers).toEqual({ "X-A": "1", "X-Person": "p" });
  });

  test("stays in its copy alone: the others go back", async () => {
    const { bare, done, edit, shown, undo } = await started();
    for (const id of ["c", "d"]) await makeConnector(bare, id, { connector_type_id: ".webhook", config: hook, name: id });
    const first = await done("update_connector", { id: "c", config: { headers: { "X-A": "2" } } });
    const second = await done("update_connector", { id: "d", config: { headers: { "X-A": "2" } } });
    await edit(header, "d");
    expect([(await undo(first)).status, (await undo(second)).status]).toEqual(["done", "plan_changed"]);
    expect([(await shown("c")).config.headers, (await shown("d")).config.headers]).toEqual([
      { "X-A": "1" },
      { "X-A": "2", "X-Person": "p" },
    ]);
  });

  test("beside what an update wrote stays, and is named", async () => {
    const { bare, done, edit, shown, undo } = await started();
    await makeConnector(bare, "c", { connector_type_id: ".webhook", config: hook });
    const change = await done("update_connector", { id: "c", config: { method: "put" } });
    await edit(header);
    const { warnings, status } = await undo(change);
    expect([status, warnings]).toEqual(["done", expect.arrayContaining(["What was changed after it stays as it is now: config.headers."])]);
    const { config } = await shown();
    expect([config.method, config.headers]).toEqual(["post", { "X-A": "1", "X-Person": "p" }]);
  });

  test("is not called the same as before, after an update or a delete that was taken back by hand", async () => {
    const { bare, done, edit, server } = await started();
    await makeConnector(bare, "c", { connector_type_id: ".webhook", config: hook });
    await makeConnector(bare, "d", { connector_type_id: ".webhook", config: hook });
    await done("update_connector", { id: "c", config: { method: "put" } });
    await done("safe_delete_connector", { ids: ["d"] });
    await edit((config) => header({ ...config, method: "post" }));
    await makeConnector(bare, "d", { connector_type_id: ".webhook", config: header(hook) });
    const rows = (await server.call("list_changes")).body.changes;
    expect(rows.map((row: { no_undo: string }) => row.no_undo)).toEqual([
      'The id now belongs to another connector, "The d" (.webhook) with other config.headers.',
      "What that change wrote is again as it was before it. Changed since, and left as it is: config.headers.",
    ]);
  });
});

/** A Kibana that fills in more than this server knows, within fields, too. */
const filling = async ({ url }: Deployment) =>
  rewritingProxy(url, {
    answer: (_call, answer) => {
      for (const one of Array.isArray(answer) ? answer : [answer]) {
        if (one?.config?.headers) one.config = { retries: 2, ...one.config, headers: { "X-Kibana": "1", ...one.config.headers } };
      }
    },
    request: ({ body }) => {
      delete body?.config?.retries;
      delete body?.config?.headers?.["X-Kibana"];
    },
  });

describe("what Kibana fills in by itself", () => {
  test("is no change by somebody: what it answered to the write is expected, and what is added later is not", async () => {
    const { create, done, edit, newest, undo, connectorIds } = await started({}, filling);
    const made = await create(".webhook", hook);
    const change = await done("update_connector", { id: "c", config: { headers: { "X-A": "2" } } });
    expect((await newest()).undo).toBeDefined();
    await edit(header);
    expect((await undo(change)).status).toBe("plan_changed");
    await edit(({ headers, ...config }) => ({ ...config, headers: { "X-A": Object(headers)["X-A"] } }));
    expect((await undo(change)).status).toBe("done");
    expect((await undo(made)).status).toBe("done");
    expect(await connectorIds()).toEqual([]);
  });

  test.each<[string, string, Config]>([
    ["known defaults", ".webhook", { url: hook.url, hasAuth: false, headers: { "X-A": "1" } }],
    ["numbers", ".email", { service: "other", host: "mail.example.com", port: "587", from: "a@example.com", hasAuth: false }],
  ])("is none in a journal that does not have the answer either: %s", async (_what, type, config) => {
    const { create, server, connectorIds, url } = await started();
    const made = await create(type, config);
    const folder = join(server.home, "state/kibana-connectors-mcp/journal");
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".jsonl"))) {
      const lines = readFileSync(join(folder, file), "utf8").split("\n");
      const older = lines.map((line) => (line === "" ? line : JSON.stringify({ ...JSON.parse(line), stored: undefined })));
      writeFileSync(join(folder, file), older.join("\n"));
    }
    const other = await serve({ url }, { env: { CONNECTORS_JOURNAL_DIR: folder } });
    expect((await other.call("undo_change", { change: made })).body.status).toBe("done");
    expect(await connectorIds()).toEqual([]);
  });
});
