import { readdirSync } from "node:fs";
import type { StoredExample, TypeExamples } from "./type-examples.ts";

/** The examples of every type, each a file of the folder. */
export const typeExamples: readonly TypeExamples[] = await Promise.all(
  readdirSync(new URL("examples", import.meta.url)).map(async (file) => {
    const { examples }: { examples: TypeExamples } = await import(`./examples/${file.replace(/\.ts$/, "")}.ts`);
    return examples;
  }),
);

export interface Stored extends Required<StoredExample> {
  type: string;
}

/** Every type that can be created, with each way to authenticate. */
export const stored: readonly Stored[] = typeExamples.flatMap(({ type, stored: ways = [] }) =>
  ways.map((one) => ({ type, required: Object.keys(one.secrets), possible: [], ...one })),
);
