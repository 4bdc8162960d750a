import { describe, expect, inject, test } from "vitest";
import * as z from "zod";
import { corpus } from "../fuzz/corpus.ts";
import { type Agent, runAgent } from "./agent.ts";
import { libraries } from "./libraries.ts";
import { heldTo, type ShownTool } from "./models/script.ts";
import { programs } from "./programs.ts";
import { readAnswer } from "./read-answer.ts";
import { isCall, type Passed, startWorld } from "./world.ts";

/** Objects whose keys are the connector type's, not ours. */
const free = ["config", "params", "recovery_params", "secrets", "fill"];

const Shown = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ additionalProperties: z.unknown().optional() })).default({}),
});

/** Free objects of a tool, each with whether the model may write keys into it. */
const freeIn = ({ schema }: ShownTool) =>
  Object.entries(Shown.parse(schema).properties).flatMap(([name, { additionalProperties }]) =>
    free.includes(name) ? [{ name, open: additionalProperties !== false }] : [],
  );

const callsOf = (passed: Passed[]) => passed.filter(isCall).map(({ message: { params } }) => [params.name, params.arguments ?? {}]);

/** A program takes its time for a turn: the last example of each tool has the most in it. */
const oneOfEach = corpus.filter(([name], index) => !corpus.slice(index + 1).some(([later]) => later === name));
const rows: [name: string, agent: Agent, examples: typeof corpus][] = [
  ...programs.map((agent): [string, Agent, typeof corpus] => [agent.name, agent, oneOfEach]),
  ...libraries.map((agent): [string, Agent, typeof corpus] => [agent.name, agent, corpus]),
];

describe.each(rows)("%s", (_name, agent, examples) => {
  const installed = inject("clients")[agent.name];
  const folder = installed && "folder" in installed ? installed.folder : undefined;

  test.skipIf(folder === undefined)("shows free objects as free, and every worked example fits and arrives unchanged", async () => {
    const world = await startWorld();
    const steps = examples.map(([call, args]) => () => ({ call, args }));
    const { told, failures } = await runAgent({ agent, installed: folder ?? "", world, steps });
    expect(failures).toEqual([]);
    const named = (name: string): ShownTool => {
      const tool = told[0]?.tools.find((one) => one.name === name || one.name.endsWith(`_${name}`));
      if (!tool) throw new Error(`${name} is not shown`);
      return tool;
    };
    const closed = oneOfEach.flatMap(([tool]) => freeIn(named(tool)).flatMap(({ name, open }) => (open ? [] : [`${tool}.${name}`])));
    expect(closed).toEqual(agent.closes ?? []);
    for (const [name, args] of examples) {
      const tool = named(name);
      expect([name, tool.strict === true && freeIn(tool).length > 0]).toEqual([name, false]);
      if (closed.some((one) => one.startsWith(`${name}.`))) continue;
      const schema = z.fromJSONSchema(z.record(z.string(), z.unknown()).parse(tool.schema));
      const written = tool.strict ? heldTo(tool.schema, args) : args;
      expect(schema.safeParse(written).error, `${name} ${JSON.stringify(written)}`).toBeUndefined();
    }
    expect(callsOf(world.passed())).toEqual(examples.map(([name, args]) => [name, args]));
    for (const result of told.at(-1)?.results ?? []) expect(readAnswer(result).code).not.toBe("invalid_arguments");
  });
});
