import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogIds } from "../src/catalog/index.ts";

/** Files outside the catalogue that name a type all the same, with the reason. */
const allowed: Record<string, string> = {
  "tools/create-connector.ts": "an example of an id, for agents",
  "tools/describe-connector-types.ts": "an example of an id, for agents",
  "tools/connectors/explain-failure.ts": "how mail servers refuse is about mail alone",
  "settings/bindings.ts": "an example in a comment",
  "usage/workflow-places.ts": "the channels of a workflow's waiting step are named after Slack's two types",
  "commands/doctor/protection.ts": "the audit trail is written through an index connector alone",
  "usage/assistant-actions.ts": "the system action that names a model in its params is about it alone",
  "usage/leading-to.ts": "the system action by which a rule starts a workflow is about workflows alone",
};

test("what is known of a type is in the catalogue: nobody else names one, unless with a reason", () => {
  const ids = catalogIds.map((id) => id.replaceAll(".", "\\.")).join("|");
  const named = new RegExp(`["'\`](?:${ids})(?:["'\`@])`);
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  const naming = files.filter(
    (path) => path.endsWith(".ts") && !/^(catalog|sandbox)\//.test(path) && named.test(readFileSync(`src/${path}`, "utf8")),
  );
  expect(naming.sort()).toEqual(Object.keys(allowed).sort());
});
