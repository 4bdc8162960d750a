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
