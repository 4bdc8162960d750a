import { describe, expect, test } from "vitest";
import { inventedType } from "../support/invented-type.ts";
import { accepts, product } from "../support/product.ts";

const env = { CONNECTOR_SECRET_HEADER: "header-value-1", CONNECTOR_SECRET_USER: "user-value-1", CONNECTOR_SECRET_PW: "password-value-1" };
const reference = (name: string) => ({ $env: `CONNECTOR_SECRET_${name}` });
const headers = { secretHeaders: { "X-Key": reference("HEADER") } };
const open = { url: "https://hook.example.com/a", method: "post", hasAuth: false };
const create = { name: "Hook", id: "hook", type: ".webhook", config: open, secrets: headers };

const withHook = async (more: Partial<Parameters<typeof product>[0]> = {}) => {
  const made = await product({ person: accepts, env, sandbox: { empty: true }, ...more });
  expect((await made.call("create_connector", create)).body.status).toBe("done");
  return made;
};

/** Of a type whose secrets may all be left out. */
const withInvented = async (version: string) => {
  const { config } = inventedType.schema.properties;
  const secrets = {
    type: "object",
    properties: { token: { type: "string", sensitive: true }, other: { type: "string", sensitive: true } },
  };
  const type = { ...inventedType, schema: { properties: { config, secrets } } };
  const made = await product({ person: accepts, env, sandbox: { empty: true, version, specTypes: [type] } });
  const own = { name: "Own", id: "own", type: ".acme-beacon", config: { url: "https://tower.acme.example", region: "north" } };
  expect((await made.call("create_connector", { ...own, secrets: { token: reference("PW") } })).body.status).toBe("done");
  return made;
};

describe("a secret that this server stored itself", () => {
  test.each<[string, { secrets?: object; config?: object; name?: string }]>([
    ["a rename", { name: "Hook 2" }],
    ["another method", { config: { method: "put" } }],
    ["a rotation of the others", { config: { hasAuth: true }, secrets: { user: reference("USER"), password: reference("PW") } }],
    ["an empty map", { name: "Hook 2", secrets: { secretHeaders: {} } }],
  ])("nobody is asked to deny it: %s needs it again", async (_what, args) => {
    const { call, questions } = await withHook();
    const asked = questions.length;
    const { body } = await call("update_connector", { id: "hook", ...args });
    expect([body.code, body.detail?.required, questions.length]).toEqual(["secrets_needed", ["secretHeaders"], asked]);
    expect(body.fix).toContain('secretHeaders.X-Key from {"$env":"CONNECTOR_SECRET_HEADER"}');
    const secrets = { ...args.secrets, ...headers };
    expect((await call("update_connector", { id: "hook", ...args, secrets })).body.status).toBe("done");
    expect(questions.at(-1)?.message).not.toContain("Nothing else is stored");
  });

  test("nor does an unattended run say that it is not there", async () => {
    const { call } = await withHook({ settings: { skipConfirmation: true } });
    const { body } = await call("update_connector", { id: "hook", name: "Hook 2", assert_no_other_secrets: true });
    expect([body.code, body.detail?.required]).toEqual(["secrets_needed", ["secretHeaders"]]);
  });

  test("null in its place drops it, and the question says so", async () => {
    const { call, questions } = await withHook();
    const { body } = await call("update_connector", { id: "hook", name: "Hook 2", secrets: { secretHeaders: null } });
    expect(body.status).toBe("done");
    expect(questions.at(-1)?.message).toContain("secrets.secretHeaders is null: Kibana forgets X-Key.");
    expect(questions.at(-1)?.message).not.toContain("Nothing else is stored");
    expect((await call("update_connector", { id: "hook", name: "Hook 3" })).body.status).toBe("done");
  });

  test("an undo of its exchange needs it again", async () => {
    const { call } = await withHook();
    const { change } = (await call("update_connector", { id: "hook", name: "Hook 2", secrets: headers })).body;
    expect((await call("undo_change", { change })).body.code).toBe("secrets_needed");
    expect((await call("undo_change", { change, secrets: headers })).body.status).toBe("done");
  });

  test.each<[string, string, object]>([
    ["the undo of a delete", "undo_change", {}],
    ["a copy", "create_connector", { from: { id: "hook" }, name: "Copy" }],
  ])("%s needs it", async (what, tool, args) => {
    const { call } = await withHook();
    const deleted = what.includes("delete") ? { change: (await call("safe_delete_connector", { ids: ["hook"] })).body.change } : {};
    const { body } = await call(tool, { ...args, ...deleted });
    expect([body.code, body.detail?.required]).toEqual(["secrets_needed", ["secretHeaders"]]);
    expect((await call(tool, { ...args, ...deleted, secrets: headers })).body.status).toBe("done");
  });

  test.each([
    ["only Kibana describes", "9.5"],
    ["nobody describes", "9.3"],
  ])("of a type that %s: an update and its undo need it", async (_who, version) => {
    const { call, questions } = await withInvented(version);
    const { body } = await call("update_connector", { id: "own", name: "Own 2" });
    expect([body.code, body.detail?.required]).toEqual(["secrets_needed", ["token"]]);
    const secrets = { token: reference("PW") };
    const { change } = (await call("update_connector", { id: "own", name: "Own 2", secrets })).body;
    expect(questions.at(-1)?.message).not.toContain("It can be undone.");
    expect((await call("undo_change", { change })).body.code).toBe("secrets_needed");
    expect((await call("undo_change", { change, secrets })).body.status).toBe("done");
  });

  test.each([
    ["only Kibana describes", "9.5"],
    ["nobody describes", "9.3"],
  ])("of a type that %s: the undo of a change that dropped it needs it", async (_who, version) => {
    const { call, questions } = await withInvented(version);
    const { change, undo } = (await call("update_connector", { id: "own", name: "Own 2", secrets: { token: null } })).body;
    expect(undo.note).toContain("give them again");
    const { body } = await call("undo_change", { change });
    expect([body.code, body.detail?.required, body.detail?.stored_last]).toEqual(["secrets_needed", ["token"], { token: reference("PW") }]);
    const without = await call("undo_change", { change, secrets: { token: null }, dry_run: true });
    expect(without.body.warnings).toContain("secrets.token is null: what was there before that change does not come back.");
    expect((await call("undo_change", { change, secrets: { token: reference("PW") } })).body.status).toBe("done");
    expect(questions.at(-1)?.message).toContain("CONNECTOR_SECRET_PW");
  });

  test("an empty map stored nothing", async () => {
    const { call } = await product({ person: accepts, env, sandbox: { empty: true } });
    expect((await call("create_connector", { ...create, secrets: { secretHeaders: {} } })).body.status).toBe("done");
    expect((await call("update_connector", { id: "hook", name: "Hook 2" })).body.status).toBe("done");
  });

  test("one that it has deleted since, or whose way to sign in changes, is not asked for", async () => {
    const { call } = await withHook();
    expect((await call("safe_delete_connector", { ids: ["hook"] })).body.status).toBe("done");
    expect((await call("create_connector", { ...create, secrets: {} })).body.status).toBe("done");
    expect((await call("update_connector", { id: "hook", name: "Hook 2" })).body.status).toBe("done");
    const basic = { hasAuth: true, authType: "webhook-authentication-basic" };
    const signs = { config: basic, secrets: { user: reference("USER"), password: reference("PW") } };
    expect((await call("update_connector", { id: "hook", ...signs })).body.status).toBe("done");
    const { body } = await call("update_connector", { id: "hook", config: { hasAuth: false, authType: null } });
    expect([body.status, body.warnings?.join(" ")]).toEqual(["done", expect.stringContaining("no longer uses user and password")]);
  });
});
