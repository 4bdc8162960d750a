import { expect, test } from "vitest";
import * as z from "zod";
import { listOf, readAs } from "../../src/kibana/read-as.ts";

const Page = z.object({ data: listOf(z.looseObject({ id: z.string() })) });

test("a list is read item by item, and keeps what it does not know", () => {
  expect(readAs(Page, { data: [{ id: "a", more: 1 }, { id: "b" }] })).toEqual({ data: [{ id: "a", more: 1 }, { id: "b" }] });
});

test("the first item that does not fit is named, and no later one is looked at", () => {
  let looked = 0;
  const Item = z.custom((value) => {
    looked += 1;
    return value === "fits";
  });
  expect(() => readAs(z.object({ data: listOf(Item) }), { data: ["fits", "x", "y", "z"] })).toThrow('unexpected shape at "data.1"');
  expect(looked).toBe(2);
  expect(() => readAs(Page, { data: [{ id: "a" }, { id: 5 }] })).toThrow('at "data.1.id"');
});
