import { expect, test } from "vitest";
import { product } from "../support/product.ts";

const asked = (calls: { path: string }[]) => calls.filter(({ path }) => path === "/api/spaces/space/security").length;

test("a space is looked up once a minute for reads", async () => {
  const { call, calls, clock } = await product();
  for (let n = 0; n < 3; n++) await call("list_connectors", { space: "security" });
  expect(asked(calls)).toBe(1);
  clock.advance(60_000);
  await call("list_connectors", { space: "security" });
  expect(asked(calls)).toBe(2);
});

test("a space that was deleted a moment ago is not written to", async () => {
  const { call, bare, writes } = await product();
  await call("list_connectors", { space: "security" });
  await bare("DELETE", "/api/spaces/space/security");
  expect((await call("create_connector", { space: "security", name: "Audit trail", type: ".server-log" })).body).toMatchObject({
    code: "space_not_found",
    message: 'There is no space "security".',
  });
  expect(writes()).toEqual([]);
});

test("a space outside --spaces is not even requested", async () => {
  const { call, calls } = await product({ settings: { spaces: ["default"] } });
  expect((await call("list_connectors", { space: "security" })).body).toMatchObject({ code: "forbidden", fix: "It may use: default." });
  expect(calls).toEqual([]);
});

test("a space that was made a moment ago is used, and what was planned in one that is missing does not leave", async () => {
  const { call, bare, writes, questions } = await product();
  const args = { space: "new-one", name: "Log", type: ".server-log" };
  for (const [tool, one] of [
    ["create_connector", args],
    ["list_connectors", { space: "new-one" }],
    ["get_connector", { space: "new-one", id: "ops-slack" }],
    ["safe_delete_connector", { space: "new-one", ids: ["ops-slack"] }],
  ] as const)
    expect((await call(tool, one)).body).toMatchObject({ code: "space_not_found", message: 'There is no space "new-one".' });
  expect([writes(), questions]).toEqual([[], []]);
  await bare("POST", "/api/spaces/space", { id: "new-one", name: "New one" });
  expect((await call("create_connector", args)).body).toMatchObject({ status: "done", space: "new-one" });
  expect((await call("list_connectors", { space: "new-one" })).body.connectors).toContainEqual(expect.objectContaining({ id: "log" }));
});

test("a change outside --spaces is not even requested", async () => {
  const { call, calls } = await product({ settings: { spaces: ["default"] } });
  await call("describe_deployment");
  calls.length = 0;
  const args = { space: "security", name: "Log", type: ".server-log" };
  expect((await call("create_connector", args)).body).toMatchObject({ code: "forbidden" });
  expect(calls.filter(({ path }) => path.includes("security"))).toEqual([]);
});
