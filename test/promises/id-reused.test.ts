import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { makeConnector } from "../support/rules-deployment.ts";
import { references } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;

const { env } = references({ pdA: "a".repeat(32), pdB: "b".repeat(32), pdC: "c".repeat(32) });
const key = (name: string) => ({ routingKey: { $env: `CONNECTOR_SECRET_PD${name}` } });
const hook = (host: string, more: Args = {}) => ({
  type: ".webhook",
  config: { url: `https://${host}.example.com/x`, method: "post", hasAuth: false, ...more },
});
const index = { type: ".index", config: { index: "something-else" } };

async function started() {
  const made = await product({ person: accepts, env, sandbox: { empty: true, version: "9.2" } });
  const done = async (tool: string, args: Args): Promise<string> => {
    const { body } = await made.call(tool, args);
    if (body.status !== "done") throw new Error(JSON.stringify(body));
    return body.change;
  };
  const undo = async (change: string, more: Args = {}) => (await made.call("undo_change", { change, ...more })).body;
  const rowOf = async (change: string) =>
    (await made.call("list_changes", { limit: 100 })).body.changes.find((one: { change: string }) => one.change === change);
  const now = async () => (await made.call("get_connector", { id: "ops" })).body;
  const create = (args: Args) => done("create_connector", { name: "Ops", id: "ops", ...args });
  const remove = () => done("safe_delete_connector", { ids: ["ops"] });
  const byOthers = ({ name = "Ops", type, config, secrets }: Args) =>
    makeConnector(made, "ops", String(type), { name, config, ...(secrets === undefined ? {} : { secrets }) });
  return { ...made, done, undo, rowOf, now, create, remove, byOthers };
}

describe("an id that another connector got after a delete, and lost too", () => {
  test.each<[string, Args]>([
    ["of another type", index],
    ["with another host", hook("billing")],
    ["of another name", { ...hook("ops"), name: "Billing" }],
  ])("one %s, whoever made it: each delete can be undone, and list and get name both", async (_what, other) => {
    for (const by of ["create", "byOthers"] as const) {
      const { undo, rowOf, now, create, remove, ...made } = await started();
      await create(hook("ops"));
      const first = await remove();
      await (by === "create" ? create(other) : made.byOthers(other));
      const second = await remove();
      expect([(await rowOf(first)).undo.args, (await rowOf(second)).undo.args]).toEqual([
        { change: first, id: "ops" },
        { change: second, id: "ops" },
      ]);
      const { error } = (await made.call("get_connector", { ids: ["ops"] })).body.connectors[0];
      expect(error.fix).toContain(JSON.stringify({ change: first, id: "ops" }));
      expect(error.fix).toContain(JSON.stringify({ change: second, id: "ops" }));
      expect(error.message).toContain(`"Ops" (.webhook) in space "default" (change ${first}, `);
      expect((await undo(first)).status).toBe("done");
      expect((await now()).connector).toMatchObject({ name: "Ops", type: ".webhook", config: { url: "https://ops.example.com/x" } });
      expect((await rowOf(second)).no_undo).toContain("another connector");
    }
  });

  test("one that was made anew with the same name and another secret: each gets its own proposed", async () => {
    const { undo, create, remove, now } = await started();
    await create({ type: ".pagerduty", secrets: key("A") });
    const first = await remove();
    await create({ type: ".pagerduty", secrets: key("C") });
    const second = await remove();
    expect((await undo(second)).detail.stored_last).toEqual(key("C"));
    expect((await undo(first)).detail.stored_last).toEqual(key("A"));
    const { status, warnings = [] } = await undo(first, { secrets: key("A") });
    expect([status, warnings.join()]).toEqual(["done", expect.not.stringContaining("takes the place")]);
    expect((await now()).connector.name).toBe("Ops");
  });

  test("the same connector that came back, by an undo or in Kibana: only the newest delete is offered", async () => {
    for (const by of ["undo", "byOthers"] as const) {
      const { done, undo, rowOf, create, remove, byOthers } = await started();
      await create(hook("ops"));
      const first = await remove();
      await (by === "undo" ? undo(first) : byOthers(hook("ops")));
      await done("update_connector", { id: "ops", name: "Renamed" });
      const second = await remove();
      const words = `It came back and was deleted again: undo ${second} (safe_delete_connector) instead.`;
      expect((await rowOf(first)).no_undo).toBe(words);
      expect((await undo(first)).message).toContain(words);
      expect((await undo(second)).status).toBe("done");
    }
  });
});

describe("a change of a connector whose id is another one's now", () => {
  test.each<[string, Args, Args, Args]>([
    ["an update", hook("ops"), { config: { method: "put" } }, { ...hook("billing", { method: "put" }), name: "Billing" }],
    ["an update, of one with the same name", hook("ops"), { config: { method: "put" } }, hook("billing", { method: "put" })],
    [
      "a rotation",
      { type: ".pagerduty", secrets: key("A") },
      { secrets: key("B") },
      { type: ".pagerduty", secrets: key("C"), name: "Two" },
    ],
    [
      "a rotation, of one like it",
      { type: ".pagerduty", secrets: key("A") },
      { secrets: key("B") },
      { type: ".pagerduty", secrets: key("C") },
    ],
  ])("%s: neither it nor the create is undone on the other, and the list says so", async (_what, first, update, second) => {
    for (const by of ["create", "byOthers"] as const) {
      const { done, undo, rowOf, create, remove, ...made } = await started();
      const created = await create(first);
      const updated = await done("update_connector", { id: "ops", ...update });
      const gone = await remove();
      if (by === "byOthers" && second.name === undefined && second.type === ".pagerduty") continue;
      await (by === "create"
        ? create(second)
        : made.byOthers({ ...second, ...(second.secrets ? { secrets: { routingKey: "k".repeat(32) } } : {}) }));
      const words = `The id now belongs to another connector, "${second.name ?? "Ops"}" (${second.type}): this server deleted the former one later, ${gone} (safe_delete_connector).`;
      const asked = made.questions.length;
      for (const change of [updated, created]) {
        expect((await rowOf(change)).no_undo).toBe(words);
        expect(await undo(change, change === updated && first.secrets ? { secrets: first.secrets } : {})).toMatchObject({
          message: `${words} Nothing was written.`,
        });
      }
      expect(made.questions).toHaveLength(asked);
    }
  });

  test("that was deleted in Kibana, and made by this server", async () => {
    const { done, undo, rowOf, create, bare } = await started();
    await create(hook("ops"));
    const updated = await done("update_connector", { id: "ops", config: { method: "put" } });
    await bare("DELETE", "/api/actions/connector/ops");
    const made = await create(hook("ops", { method: "put" }));
    const words = `The id now belongs to another connector, "Ops" (.webhook): this server made it later, ${made} (create_connector).`;
    expect([(await rowOf(updated)).no_undo, (await undo(updated)).message]).toEqual([words, `${words} Nothing was written.`]);
  });

  test("that was deleted and made in Kibana: with another name and host", async () => {
    const { done, undo, rowOf, create, bare, byOthers } = await started();
    await create(hook("ops"));
    const updated = await done("update_connector", { id: "ops", config: { method: "put" } });
    await bare("DELETE", "/api/actions/connector/ops");
    await byOthers({ ...hook("billing", { method: "put" }), name: "Billing" });
    const words = 'The id now belongs to another connector, "Billing" (.webhook).';
    expect([(await rowOf(updated)).no_undo, (await undo(updated)).message]).toEqual([words, `${words} Nothing was written.`]);
  });

  test("that came back: it is undone", async () => {
    const { done, undo, create, remove, now } = await started();
    await create(hook("ops"));
    const updated = await done("update_connector", { id: "ops", config: { method: "put" } });
    await undo(await remove());
    expect((await undo(updated)).status).toBe("done");
    expect((await now()).connector.config.method).toBe("post");
  });

  test("that somebody renamed in Kibana, or sent elsewhere: it is undone, and the rest stays", async () => {
    for (const other of [{ ...hook("ops", { method: "put" }), name: "Renamed" }, hook("elsewhere", { method: "put" })]) {
      const { done, undo, create, bare } = await started();
      await create(hook("ops"));
      const updated = await done("update_connector", { id: "ops", config: { method: "put" } });
      const { type: _type, ...body } = { name: "Ops", ...other };
      await bare("PUT", "/api/actions/connector/ops", { ...body, secrets: {} });
      expect((await undo(updated)).status).toBe("done");
    }
  });
});

test("of one whose other fields are others now, only what the change wrote is said to be as before", async () => {
  const { done, undo, rowOf, create, bare } = await started();
  await create(hook("ops"));
  const updated = await done("update_connector", { id: "ops", config: { method: "put" } });
  await bare("PUT", "/api/actions/connector/ops", { name: "Theirs", config: hook("ops").config, secrets: {} });
  const words = "What that change wrote is again as it was before it. Changed since, and left as it is: name.";
  expect([(await rowOf(updated)).no_undo, (await undo(updated)).message]).toEqual([words, `${words} Nothing was written.`]);
});
