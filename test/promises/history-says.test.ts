import { describe, expect, test } from "vitest";
import { deployment, logs, makeConnector, serve, setActions } from "./race-deployment.ts";

const chat = { connector_type_id: ".slack", secrets: { webhookUrl: "https://hooks.slack.com/services/T/B/x" } };
const hook = { connector_type_id: ".webhook", config: { url: "https://hooks.example.org/a", method: "post", hasAuth: false } };

describe("an undo that is refused since somebody changed the same leads to what the change replaced", () => {
  test("of a connector", async () => {
    const made = await deployment();
    await makeConnector(made.bare, "hook", hook);
    const { call } = await serve(made);
    const { body: moved } = await call("update_connector", { id: "hook", config: { url: "https://hooks.example.org/b" } });
    await made.bare("PUT", "/api/actions/connector/hook", {
      ...{ name: "The hook", secrets: {} },
      config: { ...hook.config, url: "https://hooks.example.org/c" },
    });
    const { body } = await call("undo_change", { change: moved.change });
    expect([body.status, body.next]).toEqual([
      "plan_changed",
      [{ tool: "list_changes", args: { id: "hook", space: "default", detail: true }, why: expect.stringContaining("update_connector") }],
    ]);
    const { body: shown } = await call("list_changes", body.next[0].args);
    expect(shown.changes[0].before).toEqual({ config: { url: "https://hooks.example.org/a" } });
  });

  test("of a rule", async () => {
    const made = await deployment({ connectors: ["one", "two", "three"], rules: { r: ["one"] } });
    const { call } = await serve(made);
    const { body: moved } = await call("replace_connector", { from: "one", to: "two" });
    await setActions(made.bare, "r", [logs("three")]);
    const { body } = await call("undo_change", { change: moved.change });
    expect(body.status).toBe("plan_changed");
    expect(body.next).toEqual([expect.objectContaining({ tool: "list_changes", args: { id: "r", space: "default", detail: true } })]);
  });

  test("innocent neighbour: nothing of the kind where nothing is left to undo", async () => {
    const made = await deployment();
    await makeConnector(made.bare, "hook", hook);
    const { call } = await serve(made);
    const { body: moved } = await call("update_connector", { id: "hook", config: { url: "https://hooks.example.org/b" } });
    await call("undo_change", { change: moved.change });
    const { body } = await call("undo_change", { change: moved.change });
    expect([body.status, body.next ?? []]).toEqual(["no_change", []]);
  });
});

describe("list_changes says", () => {
  const env = { CONNECTOR_SECRET_CHAT: "https://hooks.slack.com/services/T1/B2/of-the-rotation" };

  test("from which variable a rotation took its secret, never its value; and which change an undo took back", async () => {
    const made = await deployment();
    await makeConnector(made.bare, "chat", chat);
    await makeConnector(made.bare, "hook", hook);
    const { call } = await serve(made, { env });
    await call("update_connector", { id: "chat", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_CHAT" } } });
    const { body: renamed } = await call("update_connector", { id: "hook", name: "Another name" });
    await call("undo_change", { change: renamed.change });
    const { body } = await call("list_changes");
    const [undo, rename, rotation] = body.changes;
    expect(rotation).toMatchObject({ id: "chat", secrets_from: { webhookUrl: "CONNECTOR_SECRET_CHAT" } });
    expect(undo).toMatchObject({ tool: "undo_change", undoes: renamed.change });
    for (const key of ["undoes", "secrets_from"]) expect(rename).not.toHaveProperty(key);
    expect(JSON.stringify(body)).not.toContain("of-the-rotation");
  });
});
