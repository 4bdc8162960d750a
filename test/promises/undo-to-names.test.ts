import { expect, test } from "vitest";
import { accepts, type ProductOptions, product } from "../support/product.ts";
import { makeConnector } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
const options: ProductOptions = { person: accepts, sandbox: { empty: true, version: "9.5" } };

const hook = (made: Made, id: string, name: string, host: string) =>
  makeConnector(made, id, ".webhook", { name, config: { url: `https://${host}/x`, method: "post", hasAuth: false } });
const renamed = (made: Made, id: string, name: string) =>
  made.bare("PUT", `/api/actions/connector/${id}`, {
    name,
    config: { url: "https://pay.example.com/x", method: "post", hasAuth: false },
    secrets: {},
  });
const text = (named: string) =>
  `name: Pay\nenabled: true\ntriggers:\n  - type: manual\nsteps:\n  - name: a\n    type: webhook\n    connector-id: ${named}\n    with: { body: "{}" }\n`;

async function moved(named: string) {
  const made = await product(options);
  await hook(made, "pay", "Pay hook", "pay.example.com");
  await hook(made, "new", "New hook", "new.example.com");
  await made.bare("POST", "/api/workflows/workflow", { id: "flow", yaml: text(named) });
  const { body } = await made.call("replace_connector", { from: "pay", to: "new" });
  expect(body.status).toBe("done");
  const yaml = async () => JSON.parse(await made.bare("GET", "/api/workflows/workflow/flow")).yaml;
  return { made, change: body.change as string, yaml };
}

const gone = (made: Made, id: string) => made.bare("DELETE", `/api/actions/connector/${id}`);

test.each<[string, string, (made: Made) => Promise<unknown>]>([
  ["its name, and was renamed", "Pay hook", (made) => renamed(made, "pay", "Former")],
  ["its name, and is gone", "Pay hook", (made) => gone(made, "pay")],
])(
  "a workflow that named a connector by %s does not go back to another one of that name, and list and answer say which",
  async (_what, named, before) => {
    const { made, change, yaml } = await moved(named);
    const after = await yaml();
    expect((await made.call("list_changes")).body.changes[0].undo.args.change).toBe(change);
    await before(made);
    await hook(made, "other", "Pay hook", "somebody-else.example.org");
    const words =
      'Before, it named "Pay hook", which was the connector pay. "Pay hook" is another connector now (id other, host somebody-else.example.org)';
    expect((await made.call("list_changes")).body.changes[0].no_undo).toContain(words);
    const asked = made.questions.length;
    expect((await made.call("undo_change", { change })).body.message).toContain(words);
    expect([made.questions.length, await yaml()]).toEqual([asked, after]);
  },
);

test("by its id: nor to one that has that id as its name", async () => {
  const { made, change, yaml } = await moved("pay");
  const after = await yaml();
  await gone(made, "pay");
  await hook(made, "other", "pay", "somebody-else.example.org");
  expect((await made.call("undo_change", { change })).body.message).toContain('"pay" is another connector now (id other, ');
  expect(await yaml()).toBe(after);
});

test.each<[string, (made: Made) => Promise<unknown>]>([
  ["is as it was", async () => undefined],
  [
    "goes to another host now",
    (made) =>
      made.bare("PUT", "/api/actions/connector/pay", {
        name: "Pay hook",
        config: { url: "https://b.example.com/", method: "post", hasAuth: false },
        secrets: {},
      }),
  ],
  [
    "came back under its id",
    async (made) => {
      await gone(made, "pay");
      await hook(made, "pay", "Pay hook", "pay.example.com");
    },
  ],
])("it goes back where the connector %s", async (_what, meanwhile) => {
  const { made, change, yaml } = await moved("Pay hook");
  await meanwhile(made);
  expect((await made.call("undo_change", { change })).body.status).toBe("done");
  expect(await yaml()).toBe(text("Pay hook"));
});

test.each<[string, string, boolean]>([
  ["another text does not get the former one's", text("new").replace("name: Pay", "name: Salaries"), false],
  ["the text that it had is put back", text("new"), true],
])("a workflow that was made anew under its id with %s", async (_what, now, isBack) => {
  const { made, change, yaml } = await moved("pay");
  await made.bare("DELETE", "/api/workflows/workflow/flow?force=true");
  await made.bare("POST", "/api/workflows/workflow", { id: "flow", yaml: now });
  const [{ undo, no_undo: why }] = (await made.call("list_changes")).body.changes;
  expect([undo?.args.change, why]).toEqual(
    isBack ? [change, undefined] : [undefined, expect.stringContaining("Somebody changed it since")],
  );
  expect((await made.call("undo_change", { change })).body.status).toBe(isBack ? "done" : "plan_changed");
  expect(await yaml()).toBe(isBack ? text("pay") : now);
});
