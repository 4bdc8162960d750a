import { createHash, createHmac } from "node:crypto";
import * as z from "zod";
import type { Dict } from "../../types.ts";
import { type Ask, at, needShape, type Reply, type Service } from "../conversation.ts";
import { canned } from "../oauth.ts";
import type { Run } from "../outcome.ts";
import { textValues } from "../requests.ts";
import { subRequest, type Words } from "./sub-action.ts";

const usage = z.looseObject({ input_tokens: z.number(), output_tokens: z.number() });
const claude = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().optional(),
  usage,
});
const completion = z.looseObject({ completion: z.string(), stop_reason: z.string().optional(), usage: usage.optional() });
const chat = z.looseObject({
  id: z.string().optional(),
  object: z.string().optional(),
  choices: z.array(z.looseObject({ message: z.looseObject({ role: z.string(), content: z.string().nullish() }) })),
  usage: z.looseObject({ prompt_tokens: z.number(), completion_tokens: z.number().optional(), total_tokens: z.number() }).optional(),
});
const candidates = z.looseObject({
  candidates: z.array(z.looseObject({ content: z.looseObject({ parts: z.array(z.looseObject({ text: z.string().optional() })) }) })),
  usageMetadata: z.looseObject({}),
});

const said = ({ message }: Dict, mark: string) => (message ? `${mark}${message}` : "");

const bedrockWords: Words = ({ reply, code, message }, data) => {
  if (!reply) return `Unexpected API Error: ${code ?? ""} - ${message}`;
  if (reply.status === 401) return `Unauthorized API Error${said(data, ": ")}`;
  return `API Error: ${reply.statusText}${said(data, " - ")}`;
};

/** Sources: bedrock/{bedrock,utils}.ts. */
const invoke: Service = async (run, ask) => {
  const { body, model } = sub(run);
  const reply = await invokeModel(run, ask, String(body), model);
  if (Object(JSON.parse(String(body))).prompt != null) return needShape(run, reply, completion);
  return completionOf(run, reply);
};

export const bedrock: Readonly<Record<string, Service>> = {
  run: invoke,
  test: invoke,
  invokeAI: async (run, ask) => {
    const { messages, system = "", model, ...options } = sub(run);
    const { maxTokens = 8191, stopSequences, temperature = 0, tools, toolChoice } = options;
    const body = {
      anthropic_version: "bedrock-2023-05-31",
      ...conversationOf([messages].flat().map(Object), String(system)),
      ...{ max_tokens: maxTokens, stop_sequences: stopSequences, temperature, tools, tool_choice: toolChoice },
    };
    const { completion: text, usage: used } = completionOf(run, await invokeModel(run, ask, JSON.stringify(body), model));
    return { message: text.trim(), usage: used };
  },
  invokeAIRaw: async (run, ask) => {
    const { messages, system, model, maxTokens = 8191, stopSequences, temperature, tools, toolChoice, anthropicVersion } = sub(run);
    const body = {
      ...{ messages, stop_sequences: stopSequences, system, temperature, max_tokens: maxTokens, tools },
      ...{ tool_choice: toolChoice, anthropic_version: anthropicVersion },
    };
    const reply = await invokeModel(run, ask, JSON.stringify(body), model);
    needShape(run, reply, z.looseObject({}));
    return reply.data;
  },
};

function completionOf(run: Run, reply: Reply) {
  const { content, stop_reason, usage: used } = needShape(run, reply, claude);
  const [first] = content;
  const only = first?.type === "text" ? (first.text ?? "") : "";
  const text = content.length > 1 ? content.map((part) => (part.text ? `\n${part.text}` : "")).join("") : only;
  return { completion: text, stop_reason, usage: used };
}

/** Bedrock wants no system message, and no two of one role in a row. */
function conversationOf(messages: Dict[], first: string): Dict {
  const system = [first, ...messages.filter(({ role }) => role === "system").map(({ content }) => String(content))].filter(Boolean);
  const turns: Dict[] = [];
  for (const { role, content, rawContent } of messages.filter((message) => message.role !== "system")) {
    const last = turns.at(-1);
    const who = role === "assistant" || role === "ai" ? "assistant" : "user";
    if (!rawContent && last?.role === role && typeof last?.content === "string") last.content = `${last.content}\n${content}`;
    else turns.push({ role: who, content: rawContent ?? content });
  }
  return { ...(system.length > 0 && { system: system.join("\n") }), messages: turns };
}

function invokeModel(run: Run, ask: Ask, body: string, model: unknown): Promise<Reply> {
  const { apiUrl, defaultModel } = run.config;
  const path = `/model/${encodeURIComponent(decodeURIComponent(String(model ?? defaultModel)))}/invoke`;
  return subRequest(ask, bedrockWords, { url: `${apiUrl}${path}`, method: "post", data: body, headers: signature(run, path, body) });
}

/** AWS Signature Version 4. */
function signature({ config, secrets }: Run, path: string, body: string): Dict {
  const region = String(config.region ?? /\.([a-z\-0-9]+)\.amazonaws\.com/.exec(String(config.apiUrl))?.[1] ?? "us-east-1");
  const time = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const sha = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const headers = { accept: "*/*", "content-type": "application/json", host: new URL(String(config.apiUrl)).host, "x-amz-date": time };
  const names = Object.keys(headers).join(";");
  const listed = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const scope = `${time.slice(0, 8)}/${region}/bedrock/aws4_request`;
  // AWS signs the path encoded once more.
  const signedPath = path.split("/").map(encodeURIComponent).join("/");
  const request = ["POST", signedPath, "", listed.join(""), names, sha(body)].join("\n");
  const key = [time.slice(0, 8), region, "bedrock", "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secrets.secret}`);
  const signed = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha(request)].join("\n")).toString("hex");
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${secrets.accessKey}/${scope}, SignedHeaders=${names}, Signature=${signed}`,
  };
}

const openAiWords: Words = ({ reply, code, message }, { error }) => {
  if (!reply) return `Unexpected API Error: ${code ?? ""} - ${message}`;
  const what = Object(error).message ?? error;
  return `${reply.status === 401 ? "Unauthorized API Error" : `API Error: ${reply.statusText}`}${what ? ` - ${what}` : ""}`;
};

/** Sources: openai/openai.ts and openai/lib. */
async function complete(run: Run, ask: Ask, body: Dict) {
  const { apiUrl, apiProvider, organizationId, projectId, headers } = run.config;
  const key = run.secrets.apiKey ?? "";
  const reply = await subRequest(ask, openAiWords, {
    url: String(apiUrl),
    method: "post",
    data: JSON.stringify(sanitized(run, body)),
    headers: {
      ...textValues(headers),
      ...{ "openai-organization": organizationId, "openai-project": projectId },
      ...(apiProvider === "Azure OpenAI" ? { "api-key": key } : { authorization: `Bearer ${key}` }),
    },
  });
  return { data: reply.data, answer: needShape(run, reply, chat) };
}

/** OpenAI gets the connector's model and no choice of tools without tools; another service is told not to stream. */
function sanitized({ config }: Run, body: Dict): Dict {
  if (config.apiProvider === "Other") return { ...body, stream: false };
  if (config.apiProvider !== "OpenAI") return body;
  const { tool_choice, parallel_tool_calls, ...rest } = body;
  const tools = Array.isArray(body.tools) && body.tools.length > 0 ? { tool_choice, parallel_tool_calls } : {};
  return { ...rest, ...tools, model: body.model || config.defaultModel };
}

const completeBody: Service = async (run, ask) => (await complete(run, ask, Object(JSON.parse(String(sub(run).body))))).data;

export const openAi: Readonly<Record<string, Service>> = {
  run: completeBody,
  test: completeBody,
  invokeAI: async (run, ask) => {
    const { signal: _signal, timeout: _timeout, telemetryMetadata: _metadata, ...body } = sub(run);
    const { choices, usage: used } = (await complete(run, ask, body)).answer;
    const text = choices[0]?.message.content?.trim();
    return text
      ? { message: text, usage: used }
      : { message: "An error occurred sending your message. \n\nThe response from OpenAI was in an unrecognized format.", usage: used };
  },
};

const geminiWords: Words = ({ reply, code, message }, data) => {
  const { status, message: text } = Object(data.error);
  if (!reply) return `Unexpected API Error: ${code ?? ""} - ${message}`;
  if (data.error) return `API Error: ${status ? `${status}: ` : ""}${text ?? ""}`;
  if (reply.status === 401) return `Unauthorized API Error${said(data, ": ")}`;
  return `API Error: ${reply.statusText}${said(data, " - ")}`;
};

async function generate(run: Run, ask: Ask, body: string, model: unknown): Promise<Reply> {
  const { apiUrl, gcpProjectID, gcpRegion, defaultModel } = run.config;
  const path = `/v1/projects/${gcpProjectID}/locations/${gcpRegion}/publishers/google/models/${model ?? defaultModel}:generateContent`;
  // Google's token service is never on this machine.
  return subRequest(ask, geminiWords, { url: `${apiUrl}${path}`, method: "post", data: body, headers: { authorization: canned } });
}

async function answerOf(run: Run, ask: Ask, body: string, model: unknown) {
  const { candidates: all, usageMetadata } = needShape(run, await generate(run, ask, body, model), candidates);
  return { text: at(all, 0, "content", "parts", 0, "text"), usageMetadata };
}

const generateBody: Service = async (run, ask) => {
  const { body, model } = sub(run);
  const { text, usageMetadata } = await answerOf(run, ask, String(body), model);
  return { completion: text, usageMetadata };
};

/** Source: gemini/gemini.ts. */
export const gemini: Readonly<Record<string, Service>> = {
  run: generateBody,
  test: generateBody,
  invokeAI: async (run, ask) => {
    const { text, usageMetadata } = await answerOf(run, ask, JSON.stringify(contentsOf(sub(run))), sub(run).model);
    return { message: text, usageMetadata };
  },
  invokeAIRaw: async (run, ask) => {
    const { toolConfig: _unused, ...given } = sub(run);
    return (await generate(run, ask, JSON.stringify({ ...contentsOf(given), tools: given.tools }), given.model)).data;
  },
};

function contentsOf({ messages, systemInstruction, temperature = 0, maxOutputTokens, toolConfig }: Dict): Dict {
  const contents: { role: unknown; parts: Dict[] }[] = [];
  let before: string | undefined;
  for (const { role, content, parts } of [messages].flat().map(Object)) {
    const who = role === "assistant" ? "model" : "user";
    const last = contents.at(-1)?.parts[0];
    if (parts) contents.push({ role, parts });
    else if (who === "user" && before === "user" && last) last.text = `${last.text} ${content}`;
    else contents.push({ role: who, parts: [{ text: content }] });
    before = who;
  }
  const { mode, allowedFunctionNames } = Object(toolConfig);
  return {
    contents,
    generation_config: { temperature, maxOutputTokens },
    ...(systemInstruction ? { system_instruction: { parts: [{ text: systemInstruction }] } } : {}),
    ...(toolConfig ? { tool_config: { function_calling_config: { mode, allowed_function_names: allowedFunctionNames } } } : {}),
    safety_settings: [{ category: "HARM_CATEGORY_DANGEROUS_CONTENT", threshold: "BLOCK_ONLY_HIGH" }],
  };
}

function sub({ params }: Run): Dict {
  return Object(params.subActionParams);
}
