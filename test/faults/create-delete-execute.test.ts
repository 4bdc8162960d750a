import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { coversEveryFault, printedAtEnd, sendings, timesOf } from "./harness.ts";
import { faultTable, type Told } from "./table.ts";

const kinds = {
  create: {
    tool: "create_connector",
    args: { name: "Audit trail", type: ".server-log" },
    match: { method: "POST", path: "/api/actions/connector/audit-trail" },
  },
  delete: {
    tool: "safe_delete_connector",
    args: { ids: ["kibana-log"] },
    match: { method: "DELETE", path: "/api/actions/connector/kibana-log" },
  },
  execute: { tool: "test_connector", args: { id: "kibana-log", mode: "loud" }, match: { method: "POST", path: "/_execute" } },
} as const;
type Kind = keyof typeof kinds;

const print = printedAtEnd(Object.keys(kinds));
coversEveryFault(faultTable);

describe.each(faultTable)("$fault", ({ fault, work, ...expected }) => {
  test.each(Object.keys(kinds) as Kind[])("%s: the answer says truly whether it happened", async (kind) => {
    const { tool, args, match } = kinds[kind];
    // Nothing in the sandbox takes a quarter of a second; a silent request is given up then.
    const made = await product({ person: accepts, settings: { timeout: 250 } });
    const before = await made.state();
    await made.fault(fault, { ...match, times: timesOf(fault) });
    const answer = await made.call(tool, args);
    const changed = (await made.state()) !== before;
    const told: Told = answer.isError ? "failed" : answer.body.result?.ok === false ? "failed_run" : answer.body.status;
    print(fault, told, changed);

    expect(told).toBe(expected[kind]);
    expect(changed).toBe(work);
    if (told === "done") expect(changed).toBe(true);
    if (told === "unknown") expect(answer.body.fix).toEqual(expect.any(String));
    if (told === "failed_run")
      expect(answer.body.result).toMatchObject({
        cause: expect.stringContaining("xpack.encryptedSavedObjects.encryptionKey"),
        not_known: expect.stringContaining("check the service before you run it again"),
      });
    if (told === "failed") expect(changed).toBe(false);
    expect(made.writes()).toHaveLength(sendings(fault, told));

    const [entry] = (await made.call("list_changes")).body.changes;
    expect(entry.outcome).toBe({ done: "done", failed: "not_done", unknown: "unknown", failed_run: "done" }[told]);
    if (told === "done") expect(answer.body.warnings.join()).toContain("It happened anyway.");
    if (told === "unknown") expect(answer.body.message).toMatch(/It is not known yet whether it happened\. Check before you repeat it/);
    if (told === "failed") expect(answer.body).toMatchObject({ code: expect.any(String), fix: expect.any(String) });
    // Looking waits by the injected clock: no test sleeps.
    expect(made.clock.sleeps.length).toBeLessThanOrEqual(5);
  });
});

describe("a read that fails", () => {
  test.each([
    ["html", "kibana_unreachable"],
    ["truncated", "kibana_unreachable"],
    ["error", "kibana_error"],
    ["conflict", "id_taken"],
  ])("%s while a change is planned: nothing is written", async (fault, code) => {
    const made = await product({ person: accepts });
    await made.fault(fault, { method: "GET", path: "/api/actions/connectors", times: 10 });
    const before = await made.state();
    const { body } = await made.call("safe_delete_connector", { ids: ["kibana-log"] });
    expect(body.code).toBe(code);
    expect([await made.state(), made.writes(), made.questions]).toEqual([before, [], []]);
  });

  test("while a change is read back does not turn it into a failure", async () => {
    const made = await product();
    await made.fault("error", { method: "GET", path: "/api/actions/connector/audit-trail", times: 10 });
    expect((await made.call("create_connector", kinds.create.args)).body).toMatchObject({
      status: "done",
      result: { connector: { id: "audit-trail" } },
    });
  });

  test("while the change is looked for after a doubtful answer leaves it unknown", async () => {
    const made = await product();
    await made.fault("error_after", kinds.create.match);
    await made.fault("error", { method: "GET", path: "/api/actions/connector/audit-trail", times: 20 });
    expect((await made.call("create_connector", kinds.create.args)).body).toMatchObject({ status: "unknown" });
  });
});

test("before 8.8, where Kibana chooses the id, a create without an answer stays unknown even if a connector of the same name exists", async () => {
  const made = await product({ sandbox: { version: "8.7.1" }, settings: { timeout: 250 } });
  await made.fault("timeout_after", { method: "POST", path: "/api/actions/connector" });
  const { body } = await made.call("create_connector", kinds.create.args);
  expect(body.status).toBe("unknown");
  expect(made.writes()).toEqual([{ method: "POST", path: "/api/actions/connector" }]);
});

test("somebody else's connector under the same id is not taken for ours after a doubtful answer", async () => {
  const made: Awaited<ReturnType<typeof product>> = await product({
    onRequest: async ({ method }) => {
      if (method !== "POST") return;
      await made.bare("POST", "/api/actions/connector/audit-trail", { name: "Somebody else's", connector_type_id: ".server-log" });
      await made.fault("error", kinds.create.match);
    },
  });
  const { body } = await made.call("create_connector", kinds.create.args);
  expect(body).toMatchObject({ status: "unknown", message: expect.stringContaining("Kibana shows something else than what was wanted") });
  expect(body.undo).toBeUndefined();
});
