import { describe, expect, test } from "vitest";
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
    expect(questions.at(-1)?.message).toContain("secrets.secretHeaders is null: Kibana forgets what this server stored there.");
    expect(questions.at(-1)?.message).not.toContain("Nothing else is stored");
    expect((await call("update_connector", { id: "hook", name: "Hook 3" })).body.status).toBe("done");
  });

  test("an undo of its exchange needs it again", async () => {
    const { call } = await withHook();
    const { change } = (await call("update_connector", { id: "hook", name: "Hook 2", secrets: headers })).body;
    expect((await call("undo_change", { change })).body.code).toBe("secrets_needed");
    expect((await call("undo_change", { change, secrets: headers })).body.status).toBe("done");
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
