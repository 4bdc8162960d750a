import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { documentOf, seedConnector } from "../support/stored-documents.ts";

const token = "Bearer abcDEF1234567890abcDEF1234567890";
const env = { CONNECTOR_SECRET_NEW: "Bearer newNEW1234567890newNEW", CONNECTOR_SECRET_OLD: token, CONNECTOR_SECRET_PW: "password-value-1" };
const fresh = { $env: "CONNECTOR_SECRET_NEW" };
const open = { url: "https://a.example.com", method: "post", hasAuth: false };
const config = { ...open, headers: { Authorization: token, "X-Team": "ops" } };

async function withHook(stored: object = {}, given: Record<string, string | undefined> = env) {
  const variables = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<string, string>;
  const made = await product({ person: accepts, env: variables, sandbox: { empty: true, version: "9.5" } });
  const before = await seedConnector(made, {
    id: "hook",
    name: "Hook",
    type: ".webhook",
    config,
    secrets: stored as Record<string, unknown>,
  });
  const call = async (tool: string, args: Record<string, unknown>) => (await made.call(tool, args)).body;
  const move = (more: object = {}) =>
    call("update_connector", {
      id: "hook",
      config: { headers: { Authorization: null } },
      secrets: { secretHeaders: { Authorization: fresh, ...more } },
    });
  return { ...made, made, call, move, before, now: () => documentOf(made, "hook") };
}
const { CONNECTOR_SECRET_OLD: _old, ...unknown } = env;

describe("the audit's own mend, a header that moves to the secrets", () => {
  test("is undone by what the journal holds, with no secret asked for, and all is as before", async () => {
    const { call, move, before, now, questions } = await withHook({}, unknown);
    const { findings } = await call("audit_connectors", { checks: ["secret_in_config"] });
    expect(findings[0].next.args.secrets).toEqual({ secretHeaders: { Authorization: { $ask: true } } });
    const moved = await move();
    expect(moved).toMatchObject({ status: "done", undo: { tool: "undo_change" } });
    expect(moved.undo.note).toBeUndefined();
    expect(questions.at(-1)?.message).toContain("It can be undone.");
    const undone = await call("undo_change", { change: moved.change });
    expect(undone.status).toBe("done");
    expect(undone.warnings.join()).toContain("that change stored it where nothing was before, so it is taken out again");
    expect(undone.warnings.join()).not.toContain("OLD value");
    expect(await now()).toEqual(before);
  });

  test("says, before and after, that the journal keeps the readable value, which is not in the answer", async () => {
    const { move, questions, journal } = await withHook({}, unknown);
    const { warnings } = await move();
    const said = "The journal on this server's machine keeps config.headers.Authorization as it was, readable by its user";
    expect([warnings.join(), questions.at(-1)?.message]).toEqual([expect.stringContaining(said), expect.stringContaining(said)]);
    expect(JSON.stringify([warnings, questions])).not.toContain("abcDEF");
    expect(await journal()).toContain(token);
  });

  test("says so not of a value that this server knows: the journal does not keep it", async () => {
    const { move, journal } = await withHook();
    const { warnings, no_undo } = await move();
    expect([(warnings ?? []).join(), no_undo]).toEqual([
      expect.not.stringContaining("journal"),
      expect.stringContaining("contains a secret"),
    ]);
    expect(await journal()).not.toContain(token);
  });

  test("names the secret headers that it would lose, and its undo asks for them", async () => {
    const { call, move, questions } = await withHook({ secretHeaders: { "X-Key": "kibana-made-1" } }, unknown);
    expect(await move()).toMatchObject({ code: "secrets_needed", fix: expect.stringContaining("Kibana lists X-Key in secretHeaders.") });
    const moved = await move({ "X-Key": null });
    expect(questions.at(-1)?.message).toContain("secrets.secretHeaders is replaced as a whole: X-Key is lost.");
    expect(moved.undo.note).toContain("give them again");
    const undone = await call("undo_change", { change: moved.change });
    expect(undone).toMatchObject({
      code: "secrets_needed",
      fix: expect.stringContaining("It had X-Key in secretHeaders before that change. null in place of secretHeaders drops it."),
      detail: { secrets: { secretHeaders: { "X-Key": { $ask: true } } } },
    });
    const secrets = { secretHeaders: { "X-Key": { $env: "CONNECTOR_SECRET_PW" } } };
    expect((await call("undo_change", { change: moved.change, secrets })).status).toBe("done");
  });

  test("that was added to later takes nothing out unasked", async () => {
    const { call, move } = await withHook({}, unknown);
    const { change } = await move();
    const more = { secretHeaders: { Authorization: fresh, "X-Later": { $env: "CONNECTOR_SECRET_PW" } } };
    expect((await call("update_connector", { id: "hook", secrets: more })).status).toBe("done");
    expect((await call("undo_change", { change })).code).toBe("secrets_needed");
    expect((await call("undo_change", { change, secrets: { secretHeaders: null } })).status).toBe("done");
  });
});

test("the undo of another way to sign in asks for none of the secrets that it brought, and that of a rotation does", async () => {
  const { call, before, now } = await withHook({}, unknown);
  const basic = { hasAuth: true, authType: "webhook-authentication-basic" };
  const secrets = { user: { $env: "CONNECTOR_SECRET_PW" }, password: { $env: "CONNECTOR_SECRET_PW" } };
  const changed = await call("update_connector", { id: "hook", config: basic, secrets });
  expect(changed.status).toBe("done");
  const rotated = await call("update_connector", { id: "hook", secrets: { ...secrets, password: fresh } });
  expect((await call("undo_change", { change: rotated.change })).code).toBe("secrets_needed");
  expect((await call("undo_change", { change: rotated.change, secrets })).status).toBe("done");
  expect((await call("undo_change", { change: changed.change })).status).toBe("done");
  expect(await now()).toEqual(before);
});

test("a delete says that the journal keeps a token of the config, and one without a token does not", async () => {
  const { call, made } = await withHook({}, unknown);
  await seedConnector(made, { id: "plain", name: "Plain", type: ".webhook", config: open });
  const said = expect.stringContaining("keeps config.headers.Authorization as it was");
  expect((await call("safe_delete_connector", { ids: ["hook"] })).warnings).toContainEqual(said);
  expect((await call("safe_delete_connector", { ids: ["plain"] })).warnings ?? []).not.toContainEqual(expect.stringContaining("journal"));
});
