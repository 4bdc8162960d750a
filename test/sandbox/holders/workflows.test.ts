import { describe, expect, test } from "vitest";
import type { SandboxOptions } from "../../../src/sandbox/index.ts";
import { kibana, refusal } from "../kibana.ts";
import { basic, internal, posting } from "./workflow-yaml.ts";

const root = "/api/workflows";
const one = (id: string) => `${root}/workflow/${id}`;
const { call, get } = await kibana();
const workflow = async (id: string, connector = "ops-slack") =>
  (await call("POST", `${root}/workflow`, { yaml: posting(id, connector), id })).body;
const ids = (list: { results: { id: string }[] }) => list.results.map(({ id }) => id);

describe("which Kibana has workflows", () => {
  const old = refusal(404, "Not Found");
  const words = {
    basic: "Your basic license does not support Workflows. Please upgrade to an enterprise license.",
    platinum: "Your platinum license does not support Workflows. Please upgrade to an enterprise license.",
    expired: "License is expired. Please renew your license.",
    tier: "Your project does not have Workflows available. Please upgrade your tier subscription.",
  };
  test.each<[string, SandboxOptions, unknown]>([
    ["8.17", { version: "8.17" }, old],
    ["9.2", { version: "9.2" }, old],
    ["9.3, where the list is a search", { version: "9.3" }, old],
    ["9.5, basic", { license: "basic" }, { statusCode: 403, error: "Forbidden", message: words.basic }],
    ["9.4, platinum", { version: "9.4", license: "platinum" }, { statusCode: 403, error: "Forbidden", message: words.platinum }],
    ["9.5, expired", { license: "expired" }, { statusCode: 403, error: "Forbidden", message: words.expired }],
    ["Serverless, a low tier", { version: "serverless", license: "basic" }, { statusCode: 403, error: "Forbidden", message: words.tier }],
  ])("%s has no list", async (_name, options, body) => {
    const old = await kibana(options);
    expect((await old.get(root)).body).toEqual(body);
  });

  test.each(["9.4", "9.5", "9.6", "serverless"])("%s lists them", async (version) => {
    const { body } = await (await kibana({ version })).get(root);
    expect(body).toMatchObject({ page: 1, size: 100, total: 4 });
    const [row] = body.results;
    expect(["managed" in row, "permissions" in row]).toEqual([version !== "9.4", version === "9.6" || version === "serverless"]);
  });

  test("9.3 searches, reads, writes and runs on paths of its own", async () => {
    const first = await kibana({ version: "9.3" });
    const found = await first.call("POST", `${root}/search`, {});
    expect(found.body).toMatchObject({ page: 1, size: 100, total: 4 });
    expect((await first.get(`${root}/page-on-call`)).body).toMatchObject({ id: "page-on-call", valid: true });
    const { id } = (await first.call("POST", root, { yaml: posting("New", "ops-slack") })).body;
    expect(id).toMatch(/^workflow-/);
    expect((await first.call("PUT", `${root}/${id}`, { enabled: false })).body).toMatchObject({ enabled: false });
    expect((await first.call("POST", `${root}/page-on-call/run`, { inputs: {} })).body).toEqual({
      workflowExecutionId: expect.any(String),
    });
    expect((await first.call("DELETE", `${root}/${id}`)).status).toBe(200);
    expect((await first.get(one("page-on-call"))).status).toBe(404);
  });

  test("9.4 refuses the query keys of 9.5, and 9.5 those that nobody knows", async () => {
    const older = await kibana({ version: "9.4" });
    expect((await older.get(`${root}?managed=all`)).status).toBe(400);
    expect((await get(`${root}?managed=all&sortField=name`)).status).toBe(200);
    expect((await get(`${root}?limit=3`)).status).toBe(400);
  });
});

describe("privileges", () => {
  const auth = `
users:
  - { username: nobody, password: pw, rules: all }
  - { username: reader, password: pw, workflows: read }
  - { username: writer, password: pw, workflows: all, managed_workflows: read }
`;
  test("come before the licence, and each route needs its own", async () => {
    const own = await kibana({ auth, license: "basic" });
    const refused = (name: string) =>
      refusal(403, `API [GET /api/workflows] is unauthorized for user, this action is granted by the Kibana privileges [${name}]`);
    expect((await own.get(root, basic("nobody"))).body).toEqual(refused("workflowsManagement:read"));
    expect((await own.get(root, basic("reader"))).body.message).toMatch(/license does not support/);
  });

  test.each([
    ["POST", `${root}/workflow`, "create"],
    ["PUT", one("page-on-call"), "update"],
    ["DELETE", one("page-on-call"), "delete"],
    ["POST", `${one("page-on-call")}/run`, "execute"],
    ["POST", `${root}/test`, "execute"],
  ])("reading is not enough for %s %s", async (method, path, privilege) => {
    const own = await kibana({ auth });
    const { status, body } = await own.call(method, path, {}, basic("reader"));
    expect([status, body.message]).toEqual([403, expect.stringContaining(`[workflowsManagement:${privilege}]`)]);
    expect((await own.get(root, basic("reader"))).status).toBe(200);
  });

  test("managed ones are left out, and asking for them without the privilege is refused", async () => {
    const own = await kibana({ auth });
    await own.call("POST", "/sandbox/workflows/escalate-incident", { managed_by: "security" });
    const list = async (who: string, query: string) => own.get(`${root}?${query}`, basic(who));
    expect((await list("reader", "managed=all")).body).toEqual(refusal(403, "Forbidden"));
    expect(ids((await list("reader", "")).body)).not.toContain("escalate-incident");
    expect(ids((await list("writer", "managed=all")).body)).toContain("escalate-incident");
    expect(ids((await list("writer", "managed=managed")).body)).toEqual(["escalate-incident"]);
    const edit = await own.call("PUT", one("escalate-incident"), { name: "Mine" }, basic("writer"));
    expect(edit.body).toEqual(refusal(403, "Managed workflows cannot be edited. You can only enable or disable them."));
    expect((await own.call("PUT", one("escalate-incident"), { enabled: false }, basic("writer"))).body.enabled).toBe(false);
  });

  test("a private one is missing from lists and refused by its id", async () => {
    const own = await kibana({ auth, version: "9.6" });
    await own.call("POST", "/sandbox/workflows/page-on-call", { private_to: "writer" });
    const as = (who: string, path: string) => own.get(path, basic(who));
    expect(ids((await as("reader", root)).body)).not.toContain("page-on-call");
    expect((await own.call("POST", `${root}/mget`, { ids: ["page-on-call"] }, basic("reader"))).body).toEqual([]);
    expect((await as("reader", one("page-on-call"))).body).toEqual(refusal(403, "You do not have access to this workflow."));
    expect((await as("writer", one("page-on-call"))).status).toBe(200);
    expect(ids((await as("writer", root)).body)).toContain("page-on-call");
  });
});

describe("reading", () => {
  test("pages, newest change first, one space at a time", async () => {
    const own = await kibana();
    await own.call("PUT", one("escalate-incident"), { tags: ["later"] });
    const all = ids((await own.get(root)).body);
    expect(all).toEqual(["escalate-incident", "mail-on-call", "page-on-call", "weekly-report"]);
    expect(ids((await own.get(`${root}?size=1&page=2`)).body)).toEqual(all.slice(1, 2));
    expect(ids((await own.get(`${root}?tags=later`)).body)).toEqual(["escalate-incident"]);
    expect(ids((await own.get(`${root}?enabled=false`)).body)).toEqual(["weekly-report"]);
    expect(ids((await own.get(`${root}?query=on-call`)).body)).toEqual(["mail-on-call", "page-on-call"]);
    expect(ids((await own.get(`/s/security${root}`)).body)).toEqual(["open-soc-ticket"]);
    expect((await own.get(`${root}?size=10001`)).status).toBe(500);
  });

  test("a definition is parsed, with defaults; YAML that is not valid has none, and is switched off", async () => {
    const { results } = (await get(root)).body;
    const row = (id: string) => results.find((candidate: { id: string }) => candidate.id === id);
    expect(row("page-on-call")).toMatchObject({ valid: true, enabled: true, definition: { version: "1", enabled: true } });
    expect(row("weekly-report")).toMatchObject({
      valid: false,
      enabled: false,
      definition: null,
      yaml: expect.stringContaining("alert-audit-index"),
    });
  });

  test("mget answers a bare list of what it finds, with the fields that were asked for", async () => {
    const { body } = await call("POST", `${root}/mget`, { ids: ["page-on-call", "nope"], source: ["name", "valid"] });
    expect(body).toEqual([{ id: "page-on-call", name: "Page on-call", valid: true }]);
    expect((await call("POST", `${root}/mget`, { ids: [] })).status).toBe(400);
  });

  test("one, its absence, the counts", async () => {
    expect((await get(one("nope"))).body).toEqual(refusal(404, "Workflow not found"));
    expect((await get(`/s/security${one("page-on-call")}`)).status).toBe(404);
    expect((await get("/s/security/api/workflows/stats")).body).toEqual({ workflows: { enabled: 1, disabled: 0 } });
  });

  test("connectors are listed by type without any privilege on them", async () => {
    const auth = "users:\n  - { username: reader, password: pw, workflows: read }\n";
    const own = await kibana({ auth });
    const { body } = await own.get(`${root}/connectors`, basic("reader"));
    expect(body.connectorTypes[".slack"]).toMatchObject({
      actionTypeId: ".slack",
      enabled: true,
      instances: expect.arrayContaining([{ id: "ops-slack", name: "Ops Slack", isPreconfigured: false, isDeprecated: false }]),
    });
    expect(body.connectorTypes[".cases"]).toBeUndefined();
    expect(body.totalConnectors).toBe(10);
  });
});

describe("writing", () => {
  test("a new one answers 200, its id comes from its name, and a taken id is refused wherever it is", async () => {
    const made = async (yaml: string, id?: string) => call("POST", `${root}/workflow`, { yaml, ...(id && { id }) });
    expect(await made(posting("Tell the team!", "ops-slack"))).toMatchObject({ status: 200, body: { id: "tell-the-team", version: 1 } });
    expect((await made(posting("Tell the team!", "ops-slack"))).body.id).toBe("tell-the-team-2");
    await call("DELETE", one("tell-the-team"));
    for (const id of ["tell-the-team", "open-soc-ticket"]) {
      expect((await made(posting("Again", "ops-slack"), id)).body).toEqual(refusal(409, `Workflow with id '${id}' already exists`));
    }
    expect((await made(posting("X", "ops-slack"), "No Good")).status).toBe(400);
  });

  test("YAML that is not valid is stored with 200 and switches the workflow off", async () => {
    await workflow("breaks");
    const bad = posting("breaks", "ops-slack").replace("type: slack", "type: nonsense");
    const { status, body } = await call("PUT", one("breaks"), { yaml: bad });
    expect([status, body]).toMatchObject([200, { valid: false, enabled: false, validationErrors: [expect.stringContaining("nonsense")] }]);
    expect((await get(one("breaks"))).body).toMatchObject({ yaml: bad, definition: null, enabled: false, version: 2 });
    expect((await call("PUT", one("breaks"), { enabled: true })).body).toMatchObject({
      enabled: false,
      validationErrors: ["Cannot enable a workflow without a valid definition. Provide valid YAML first."],
    });
    expect((await call("PUT", one("breaks"), { yaml: posting("breaks", "ops-slack") })).body).toMatchObject({
      valid: true,
      enabled: false,
    });
    expect((await call("PUT", one("breaks"), { yaml: `enabled: true\n${posting("breaks", "ops-slack")}` })).body.enabled).toBe(true);
  });

  test.each([
    ["no YAML", "a: ["],
    ["a list", "- a"],
    ["no steps", "name: n\ntriggers: [{ type: manual }]\nsteps: []\n"],
    ["no trigger", "name: n\ntriggers: []\nsteps: [{ name: s, type: console }]\n"],
    ["two steps of one name", "name: n\ntriggers: [{ type: manual }]\nsteps: [{ name: s, type: console }, { name: s, type: console }]\n"],
    ["a step of a branch without a type", "name: n\ntriggers: [{ type: manual }]\nsteps: [{ name: s, type: if, else: [{ name: t }] }]\n"],
    ["a key twice", "name: n\nname: m\ntriggers: [{ type: manual }]\nsteps: [{ name: s, type: console }]\n"],
  ])("%s is not valid", async (_name, yaml) => {
    expect((await call("POST", `${root}/workflow`, { yaml })).body).toMatchObject({ valid: false, enabled: false, definition: null });
  });

  test("takes no version, and whoever writes last wins and gives scheduled runs their privileges", async () => {
    const auth = `
users:
  - { username: strong, password: pw, workflows: all, actions: all }
  - { username: weak, password: pw, workflows: all }
`;
    const own = await kibana({ auth });
    const save = (who: string, text: string) => own.call("PUT", one("page-on-call"), { yaml: posting(text, "ops-slack") }, basic(who));
    const fire = async () => (await own.call("POST", "/sandbox/workflows/page-on-call/fire", {})).body;
    expect((await own.call("PUT", one("page-on-call"), { yaml: "x", version: 1 }, basic("strong"))).status).toBe(400);
    await save("strong", "One");
    expect(await fire()).toMatchObject({ status: "completed", executedBy: "strong" });
    await save("weak", "Two");
    expect((await own.get(one("page-on-call"), basic("strong"))).body).toMatchObject({ name: "Two", lastUpdatedBy: "weak", version: 3 });
    expect(await fire()).toMatchObject({
      status: "failed",
      executedBy: "weak",
      error: { message: 'Unauthorized to execute a ".slack" action' },
    });
  });

  test("a key other than the YAML is written into it, with its comments", async () => {
    await workflow("edited");
    await call("PUT", one("edited"), { enabled: false, tags: ["a"] });
    const { body } = await get(one("edited"));
    expect(body).toMatchObject({ enabled: false, tags: ["a"], definition: { enabled: false, tags: ["a"] } });
    expect(body.yaml).toContain("post # what it is for");
    expect(body.yaml).toMatch(/^enabled: false$/m);
    expect((await call("PUT", one("edited"), { enabled: true })).body.enabled).toBe(true);
  });

  test("one that is not there: 404, in 9.4 a 500; one that was deleted can be changed", async () => {
    expect((await call("PUT", one("nope"), { enabled: true })).status).toBe(404);
    const older = await kibana({ version: "9.4" });
    expect((await older.call("PUT", one("nope"), { enabled: true })).body).toEqual({
      statusCode: 500,
      error: "Internal Server Error",
      message: "Internal server error: Error: Workflow with id nope not found",
    });
    await workflow("gone");
    expect(await call("DELETE", one("gone"))).toMatchObject({ status: 200, body: "" });
    expect((await get(one("gone"))).status).toBe(404);
    expect((await call("PUT", one("gone"), { enabled: false })).status).toBe(200);
    expect((await get(one("gone"))).status).toBe(404);
  });

  test("with force the id is free again; many at once", async () => {
    await workflow("forced");
    await call("DELETE", `${one("forced")}?force=true`);
    expect((await workflow("forced")).id).toBe("forced");
    const many = [
      { yaml: posting("Many", "ops-slack"), id: "many-1" },
      { yaml: posting("Many", "ops-slack"), id: "forced" },
    ];
    expect((await call("POST", `${root}?dryRun=true`, { workflows: many })).body).toEqual({ existingIds: ["forced"] });
    const { body } = await call("POST", root, { workflows: many });
    expect([body.created.map(({ id }: { id: string }) => id), body.failed]).toMatchObject([["many-1"], [{ id: "forced" }]]);
    const gone = await call("DELETE", `${root}?force=true`, { ids: ["many-1", "forced", "nope"] });
    expect(gone.body).toEqual({ total: 3, deleted: 2, failures: [] });
  });
});

describe("validate", () => {
  const validate = (yaml: string, headers: Record<string, string> = internal) => call("POST", `${root}/validate`, { yaml }, headers);

  test("is internal and has a version", async () => {
    const xsrf = { "kbn-xsrf": "x" };
    const message = "Please specify a version via elastic-api-version header. Available versions: [1]";
    expect((await validate("", xsrf)).body.message).toMatch(/not available with the current configuration/);
    expect((await validate("", { ...xsrf, "x-elastic-internal-origin": "x" })).body).toEqual(refusal(400, message));
    expect((await validate("", { ...internal, "elastic-api-version": "2023-10-31" })).status).toBe(400);
    const older = await kibana({ version: "9.3" });
    expect((await older.call("POST", `${root}/validate`, { yaml: "" }, xsrf)).status).toBe(404);
  });

  test("finds what a save does not look at: connectors and workflows that do not exist", async () => {
    const nowhere = posting("n", "gone", "  - name: go\n    type: workflow.execute\n    with: { workflow-id: nowhere }\n");
    const { body } = await validate(nowhere);
    expect(body.valid).toBe(false);
    expect(body.diagnostics.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(["connectorNotFound", "targetWorkflowNotFound"]);
    expect((await call("POST", `${root}/workflow`, { yaml: nowhere })).body.valid).toBe(true);
  });

  test.each([
    ["by its id", posting("n", "ops-slack"), true, []],
    ["by its name", posting("n", "Ops Slack"), true, []],
    ["by a template", posting("n", '"{{ inputs.c }}"'), true, []],
    ["not YAML", "a: [", false, ["yamlSyntaxError"]],
    ["a shape that nobody knows", "name: n", false, ["schemaViolation", "schemaViolation"]],
  ])("a connector %s", async (_name, yaml, valid, rules) => {
    const { body } = await validate(yaml);
    expect([body.valid, body.diagnostics.map(({ ruleId }: { ruleId: string }) => ruleId)]).toEqual([valid, rules]);
  });
});

test("a space takes its workflows with it", async () => {
  await call("DELETE", "/api/spaces/space/security");
  const { body } = await get("/sandbox/state");
  expect(body.workflows.map(({ id }: { id: string }) => id)).not.toContain("open-soc-ticket");
});
