import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

const log = { name: "Notes", type: ".server-log", config: {} };
const started = async (spaces?: string[]) => {
  const made = await product({ person: accepts, sandbox: { empty: true, spaces: ["a", "b"] }, settings: { spaces } });
  await made.bare("POST", "/api/actions/connector/notes", { name: "Notes", connector_type_id: ".server-log", config: {}, secrets: {} });
  return made;
};

describe("an id that another space has", () => {
  test.each<[string, object]>([
    ["is left to the name", {}],
    ["is given", { id: "notes" }],
  ])("the answer says whose it is, with calls that work: %s", async (_how, args) => {
    const { call } = await started();
    const { code, message, fix, detail } = (await call("create_connector", { ...log, space: "a", ...args })).body;
    expect([code, detail.elsewhere]).toEqual(["id_taken", [{ space: "default", id: "notes", name: "Notes", type: ".server-log" }]]);
    expect(message).toBe(
      'The id "notes" is that of "Notes" (.server-log) in the space "default": ids are unique over all spaces. Nothing was written.',
    );
    expect(fix).toBe(
      'For a copy of that one, pass from: {"id":"notes","space":"default"}. For a new one, pass another `id`, such as "notes-2", or give another name.',
    );
    const [original] = detail.elsewhere;
    const copy = { name: "Notes", space: "a", from: { id: original.id, space: original.space } };
    expect((await call("create_connector", { ...copy, dry_run: true })).body.status).toBe("planned");
    expect((await call("create_connector", { ...log, space: "a", id: "notes-2" })).body.status).toBe("done");
  });

  test("is not told where this server may not look, and the answer says what to do all the same", async () => {
    const { call } = await started(["a"]);
    const { code, message, fix, detail } = (await call("create_connector", { ...log, space: "a" })).body;
    expect([code, detail.elsewhere]).toEqual(["id_taken", undefined]);
    expect(message).toContain("its owner may be in a space that this key cannot see");
    expect(fix).toBe('If it is to be a new one, pass another `id`, such as "notes-2", or give another name.');
  });
});
