import { expect, test } from "vitest";
import { accepts, type ProductOptions, product } from "../support/product.ts";
import { makeConnector } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
const options: ProductOptions = { person: accepts, sandbox: { empty: true, version: "9.5" } };
const hook = { url: "https://a.example.com/x", method: "post", hasAuth: false };

const asBefore = "It is again as it was before that change.";
const exceptSecrets = "Its name and config are again as they were before that change; Kibana does not show whether its secrets are.";
const make = (made: Made, type: string, config: object, name = "Trail") => makeConnector(made, "trail", type, { config, name });
const another = (type: string, name: string, more = "") =>
  `The id now belongs to another connector, "${name}" (${type})${more === "" ? "" : ` with other ${more}`}.`;

test.each<[what: string, before: [string, object], now: [string, object, string?], expected: string]>([
  ["of another type", [".index", { index: "a" }], [".server-log", {}], another(".server-log", "Trail")],
  ["of another name", [".index", { index: "a" }], [".index", { index: "a" }, "Theirs"], another(".index", "Theirs", "name")],
  ["with another index", [".index", { index: "a" }], [".index", { index: "b" }], another(".index", "Trail", "config.index")],
  [
    "with another URL",
    [".webhook", hook],
    [".webhook", { ...hook, url: "https://b.example.net/" }, "Theirs"],
    another(".webhook", "Theirs", "name, config.url"),
  ],
  ["that is the same again", [".index", { index: "a" }], [".index", { index: "a" }], asBefore],
  ["that is the same again, with a URL", [".webhook", hook], [".webhook", hook], asBefore],
  ["that is the same again, with a secret", [".pagerduty", {}], [".pagerduty", {}], exceptSecrets],
])("after a delete, an id that belongs to a connector %s is said to", async (_what, before, now, expected) => {
  const made = await product(options);
  await make(made, ...before);
  const { body } = await made.call("safe_delete_connector", { ids: ["trail"] });
  expect(body.status).toBe("done");
  await make(made, ...now);
  expect((await made.call("list_changes")).body.changes[0].no_undo).toBe(expected);
});

test("after an update, too, though the other connector has the name from before", async () => {
  const made = await product(options);
  await make(made, ".server-log", {});
  await made.call("update_connector", { id: "trail", name: "Log" });
  await made.bare("DELETE", "/api/actions/connector/trail");
  await make(made, ".index", { index: "a" });
  expect((await made.call("list_changes")).body.changes[0].no_undo).toBe(another(".index", "Trail"));
});
