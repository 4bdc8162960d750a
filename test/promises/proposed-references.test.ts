import { describe, expect, test } from "vitest";
import { deployment, makeConnector, serve } from "./race-deployment.ts";

const env = {
  CONNECTOR_SECRET_PD: "p".repeat(32),
  CONNECTOR_SECRET_MAIL: "mail-password",
  CONNECTOR_SECRET_WH_USER: "hook-user",
  CONNECTOR_SECRET_WH_PASS: "hook-password",
};
const basic = { url: "https://runbook.example.com/v1", method: "post", hasAuth: true, authType: "webhook-authentication-basic" };
const given = { user: { $env: "CONNECTOR_SECRET_WH_USER" }, password: { $env: "CONNECTOR_SECRET_WH_PASS" } };
const hook = { id: "runbook", name: "Runbook hook", type: ".webhook", config: basic, secrets: given };

async function started(more: Record<string, string> = {}) {
  const world = await deployment();
  const server = await serve(world, { env: { ...env, ...more } });
  const refused = async (tool: string, args: Record<string, unknown>) => {
    const { error } = (await server.call(tool, args)).body;
    expect(error?.code).toBe("secrets_needed");
    return error;
  };
  return { ...world, ...server, refused };
}

const ofPager = { connector_type_id: ".pagerduty", secrets: { routingKey: "k".repeat(32) } };

describe("references that are proposed for a connector", () => {
  test("are those that this server stored in it last, and no others", async () => {
    const { call, refused } = await started();
    expect((await call("create_connector", hook)).body.status).toBe("done");
    const { fix, detail } = await refused("update_connector", { id: "runbook", name: "Other" });
    expect(detail.stored_last).toEqual(given);
    expect(detail.secret_names).toBeUndefined();
    expect(fix).toContain(
      'This server stored last: user from {"$env":"CONNECTOR_SECRET_WH_USER"}, password from {"$env":"CONNECTOR_SECRET_WH_PASS"}',
    );
    expect(fix).not.toMatch(/_PD|_MAIL/);
    const one = await refused("update_connector", { id: "runbook", secrets: { password: given.password } });
    expect(one.detail.stored_last).toEqual({ user: given.user });
  });

  test("for the undo of its deletion too", async () => {
    const { call, refused } = await started();
    await call("create_connector", hook);
    await call("safe_delete_connector", { ids: ["runbook"] });
    expect((await refused("undo_change", { change: "last" })).detail.stored_last).toEqual(given);
  });

  test("are none where nothing is known: what other connectors have is not proposed, whatever its name", async () => {
    const { bare, call, refused } = await started();
    await makeConnector(bare, "ops-pagerduty", { name: "Ops PagerDuty", ...ofPager });
    await makeConnector(bare, "plain", {
      name: "Plain",
      connector_type_id: ".webhook",
      config: basic,
      secrets: { user: "u", password: "p" },
    });
    const pager = { name: "Shop on call", type: ".pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_PD" } } };
    await call("create_connector", pager);
    for (const id of ["ops-pagerduty", "plain"]) {
      const { fix, detail } = await refused("update_connector", { id, name: "Other" });
      expect([detail.stored_last, detail.secret_names]).toEqual([undefined, undefined]);
      expect(fix).toContain('Or {"$env": "CONNECTOR_SECRET_…"}, which the operator sets');
      expect(fix).not.toMatch(/_PD|_MAIL|_WH/);
    }
    // Once that one is gone, its name speaks for it again.
    await call("safe_delete_connector", { ids: ["shop-on-call"] });
    expect((await refused("update_connector", { id: "ops-pagerduty", name: "Other" })).detail.secret_names).toEqual([
      "CONNECTOR_SECRET_PD",
    ]);
  });

  test("are those that the operator bound to where it sends, and not those bound elsewhere", async () => {
    const { bare, refused } = await started({
      CONNECTOR_SECRET_ONE: "1",
      CONNECTOR_SECRET_ONE__FOR: "@runbook.example.com",
      CONNECTOR_SECRET_PLAIN: "2",
      CONNECTOR_SECRET_PLAIN__FOR: ".webhook@other.example.com",
    });
    await makeConnector(bare, "plain", {
      name: "Plain",
      connector_type_id: ".webhook",
      config: basic,
      secrets: { user: "u", password: "p" },
    });
    const { detail } = await refused("update_connector", { id: "plain", name: "Other" });
    expect(detail.secret_names).toEqual(["CONNECTOR_SECRET_ONE"]);
  });

  test("are the newest: what was replaced since is not proposed", async () => {
    const { bare, call, refused } = await started({ CONNECTOR_SECRET_NEW: "n".repeat(32) });
    await makeConnector(bare, "ops-pagerduty", { name: "Ops PagerDuty", ...ofPager });
    for (const name of ["PD", "NEW"]) {
      const secrets = { routingKey: { $env: `CONNECTOR_SECRET_${name}` } };
      expect((await call("update_connector", { id: "ops-pagerduty", secrets })).body.status).toBe("done");
      expect((await refused("update_connector", { id: "ops-pagerduty", name: "Other" })).detail.stored_last).toEqual(secrets);
    }
  });

  test("that name a secret of many leave its name open, and the placeholder itself is refused", async () => {
    const { bare, call } = await started();
    const config = { url: "https://runbook.example.com/v1", method: "post", hasAuth: false, authType: null };
    await makeConnector(bare, "plain", { name: "Plain", connector_type_id: ".webhook", config });
    const secrets = { secretHeaders: { "<name>": { $env: "CONNECTOR_SECRET_PD" } } };
    expect((await call("update_connector", { id: "plain", secrets })).body.error).toMatchObject({
      code: "secret_refused",
      message: "secrets.secretHeaders.<name> is a placeholder.",
    });
    const named = { secretHeaders: { "X-Runbook": { $env: "CONNECTOR_SECRET_PD" } } };
    expect((await call("update_connector", { id: "plain", secrets: named })).body.status).toBe("done");
  });
});
