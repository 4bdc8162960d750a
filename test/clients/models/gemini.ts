import * as z from "zod";
import { serveModel } from "./endpoint.ts";
import type { Answer, Script, Told } from "./script.ts";

const Declaration = z.looseObject({
  name: z.string(),
  description: z.string().default(""),
  parameters: z.unknown().optional(),
  parametersJsonSchema: z.unknown().optional(),
});
const Body = z.looseObject({
  tools: z.array(z.looseObject({ functionDeclarations: z.array(Declaration).default([]) })).default([]),
  contents: z
    .array(
      z.looseObject({
        parts: z.array(z.looseObject({ functionResponse: z.looseObject({ response: z.unknown().optional() }).optional() })).default([]),
      }),
    )
    .default([]),
});

/** Google's generateContent and streamGenerateContent. */
export function serveGemini(script: Script) {
  return serveModel(async (path, raw) => {
    if (/:countTokens/.test(path)) return { body: { totalTokens: 1 } };
    if (!/:(streamG|g)enerateContent/.test(path)) return undefined;
    const answer = answerOf(await script.answer(toldBy(Body.parse(raw))));
    return path.includes(":stream") ? { events: [{ data: answer }] } : { body: answer };
  });
}

function toldBy({ tools, contents }: z.output<typeof Body>): Told {
  return {
    tools: tools
      .flatMap((tool) => tool.functionDeclarations)
      .map((one) => ({ name: one.name, description: one.description, schema: one.parametersJsonSchema ?? one.parameters })),
    results: contents
      .flatMap(({ parts }) => parts)
      .flatMap(({ functionResponse }) => (functionResponse ? [JSON.stringify(functionResponse.response)] : [])),
  };
}

function answerOf(answer: Answer) {
  const part = "say" in answer ? { text: answer.say } : { functionCall: { name: answer.call.name, args: answer.args } };
  return {
    candidates: [{ index: 0, content: { role: "model", parts: [part] }, finishReason: "STOP" }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    modelVersion: "scripted",
  };
}
