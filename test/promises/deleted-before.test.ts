import { describe, expect, test } from "vitest";
import { deployment, makeConnector, serve } from "./race-deployment.ts";

type Call = [tool: string, args: Record<string, unknown>];

/** `chat` was deleted by this server; `chat-2` has the name that it had. */
async function started() {
  const world = await deployment({ connectors: ["log"], rules: { r: ["log"] } });
  await makeConnector(world.bare, "chat", { name: "Chat" });
  const server = await serve(world);
  const { change } = (await server.call("safe_delete_connector", { ids: ["chat"] })).body;
  await makeConnector(world.bare, "chat-2", { name: "Chat two" });
  return { ...world, server, change };
}

/** Each tool that is given a connector. */
const calls: Call[] = [
  ["get_connector", { id: "chat" }],
  ["update_connector", { id: "chat", name: "New" }],
  ["update_connector", { id: "chat", name: "New", space: "*" }],
  ["test_connector", { id: "chat" }],
  ["execute_connector", { id: "chat", params: { message: "m" } }],
  ["attach_connector", { connector: "chat", rules: ["r"] }],
  ["replace_connector", { from: "chat", to: "log" }],
  ["replace_connector", { from: "log", to: "chat" }],
  ["safe_delete_connector", { ids: ["chat"] }],
  ["create_connector", { name: "Copy", from: { id: "chat" } }],
  ["export_connectors", { ids: ["chat"], format: "api" }],
  ["map_notifications", { connector: "chat" }],
];

describe("a connector that this server deleted", () => {
  test.each(calls)("%s %j says so, with the call that restores it, and suggests no other", async (tool, args) => {
    const { server, change } = await started();
    const { failed, body } = await server.call(tool, args);
    expect([failed, body.error?.code]).toEqual([true, "connector_not_found"]);
    expect(body.error.message).toContain(`This server deleted it in space "default" (change ${change}, `);
    expect(body.error.fix).toContain(`undo_change with {"change":"${change}","id":"chat"}`);
    expect(body.error.detail.deleted).toMatchObject([{ id: "chat", change, undo: { change, id: "chat" } }]);
    expect(JSON.stringify(body)).not.toMatch(/chat-2|Did you mean/);
  });

  test("among several says the same in its row", async () => {
    const { server, change } = await started();
    const { connectors } = (await server.call("get_connector", { ids: ["chat", "log"] })).body;
    expect(JSON.stringify(connectors)).toContain(change);
    const { error } = (await server.call("safe_delete_connector", { ids: ["chat", "nonsense"] })).body;
    expect(error.detail.refused[0]).toMatchObject({ id: "chat", deleted: [{ change }] });
  });

  test("is found by its name too", async () => {
    const { server, change } = await started();
    const { error } = (await server.call("get_connector", { id: "Chat" })).body;
    expect(error.message).toContain(`This server deleted "Chat" (chat), which had that name, in space "default" (change ${change}, `);
    expect(error.fix).not.toContain("Did you mean");
  });

  test("without undo_change: no call is offered", async () => {
    const world = await deployment();
    await makeConnector(world.bare, "chat", { name: "Chat" });
    const server = await serve(world, { args: ["--exclude-tools", "undo_change"] });
    await server.call("safe_delete_connector", { ids: ["chat"] });
    const { error } = (await server.call("get_connector", { id: "chat" })).body;
    expect([error.message, error.fix]).toEqual([
      expect.stringContaining("This server deleted it"),
      expect.not.stringContaining("undo_change"),
    ]);
  });
});

describe("a similar one is still suggested", () => {
  test("for what was never there", async () => {
    const { server } = await started();
    const { error } = (await server.call("get_connector", { id: "chat-3" })).body;
    expect(error.fix).toBe('Did you mean "Chat two" (id chat-2)?');
    expect(error.detail.deleted).toBeUndefined();
  });

  test("for what came back, and was deleted in Kibana then", async () => {
    const { server, bare, change } = await started();
    await server.call("undo_change", { change });
    expect((await server.call("get_connector", { id: "chat" })).failed).toBe(false);
    await bare("DELETE", "/api/actions/connector/chat");
    expect((await server.call("get_connector", { id: "chat" })).body.error.fix).toContain("Did you mean");
  });
});
