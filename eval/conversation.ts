import { generateText, type LanguageModel, type ModelMessage, stepCountIs, type ToolSet } from "ai";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import * as z from "zod";
import type { Arm } from "./arms.ts";
import type { Call } from "./job.ts";
import type { Person } from "./person.ts";

/** A model that has not come to an end after so many steps does not come to one. */
const stepsAtMost = 60;
const repliesAtMost = 4;

export interface Conversation {
  calls: Call[];
  /** The last words to the user. */
  final: string;
  /** What the model read, each text once, in tokens of o200k: instructions, tools, the user's words, the answers of tools. */
  tokens: number;
  /** As the endpoint counts them, every step anew; undefined where it does not. */
  billed?: number;
}

/** The job in one conversation: until the model speaks to the user, and the user has nothing to say to that. */
export async function converse(model: LanguageModel, arm: Arm, say: string, person: Person): Promise<Conversation> {
  const calls: Call[] = [];
  const messages: ModelMessage[] = [{ role: "user", content: say }];
  const heard = [arm.instructions, await shownTools(arm.tools), say];
  let billed = 0;
  let final = "";
  for (let turn = 0; turn <= repliesAtMost; turn++) {
    const result = await generateText({
      model,
      system: arm.instructions,
      messages,
      tools: recorded(arm.tools, calls),
      stopWhen: stepCountIs(stepsAtMost),
    });
    messages.push(...result.response.messages);
    billed += result.totalUsage.totalTokens ?? 0;
    final = result.text;
    const reply = await person.replies(final);
    if (reply === undefined) break;
    messages.push({ role: "user", content: reply });
    heard.push(reply);
  }
  const read = [...heard, ...calls.map(({ output }) => output)];
  const tokens = read.reduce((sum, text) => sum + countTokens(text), 0);
  return { calls, final, tokens, ...(billed > 0 && { billed }) };
}

/** The tools as the model is shown them. */
async function shownTools(tools: ToolSet): Promise<string> {
  const shown = Object.entries(tools).map(async ([name, { description, inputSchema }]) => {
    const schema = z.looseObject({ jsonSchema: z.unknown() }).safeParse(inputSchema).data?.jsonSchema ?? inputSchema;
    return JSON.stringify({ name, description, parameters: await schema });
  });
  return (await Promise.all(shown)).join("\n");
}

/** The same tools, each call of which is written down. What a tool throws is told to the model, as a client does. */
function recorded(tools: ToolSet, calls: Call[]): ToolSet {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => {
      const { execute } = tool;
      if (!execute) return [name, tool];
      return [
        name,
        {
          ...tool,
          // As most hosts do: the text of a result, and not its parts written out as JSON.
          toModelOutput: ({ output }: { output: unknown }) => ({ type: "text", value: textOf(output).output }),
          execute: async (args: unknown, options: Parameters<typeof execute>[1]) => {
            const call: Call = { tool: name, args, output: "", failed: false };
            calls.push(call);
            try {
              const result: unknown = await execute(args, options);
              Object.assign(call, textOf(result));
              return result;
            } catch (error) {
              Object.assign(call, { output: String(error), failed: true });
              throw error;
            }
          },
        },
      ];
    }),
  );
}

const Result = z.union([
  z.string().transform((output) => ({ output, failed: false })),
  z
    .looseObject({ content: z.array(z.looseObject({ text: z.string().optional() })), isError: z.boolean().optional() })
    .transform(({ content, isError = false }) => ({ output: content.map(({ text }) => text ?? "").join("\n"), failed: isError })),
]);

/** The text of a tool's result, and whether it is an error. */
const textOf = (result: unknown) => Result.parse(result);
