import * as z from "zod";
import { type Event, serveModel } from "./endpoint.ts";
import type { Answer, Script, ShownTool, Told } from "./script.ts";

const parts = z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]);

const Fn = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.unknown().optional(),
  strict: z.boolean().nullish(),
});
/** A function, or a group of them; other kinds are the client's own tools. */
const ResponsesTool = z.union([
  z.looseObject({ type: z.literal("namespace"), name: z.string(), tools: z.array(Fn) }),
  Fn.extend({ type: z.literal("function") }),
  z.looseObject({ type: z.string() }).transform(() => ({ type: "other" as const })),
]);
const Responses = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  tools: z.array(ResponsesTool).nullish(),
  input: z.union([z.string(), z.array(z.looseObject({ type: z.string().optional(), output: z.unknown().optional() }))]).default([]),
});
const Chat = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  tools: z.array(z.looseObject({ type: z.string(), function: Fn })).nullish(),
  messages: z.array(z.looseObject({ role: z.string(), content: parts.nullish() })),
});

/** OpenAI's Responses and Chat Completions APIs. */
export function serveOpenai(script: Script) {
  return serveModel(async (path, raw) => {
    if (/\/models/.test(path)) return { body: { object: "list", data: [{ id: "scripted", object: "model" }], models: [] } };
    if (/\/responses/.test(path)) {
      const body = Responses.parse(raw);
      const response = responseOf(body.model, await script.answer(toldByResponses(body)));
      return body.stream ? { events: responseEvents(response) } : { body: response };
    }
    if (/\/chat\/completions/.test(path)) {
      const body = Chat.parse(raw);
      const answer = await script.answer(toldByChat(body));
      answers += 1;
      return body.stream ? { events: chatEvents(body.model, answer) } : { body: completionOf(body.model, answer) };
    }
    return undefined;
  });
}

function toldByResponses({ tools, input }: z.output<typeof Responses>): Told {
  const shown = (tools ?? []).flatMap((tool) => {
    if (tool.type === "namespace") return tool.tools.map((one) => ({ ...toolOf(one), namespace: tool.name }));
    return tool.type === "function" ? [toolOf(tool)] : [];
  });
  const items = typeof input === "string" ? [] : input;
  return {
    tools: shown,
    results: items.filter(({ type }) => type === "function_call_output").map(({ output }) => textOf(parts.parse(output))),
  };
}

function toldByChat({ tools, messages }: z.output<typeof Chat>): Told {
  return {
    tools: (tools ?? []).map((tool) => toolOf(tool.function)),
    results: messages.filter(({ role }) => role === "tool").map(({ content }) => textOf(content ?? "")),
  };
}

const toolOf = ({ name, description, parameters, strict }: z.output<typeof Fn>): ShownTool => ({
  name,
  description: description ?? "",
  schema: parameters,
  ...(strict === null || strict === undefined ? {} : { strict }),
});

const textOf = (value: z.output<typeof parts>) => (typeof value === "string" ? value : value.map(({ text }) => text ?? "").join(""));

/** Ids differ from answer to answer: some clients take messages of one id for one message. */
let answers = 0;

function responseOf(model: string, answer: Answer) {
  answers += 1;
  const item =
    "say" in answer
      ? {
          type: "message",
          id: `msg_${answers}`,
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: answer.say, annotations: [], logprobs: [] }],
        }
      : {
          type: "function_call",
          id: `fc_${answers}`,
          call_id: answer.id,
          name: answer.call.name,
          ...(answer.call.namespace === undefined ? {} : { namespace: answer.call.namespace }),
          arguments: JSON.stringify(answer.args),
          status: "completed",
        };
  return {
    id: `resp_${answers}`,
    object: "response",
    created_at: 0,
    status: "completed",
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output: [item],
    parallel_tool_calls: false,
    tool_choice: "auto",
    tools: [],
    usage: {
      input_tokens: 1,
      output_tokens: 1,
      total_tokens: 2,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  };
}

function responseEvents(response: ReturnType<typeof responseOf>): Event[] {
  const [item] = response.output;
  const at = { item_id: item?.id, output_index: 0 };
  const events: Record<string, unknown>[] = [
    { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
    ...(item && "content" in item
      ? [
          { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress", content: [] } },
          { type: "response.content_part.added", ...at, content_index: 0, part: { ...item.content?.[0], text: "" } },
          { type: "response.output_text.delta", ...at, content_index: 0, delta: item.content?.[0]?.text, logprobs: [] },
          { type: "response.output_text.done", ...at, content_index: 0, text: item.content?.[0]?.text, logprobs: [] },
        ]
      : [
          { type: "response.output_item.added", output_index: 0, item: { ...item, arguments: "", status: "in_progress" } },
          { type: "response.function_call_arguments.delta", ...at, delta: item?.arguments },
          { type: "response.function_call_arguments.done", ...at, arguments: item?.arguments },
        ]),
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response },
  ];
  return events.map((data, sequence_number) => ({ name: String(data.type), data: { ...data, sequence_number } }));
}

function messageOf(answer: Answer) {
  return "say" in answer
    ? { role: "assistant", content: answer.say }
    : {
        role: "assistant",
        content: null,
        tool_calls: [
          { index: 0, id: answer.id, type: "function", function: { name: answer.call.name, arguments: JSON.stringify(answer.args) } },
        ],
      };
}

const base = (model: string) => ({ id: `chatcmpl-${answers}`, created: 0, model });
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const finish = (answer: Answer) => ("say" in answer ? "stop" : "tool_calls");

function completionOf(model: string, answer: Answer) {
  const choice = { index: 0, message: messageOf(answer), finish_reason: finish(answer), logprobs: null };
  return { ...base(model), object: "chat.completion", choices: [choice], usage };
}

function chatEvents(model: string, answer: Answer): Event[] {
  const chunk = (delta: unknown, finish_reason: string | null) => ({
    data: {
      ...base(model),
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason }],
      ...(finish_reason ? { usage } : {}),
    },
  });
  return [chunk(messageOf(answer), null), chunk({}, finish(answer)), { data: "[DONE]" }];
}
