import * as z from "zod";

/** A tool as the model is shown it. */
export interface ShownTool {
  name: string;
  description: string;
  schema: unknown;
  /** Whether the API is to hold the model's arguments to the schema. */
  strict?: boolean;
  /** The group that it is in, where the API has groups. */
  namespace?: string;
}

/** What one request tells the model, whatever the API is. */
export interface Told {
  tools: ShownTool[];
  /** The results of the tools so far, as the model reads them. */
  results: string[];
}

/** A call by the server's own name of the tool; clients add prefixes. */
export type Reply = { call: string; args: Record<string, unknown> } | { say: string };

/** What the model answers once it has read these results. */
export type Step = (results: string[]) => Reply | Promise<Reply>;

/** The reply with the name as this client lists the tool. */
export type Answer = { call: ShownTool; id: string; args: Record<string, unknown> } | { say: string };

/** A model without a mind: one step for each tool result, then it says the last result back. */
export function createScript(steps: readonly Step[]) {
  const told: Told[] = [];
  const replies = new Map<number, Promise<Reply>>();
  const ours = ({ tools }: Told) => tools.some(({ name }) => name.endsWith("list_connectors"));
  return {
    /** Every request that showed our tools; titles, summaries and the like are left out. */
    told,
    async answer(request: Told): Promise<Answer> {
      if (!ours(request)) return { say: "ok" };
      told.push(request);
      const at = request.results.length;
      const step = steps[at];
      if (!step) return { say: request.results.at(-1) ?? "" };
      // A client that sends a request again gets the same reply, and the step runs once.
      const reply = await (replies.get(at) ?? keep(replies, at, Promise.resolve(step(request.results))));
      if ("say" in reply) return reply;
      const tool = request.tools.find(({ name }) => name === reply.call || name.endsWith(`_${reply.call}`));
      if (!tool) throw new Error(`the client does not show ${reply.call}, but ${request.tools.map(({ name }) => name).join(", ")}`);
      return { call: tool, id: `call_${at}`, args: tool.strict ? heldTo(tool.schema, reply.args) : reply.args };
    },
  };
}

export type Script = ReturnType<typeof createScript>;

/** What a strict schema makes a model write: every property, null where there is nothing to say. */
export function heldTo(schema: unknown, args: Record<string, unknown>): Record<string, unknown> {
  const { properties } = ObjectSchema.parse(schema);
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const value = args[name] ?? null;
      return [name, isObject(value) && isObject(property) && property.properties ? heldTo(property, value) : value];
    }),
  );
}

const ObjectSchema = z.looseObject({ properties: z.record(z.string(), z.unknown()).default({}) });
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}
