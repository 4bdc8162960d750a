import { describe, expect, test } from "vitest";
import { product } from "../support/product.ts";

/** Connectors of the name in other spaces than the one that is asked. */
async function having(elsewhere: Record<string, [space: string, name: string, type: string]>) {
  const made = await product({ sandbox: { empty: true, spaces: ["a", "b"] } });
  for (const [id, [space, name, type]] of Object.entries(elsewhere)) {
    const config = type === ".index" ? { index: "x" } : {};
    await made.bare("POST", `/s/${space}/api/actions/connector/${id}`, { name, connector_type_id: type, config, secrets: {} });
  }
  await made.bare("POST", "/api/actions/connector/here", { name: "Here", connector_type_id: ".server-log", config: {}, secrets: {} });
  return async (tool: string, args: Record<string, unknown>) => (await made.call(tool, args)).body;
}

const asked: [tool: string, args: Record<string, unknown>][] = [
  ["safe_delete_connector", { ids: ["ops"] }],
  ["update_connector", { id: "ops", name: "Other" }],
  ["replace_connector", { from: "here", to: "ops" }],
  ["attach_connector", { connector: "ops", rules: ["r"] }],
  ["test_connector", { id: "ops" }],
  ["execute_connector", { id: "ops", params: { message: "x" } }],
  ["get_connector", { id: "ops" }],
];

describe.each(asked)("%s %j, which is not in the space,", (tool, args) => {
  test("tells one of that name elsewhere from the connector itself", async () => {
    const call = await having({ other: ["a", "ops", ".index"] });
    const { message } = await call(tool, args);
    expect(message).toContain('Another one has that name: "other" (.index) in the space "a".');
    expect(message).not.toContain("It is in");
  });

  test("names all of them, and takes none for the one that is meant", async () => {
    const call = await having({ other: ["a", "ops", ".index"], third: ["b", "ops", ".server-log"] });
    const body = await call(tool, args);
    expect(body.message).toContain('Others have that name: "other" (.index) in the space "a", "third" (.server-log) in the space "b".');
    expect(body.fix).toContain("call again with its id and its space");
    expect(body.detail.elsewhere.map(({ id }: { id: string }) => id)).toEqual(["other", "third"]);
  });

  test("says of that id alone where it is", async () => {
    const call = await having({ ops: ["a", "Chat", ".index"], third: ["b", "ops", ".server-log"] });
    const body = await call(tool, args);
    expect(body.message).toContain('It is in the space "a".');
    expect([body.message, body.detail.elsewhere]).toEqual([expect.not.stringContaining("third"), [expect.objectContaining({ id: "ops" })]]);
  });
});
