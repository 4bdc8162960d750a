import { expect, test } from "vitest";
import { overBudget } from "./measured.ts";
import { plantedBuild } from "./planted-build.ts";

/** Where the work of a tool begins, whatever it is called with. */
const startOfRun = /async run\([^)]*, context\)[^{]*\{/;

/** Builds that somebody made slower or fatter: each is caught by a count, not by a stopwatch. */
const plants: [what: string, file: string, from: RegExp, to: string, caught: RegExp][] = [
  ["undici read at the start", "src/commands/serve.ts", /^/, 'export * from "undici";\n', /^bytes at the start/],
  [
    "a whole command read at the start",
    "src/commands/serve.ts",
    /^/,
    'export { startSandbox } from "../sandbox/index.ts";\n',
    /^(bytes|files) at the start/,
  ],
  [
    "the rules read twice",
    "src/tools/get-connector.ts",
    startOfRun,
    "$&\n    await context.kibana.rules(context.settings.space, { page: 1, perPage: 1 }, context.signal);",
    /^requests of get_connector .*rules/,
  ],
  [
    "the types asked for once more",
    "src/tools/list-connectors.ts",
    startOfRun,
    "$&\n    await context.kibana.connectorTypes(context.settings.space);",
    /^requests of list_connectors/,
  ],
  [
    "a chatty description",
    "src/tools/get-connector.ts",
    /description:\s*"/,
    'description: "Use this helpful tool whenever you would like to have a closer look. ',
    /^tokens of get_connector in tools\/list/,
  ],
  [
    "answers with more than was asked",
    "src/tools/connectors/connector-row.ts",
    /\btype: connector\.type,/,
    "$& connector_type: connector.type, display_name: connector.name,",
    /^tokens of the answer of list_connectors/,
  ],
];

test.each(plants)("a build with %s is over its budget", { timeout: 60_000 }, async (_what, file, from, to, caught) => {
  const dist = await plantedBuild(file, from, to);
  expect(await overBudget(dist)).toContainEqual(expect.stringMatching(caught));
});
