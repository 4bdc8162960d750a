import * as z from "zod";
import { type Event, serveModel } from "./endpoint.ts";
import type { Answer, Script, Told } from "./script.ts";

const textBlock = z.looseObject({ type: z.string(), text: z.string().optional() });
const content = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string(), content: z.union([z.string(), z.array(textBlock)]).optional() })),
]);
const Body = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z
    .array(z.looseObject({ name: z.string(), description: z.string().default(""), input_schema: z.unknown().optional() }))
    .default([]),
  messages: z.array(z.looseObject({ role: z.string(), content })).default([]),
});

/** Anthropic's Messages API. */
export function serveAnthropic(script: Script) {
  return serveModel(async (path, raw) => {
    if (/\/count_tokens/.test(path)) return { body: { input_tokens: 1 } };
    if (!/\/v1\/messages/.test(path)) return undefined;
    const body = Body.parse(raw);
    const message = messageOf(body.model, await script.answer(toldBy(body)));
    return body.stream ? { events: eventsOf(message) } : { body: message };
  });
}

function toldBy({ tools, messages }: z.output<typeof Body>): Told {
  const blocks = messages.flatMap((message) => (typeof message.content === "string" ? [] : message.content));
  return {
    tools: tools.map((tool) => ({ name: tool.name, description: tool.description, schema: tool.input_schema })),
    results: blocks
      .filter(({ type }) => type === "tool_result")
      .map((block) => (typeof block.content === "string" ? block.content : (block.content ?? []).map(({ text }) => text ?? "").join(""))),
  };
}

type Block = { type: "text"; text: string } | { type: "tool_use"; id: string; name: string; input: Record<string, unknown> };

function messageOf(model: string, answer: Answer) {
  const block: Block =
    "say" in answer
      ? { type: "text", text: answer.say }
      : { type: "tool_use", id: `toolu_${answer.id}`, name: answer.call.name, input: answer.args };
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [block],
    stop_reason: block.type === "text" ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
}

function eventsOf(message: ReturnType<typeof messageOf>): Event[] {
  const { content: blocks, stop_reason, stop_sequence, usage, ...rest } = message;
  const events: Record<string, unknown>[] = [
    { type: "message_start", message: { ...rest, content: [], stop_reason: null, stop_sequence: null, usage } },
    ...blocks.flatMap((block, index) => [
      { type: "content_block_start", index, content_block: block.type === "text" ? { ...block, text: "" } : { ...block, input: {} } },
      {
        type: "content_block_delta",
        index,
        delta:
          block.type === "text"
            ? { type: "text_delta", text: block.text }
            : { type: "input_json_delta", partial_json: JSON.stringify(block.input) },
      },
      { type: "content_block_stop", index },
    ]),
    { type: "message_delta", delta: { stop_reason, stop_sequence }, usage },
    { type: "message_stop" },
  ];
  return events.map((data) => ({ name: String(data.type), data }));
}
