import { describe, expect, inject, test } from "vitest";
import * as z from "zod";
import { corpus } from "../fuzz/corpus.ts";
import { type Agent, runAgent } from "./agent.ts";
import { libraries } from "./libraries.ts";
import type { ShownTool } from "./models/script.ts";
import { programs } from "./programs.ts";
import { readAnswer } from "./read-answer.ts";
import { type Passed, startWorld } from "./world.ts";

/** Objects whose keys are the connector type's, not ours. */
const free = ["config", "params", "recovery_params", "secrets", "fill"];

const propertiesOf = ({ schema }: ShownTool) =>
  z.looseObject({ properties: z.record(z.string(), z.looseObject({ additionalProperties: z.unknown() })).default({}) }).parse(schema)
    .properties;

const freeIn = (tool: ShownTool) => Object.entries(propertiesOf(tool)).filter(([name]) => free.includes(name));

const callsOf = (passed: Passed[]) =>
  passed
    .filter(({ from, message }) => from === "client" && message.method === "tools/call")
    .map(({ message: { params } }) => [params.name, params.arguments ?? {}]);

describe.each<Agent>([...programs, ...libraries])("$name", (agent) => {
  const installed = inject("clients")[agent.name];
  const folder = installed && "folder" in installed ? installed.folder : undefined;

  test.skipIf(folder === undefined)("shows free objects as free, and every worked example fits and arrives unchanged", async () => {
    const world = await startWorld();
    const steps = corpus.map(([call, args]) => () => ({ call, args }));
    const { told, failures } = await runAgent({ agent, installed: folder ?? "", world, steps });
    expect(failures).toEqual([]);
    const shown = told[0]?.tools ?? [];
    const named = (name: string) => shown.find((tool) => tool.name === name || tool.name.endsWith(`_${name}`));
    for (const tool of shown.filter((one) => freeIn(one).length > 0)) {
      expect([tool.name, tool.strict ?? false]).toEqual([tool.name, false]);
      for (const [name, schema] of freeIn(tool))
        expect([tool.name, name, schema.additionalProperties]).not.toEqual([tool.name, name, false]);
    }
    for (const [name, args] of corpus) {
      const tool = named(name);
      if (!tool) throw new Error(`${name} is not shown`);
      if (tool.strict) continue;
      expect(
        z.fromJSONSchema(z.record(z.string(), z.unknown()).parse(tool.schema)).safeParse(args),
        `${name} ${JSON.stringify(args)}`,
      ).toMatchObject({
        success: true,
      });
    }
    expect(callsOf(world.passed())).toEqual(corpus.map(([name, args]) => [name, args]));
    for (const result of told.at(-1)?.results ?? []) expect(readAnswer(result).code).not.toBe("invalid_arguments");
  });
});
