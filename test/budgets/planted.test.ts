import { expect, test } from "vitest";
import { overBudget } from "./measured.ts";
import { type Plant, plantedBuild } from "./planted-build.ts";

/** Where the work of a tool begins, whatever it is called with. */
const startOfRun = /async run\([^)]*, context\)[^{]*\{/;

/** Builds that somebody made slower or fatter: each plant is caught by a count of its own, not by a stopwatch. */
const builds: [what: string, plants: (Plant & { caught: RegExp })[]][] = [
  [
    "undici read at the start",
    [{ file: "src/commands/serve.ts", from: /^/, to: 'export * from "undici";\n', caught: /^bytes at the start/ }],
  ],
  [
    "a whole command read at the start",
    [
      {
        file: "src/commands/serve.ts",
        from: /^/,
        to: 'export { startSandbox } from "../sandbox/index.ts";\n',
        caught: /^(bytes|files) at the start/,
      },
    ],
  ],
  [
    "the rules read twice, the types asked for once more, a chatty description and answers with more than was asked",
    [
      {
        file: "src/tools/get-connector.ts",
        from: startOfRun,
        to: "$&\n    await context.kibana.rules(context.settings.space, { page: 1, perPage: 1 }, context.signal);",
        caught: /^requests of get_connector .*rules/,
      },
      {
        file: "src/tools/list-connectors.ts",
        from: startOfRun,
        to: "$&\n    await context.kibana.connectorTypes(context.settings.space);",
        caught: /^requests of list_connectors/,
      },
      {
        file: "src/tools/get-connector.ts",
        from: /description:\s*"/,
        to: 'description: "Use this helpful tool whenever you would like to have a closer look. ',
        caught: /^tokens of get_connector in tools\/list/,
      },
      {
        file: "src/tools/connectors/connector-row.ts",
        from: /\btype: connector\.type,/,
        to: "$& connector_type: connector.type, display_name: connector.name,",
        caught: /^tokens of the answer of list_connectors/,
      },
    ],
  ],
];

test.each(builds)("a build with %s is over its budget", { timeout: 60_000 }, async (_what, plants) => {
  const over = await overBudget(await plantedBuild(plants));
  for (const { caught } of plants) expect(over).toContainEqual(expect.stringMatching(caught));
});
