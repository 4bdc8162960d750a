import { expect, test } from "vitest";
import { product, type Question, types } from "../support/product.ts";

/** The question that this call asks the person. */
async function asked(tool: string, args: Record<string, unknown>): Promise<Question | undefined> {
  let question: Question | undefined;
  const { call } = await product({
    person: (one, signal) => {
      question = one;
      return types("anything")(one, signal);
    },
  });
  await call(tool, args);
  return question;
}

test("a question has no default and requires an answer: accepting without one is not taken for a no", async () => {
  expect((await asked("safe_delete_connector", { ids: ["ops-slack-2"] }))?.requestedSchema).toEqual({
    type: "object",
    properties: { confirm: { type: "boolean", title: "Yes, do it" } },
    required: ["confirm"],
  });
});
