import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

const log = (name: string, more = {}) => ({ name, type: ".server-log", ...more });

/** A history: three creates, one in another space, one delete, one refusal by Kibana. */
async function history() {
  const made = await product({ person: accepts });
  const run = async (tool: string, args: Record<string, unknown>) => {
    await made.call(tool, args);
    made.clock.advance(1000);
  };
  await run("create_connector", log("First trail"));
  await run("create_connector", log("Second trail", { space: "security" }));
  await run("test_connector", { id: "first-trail" });
  await run("safe_delete_connector", { ids: ["kibana-log"] });
  await run("create_connector", log("Clash", { id: "payments-pagerduty" }));
  return made;
}

describe("list_changes of a connector", () => {
  test.each(["ops-pagerduty", "Ops PagerDuty"])("%s has what rules and workflows got and lost of it", async (id) => {
    const made = await product({ person: accepts });
    await made.call("attach_connector", { connector: "ops-pagerduty", rules: ["checkout-errors"] });
    await made.call("replace_connector", { from: "ops-pagerduty", remove: true, rules: ["disk-almost-full"] });
    await made.call("attach_connector", { connector: "kibana-log", rules: ["checkout-errors"] });
    const { changes, total, warnings } = (await made.call("list_changes", { id })).body;
    expect([total, warnings]).toEqual([2, undefined]);
    expect(changes.map(({ tool, from, to }: Record<string, unknown>) => [tool, from, to])).toEqual([
      ["replace_connector", ["ops-pagerduty"], undefined],
      ["attach_connector", undefined, ["ops-pagerduty"]],
    ]);
    expect((await made.call("list_changes", { id: "disk-almost-full" })).body.total).toBe(1);
    expect((await made.call("list_changes", { id: "ops-slack" })).body.total).toBe(0);
  });
});

describe("list_changes", () => {
  test("marks a safe test, which changes nothing, and no other run", async () => {
    const made = await product({ person: accepts });
    await made.call("test_connector", { id: "servicenow-itsm" });
    await made.call("execute_connector", { id: "kibana-log", params: { message: "x" } });
    const { changes } = (await made.call("list_changes")).body;
    expect(changes.map(({ tool, test }: { tool: string; test?: boolean }) => [tool, test])).toEqual([
      ["execute_connector", undefined],
      ["test_connector", true],
    ]);
  });

  test("is empty if nothing was changed", async () => {
    const { call } = await product();
    expect((await call("list_changes")).body).toMatchObject({ total: 0 });
  });

  test("gives the newest first, each with its undo or why there is none", async () => {
    const { call } = await history();
    const { changes, total } = (await call("list_changes")).body;
    expect(total).toBe(5);
    expect(changes.map(({ tool, op, id, outcome }: Record<string, string>) => [tool, op, id, outcome])).toEqual([
      ["create_connector", "create", "payments-pagerduty", "not_done"],
      ["safe_delete_connector", "delete", "kibana-log", "done"],
      ["test_connector", "execute", "first-trail", "done"],
      ["create_connector", "create", "second-trail", "done"],
      ["create_connector", "create", "first-trail", "done"],
    ]);
    const [clash, deleted, tested, , first] = changes;
    expect(clash).toMatchObject({ error: expect.stringMatching(/^The id "payments-pagerduty" is taken/) });
    expect(clash).not.toHaveProperty("undo");
    expect(deleted).toMatchObject({
      asked: "form",
      by: "test-client",
      undo: { tool: "undo_change", args: { id: "kibana-log" } },
    });
    expect(tested).toMatchObject({ no_undo: "It changed nothing: there is nothing to undo." });
    expect(first).toMatchObject({
      asked: "none",
      undo: { tool: "undo_change", args: { id: "first-trail" } },
    });
  });

  test.each<[Record<string, unknown>, number]>([
    [{ space: "security" }, 1],
    [{ space: "default" }, 4],
    [{ space: "default, security" }, 5],
    [{ space: "*" }, 5],
    [{ space: "team-payments" }, 0],
    [{ id: "first-trail" }, 2],
    [{ id: "First trail" }, 2],
    [{ id: "Kibana log" }, 1],
    [{ id: "nobody" }, 0],
  ])("filters by %j: %i", async (args, total) => {
    const { call } = await history();
    expect((await call("list_changes", args)).body.total).toBe(total);
  });

  test("says of what there are changes, where none is of what was asked for", async () => {
    const { call } = await history();
    const { warnings } = (await call("list_changes", { id: "nobody" })).body;
    expect(warnings).toEqual([
      'No change of "nobody" is recorded. There are changes of "Clash" (payments-pagerduty), "Kibana log" (kibana-log), "First trail" (first-trail), "Second trail" (second-trail).',
    ]);
    expect((await call("list_changes", { space: "team-payments", id: "nobody" })).body).not.toHaveProperty("warnings");
  });

  test("a space that does not exist is no empty list; one that is gone keeps its changes", async () => {
    const { call, bare } = await history();
    const { isError, body } = await call("list_changes", { space: "securty" });
    expect([isError, body.code, body.fix]).toEqual([true, "space_not_found", 'Did you mean "security"?']);
    await bare("DELETE", "/api/spaces/space/security");
    expect((await call("list_changes", { space: "security" })).body.total).toBe(1);
  });

  test("says what is never in it, and which connectors a rule lost and got", async () => {
    const { call } = await history();
    const rules = ["checkout-errors"];
    await call("create_connector", log("Third trail"));
    await call("attach_connector", { connector: "first-trail", rules, params: { message: "m" } });
    await call("replace_connector", { from: "first-trail", to: "third-trail", rules });
    await call("replace_connector", { from: "third-trail", remove: true, rules });
    const { changes, not_listed: not } = (await call("list_changes", { limit: 3 })).body;
    expect(not).toContain("changed in Kibana itself");
    expect(changes.map(({ tool, from, to }: Record<string, unknown>) => [tool, from, to])).toEqual([
      ["replace_connector", ["third-trail"], undefined],
      ["replace_connector", ["first-trail"], ["third-trail"]],
      ["attach_connector", undefined, ["first-trail"]],
    ]);
  });

  test("finds what was renamed by both names", async () => {
    const { call } = await history();
    await call("update_connector", { id: "first-trail", name: "Renamed trail" });
    expect((await call("list_changes", { id: "Renamed trail" })).body.total).toBe(3);
    expect((await call("list_changes", { id: "First trail" })).body.total).toBe(3);
  });

  test("pages are stable while changes are added", async () => {
    const { call } = await history();
    const whole = (await call("list_changes")).body.changes.map(({ change }: { change: string }) => change);
    const first = (await call("list_changes", { limit: 2 })).body;
    await call("create_connector", log("Added meanwhile"));
    const second = (await call("list_changes", { limit: 2, cursor: first.cursor })).body;
    const third = (await call("list_changes", { limit: 2, cursor: second.cursor })).body;
    expect([...first.changes, ...second.changes, ...third.changes].map(({ change }: { change: string }) => change)).toEqual(whole);
    expect(third).not.toHaveProperty("cursor");
  });

  test("a made-up cursor is refused, not taken for the first page", async () => {
    const { call } = await history();
    expect((await call("list_changes", { cursor: "made-up" })).body).toMatchObject({
      code: "invalid_arguments",
      fix: expect.stringMatching(/^Leave it out/),
    });
  });

  test("shows only changes of this Kibana and of spaces that may be seen", async () => {
    const made = await history();
    const elsewhere = await product({ journalDir: made.journalDir });
    expect((await elsewhere.call("list_changes")).body.total).toBe(0);
    const narrow = await product({ journalDir: made.journalDir, settings: { kibana: made.settings.kibana, spaces: ["security"] } });
    expect((await narrow.call("list_changes")).body.total).toBe(1);
  });

  test("shows what another process changed", async () => {
    const made = await history();
    const other = await product({ journalDir: made.journalDir, settings: { kibana: made.settings.kibana } });
    expect((await other.call("list_changes")).body.total).toBe(5);
    expect((await other.call("list_changes", { space: "security" })).body.changes[0].id).toBe("second-trail");
  });
});
