import { afterAll, beforeAll, expect, test } from "vitest";
import { startSandboxWith } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { openClient } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";

let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  kibana = await startSandboxWith();
});
afterAll(() => kibana.stop());

const state = async () => (await fetch(`${kibana.url}/sandbox/state`)).text();
/** What can be changed, without what the audit trail adds. */
const connectors = async () => {
  const { connectors: all, rules } = JSON.parse(await state());
  return JSON.stringify({ all, rules });
};

const key = { CONNECTORS_CONFIRM_KEY: "a-key-that-all-replicas-share" };

async function replica(more: Record<string, string> = {}) {
  const served = await startHttpProcess(
    ["--http", "127.0.0.1:0", "--stateless"],
    {
      ...key,
      CONNECTORS_AUDIT_CONNECTOR: "alert-audit-index",
      CONNECTOR_SECRET_HOOK: "https://hooks.slack.com/services/T0/B0/abcdefgh",
      ...more,
    },
    kibana.url,
  );
  return { ...served, ...(await openClient(served.url)) };
}

/** Asked for on A, confirmed on B, then repeated on both: Kibana stays as B left it. */
async function approvedOnAPerformedOnB(tool: string, args: Record<string, unknown>, env: Record<string, string> = {}) {
  const [a, b] = await Promise.all([replica(env), replica(env)]);
  const asked = await a.call(tool, args);
  expect(asked.body).toMatchObject({ status: "confirmation_needed", confirm: { id: expect.any(String) } });
  const confirmed = { ...args, confirm: asked.body.confirm.id };
  const done = await b.call(tool, confirmed);
  expect([done.body.status, done.body.message]).toEqual(["done", undefined]);
  const after = await connectors();
  const codes: string[] = [];
  for (const one of [a, b, a]) {
    const { body } = await one.call(tool, confirmed);
    codes.push(body.detail?.reason ?? body.code ?? body.status);
    expect(await connectors()).toBe(after);
  }
  return { codes, done, a, b };
}

test("a deletion agreed to on one replica is made by another, once", async () => {
  const first = await replica();
  await first.call("create_connector", { name: "Passing by", type: ".server-log" });
  const { codes } = await approvedOnAPerformedOnB("safe_delete_connector", { ids: ["passing-by"] });
  expect(new Set(codes)).toEqual(new Set(["connector_not_found"]));
});

test("an update agreed to on one replica is made by another, once", async () => {
  const first = await replica();
  await first.call("create_connector", { name: "Old name", type: ".server-log" });
  const { codes } = await approvedOnAPerformedOnB("update_connector", { id: "old-name", name: "New name" });
  for (const code of codes) expect(["no_change", "target_changed", "used"]).toContain(code);
});

test("a new connector with a secret, agreed to on one replica, is made by another, once", async () => {
  const args = { name: "Team chat", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } };
  const other = { CONNECTOR_SECRET_HOOK: "https://hooks.chat.example.com/services/T0/B0/abcdefgh" };
  const { codes } = await approvedOnAPerformedOnB("create_connector", args, other);
  for (const code of codes) expect(["id_taken", "target_changed", "used"]).toContain(code);
});

test("connectors of rules and an undo agreed to on one replica are made by another, once", async () => {
  const attached = await approvedOnAPerformedOnB("attach_connector", {
    connector: "kibana-log",
    rules: ["disk-almost-full"],
    params: { message: "{{rule.name}}" },
  });
  for (const code of attached.codes) expect(["no_change", "target_changed", "used"]).toContain(code);
  const folder = { CONNECTORS_JOURNAL_DIR: await freshFolder() };
  const first = await replica(folder);
  await first.call("create_connector", { name: "Taken back", type: ".server-log" });
  const { change } = (await first.call("list_changes")).body.changes[0];
  const undone = await approvedOnAPerformedOnB("undo_change", { change }, folder);
  for (const code of undone.codes) expect(["no_change", "plan_changed", "target_changed", "used"]).toContain(code);
});

test("a replica with another key, another secret or another Kibana does not accept it", async () => {
  const a = await replica();
  await a.call("create_connector", { name: "Stays", type: ".server-log" });
  const args = { ids: ["stays"] };
  const confirm = (await a.call("safe_delete_connector", args)).body.confirm.id;
  const before = await connectors();
  const stranger = await replica({ CONNECTORS_CONFIRM_KEY: "a-key-of-somebody-else" });
  expect((await stranger.call("safe_delete_connector", { ...args, confirm })).body.detail.reason).toBe("foreign");
  const elsewhere = await replica({ KIBANA_LABEL: "OTHER" });
  expect((await elsewhere.call("safe_delete_connector", { ...args, confirm })).body.detail.reason).toBe("other_change");
  const hook = { name: "Chat two", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } };
  const [one, two] = await Promise.all([
    replica({ CONNECTOR_SECRET_HOOK: "https://one.example.com/services/T0/B0/first-value" }),
    replica({ CONNECTOR_SECRET_HOOK: "https://one.example.com/services/T0/B0/other-value" }),
  ]);
  const asked = (await one.call("create_connector", hook)).body.confirm.id;
  expect((await two.call("create_connector", { ...hook, confirm: asked })).body.detail.reason).toBe("target_changed");
  expect(await connectors()).toBe(before);
});

test("with a shared journal a continuation works once, even if Kibana is back to what it was", async () => {
  const folder = await freshFolder();
  const [a, b] = await Promise.all([replica({ CONNECTORS_JOURNAL_DIR: folder }), replica({ CONNECTORS_JOURNAL_DIR: folder })]);
  await a.call("create_connector", { name: "There and back", type: ".server-log" });
  const args = { id: "there-and-back", name: "Elsewhere" };
  const confirm = (await a.call("update_connector", args)).body.confirm.id;
  expect((await b.call("update_connector", { ...args, confirm })).body.status).toBe("done");
  const back = { id: "there-and-back", name: "There and back" };
  const again = (await b.call("update_connector", back)).body.confirm.id;
  expect((await a.call("update_connector", { ...back, confirm: again })).body.status).toBe("done");
  const before = await connectors();
  expect((await a.call("update_connector", { ...args, confirm })).body.detail.reason).toBe("used");
  expect(await connectors()).toBe(before);
  expect((await a.call("list_changes")).body.total).toBe(3);
});

test("a replica that is killed under load costs each client at most one clean error, and the other continues", async () => {
  const [a, b] = await Promise.all([replica(), replica()]);
  const errors: unknown[][] = [];
  let calls = 0;
  let killed: Promise<unknown> | undefined;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const mine: unknown[] = [];
      errors.push(mine);
      let [now, other] = await Promise.all([openClient(a.url), openClient(b.url)]);
      for (let n = 0; n < 12; n++) {
        calls += 1;
        if (calls === 40) killed = a.end("SIGKILL");
        try {
          expect((await now.call("list_connectors", { limit: 3 })).isError).toBe(false);
        } catch (error) {
          mine.push(error);
          [now, other] = [other, now];
        }
      }
    }),
  );
  expect(await killed).toBeNull();
  expect(errors.flat().length).toBeGreaterThan(0);
  for (const mine of errors) expect(mine.length, String(mine)).toBeLessThanOrEqual(1);
  for (const error of errors.flat()) expect(String(error)).toMatch(/fetch failed|terminated|ECONN|socket|closed/i);
});
