import * as z from "zod";
import { isHostName, isHostWithPort } from "../../host-name.ts";
import { isPlainObject } from "../../plain-object.ts";
import { quoted } from "../../plain-text.ts";
import { namedAddresses } from "../addresses.ts";
import type { Config, ConnectorType } from "../connector-type.ts";
import { unknownHost } from "../destinations.ts";
import { modelConfig, paid, telemetryMetadata } from "../shared/llm.ts";
import { subActionParams } from "../shared/sub-actions.ts";

/** Task types that the validator takes, besides the names of the sub-actions. */
const taskTypes = [
  "chat_completion",
  "completion",
  "rerank",
  "text_embedding",
  "sparse_embedding",
  "unified_completion",
  "unified_completion_stream",
  "unified_completion_async_iterator",
  "completion_stream",
];

const providers = [
  "amazonbedrock",
  "azureopenai",
  "azureaistudio",
  "cohere",
  "elasticsearch",
  "googleaistudio",
  "googlevertexai",
  "hugging_face",
  "mistral",
  "openai",
  "anthropic",
  "watsonxai",
  "alibabacloud-ai-search",
  "elastic",
];

/** reference: .inference; schema inference/schemas/v1.ts, rules and save hooks inference/index.ts. */
export const inference: ConnectorType = {
  id: ".inference",
  name: "AI Connector",
  aliases: ["inference endpoint", "elastic managed llm", "llm"],
  category: "LLM",
  license: "enterprise",
  features: ["generativeAIForSecurity", "generativeAIForObservability", "generativeAIForSearchPlayground", "workflows"],
  status: "preview",
  system: false,
  since: "9.2",
  schemas: () => ({
    config: z.strictObject({
      provider: z.string().describe("Such as openai, amazonbedrock, azureopenai, googlevertexai, anthropic, elastic"),
      taskType: z.string().describe("chat_completion, completion, rerank, text_embedding or sparse_embedding"),
      inferenceId: z.string().describe("Of the inference endpoint that saving creates"),
      providerConfig: z.looseObject({}).default({}).describe("The provider's service settings"),
      taskTypeConfig: z.looseObject({}).default({}),
      headers: z.record(z.string(), z.string()).optional(),
      ...modelConfig(),
    }),
    secrets: z.strictObject({ providerSecrets: z.looseObject({}).default({}).describe("The provider's credentials by name") }),
    params: subActionParams({
      unified_completion: unifiedParams(),
      unified_completion_stream: unifiedParams(),
      unified_completion_async_iterator: unifiedParams(),
      completion: z.strictObject({ input: z.string() }),
      rerank: z.strictObject({ input: z.array(z.string()).default([]), query: z.string() }),
      text_embedding: z.strictObject({ input: z.string(), inputType: z.string() }),
      sparse_embedding: z.strictObject({ input: z.string() }),
    }),
  }),
  allowedHosts: [],
  // Elasticsearch makes the call: Kibana's allowed hosts do not count, and the host is in the provider's settings.
  target: { kind: "computed", fields: ["provider", "providerConfig", "taskTypeConfig"], hosts: providerHosts },
  freeParams: ["subActionParams"],
  recipients: ["params.subActionParams.**"],
  credentials: [{ name: "provider", fields: [], optional: ["providerSecrets"] }],
  subActions: {
    unified_completion: paid,
    unified_completion_stream: paid,
    unified_completion_async_iterator: { ...paid, note: "Server-side only" },
    completion: paid,
    rerank: paid,
    text_embedding: paid,
    sparse_embedding: paid,
  },
  knownValues: {
    "config.provider": providers,
    "config.taskType": taskTypes,
  },
  tests: {
    safeWhen: {
      when: { taskType: "chat_completion" },
      probe: {
        params: { subAction: "unified_completion", subActionParams: { body: { messages: [{ role: "user", content: "ping" }] } } },
        effect: "One short call to the model",
        cost: "tokens",
        proves: ["the inference endpoint answers", "the caller may use it"],
        doesNotProve: ["that others may use it: it runs as the caller"],
      },
    },
    near_safe: {
      params: { subAction: "completion", subActionParams: { input: "ping" } },
      effect: "The model receives one short prompt",
      cost: "tokens",
      proves: ["the inference endpoint answers", "the caller may use it"],
      doesNotProve: ["that others may use it: it runs as the caller"],
      reliesOn: "taskType being completion; the other task types need their own sub-action",
    },
  },
  madeWithIt: ({ inferenceId }) => `inference endpoint ${quoted(String(inferenceId ?? ""))} in Elasticsearch`,
  noSafeTest: "Which sub-action fits depends on taskType: there is one for chat_completion.",
  traps: [
    "Saving the connector creates an inference endpoint in Elasticsearch, an update replaces it, and deleting the connector deletes it.",
    "An update with another inferenceId replaces an endpoint of that id, whoever made it, and leaves the old one behind.",
    "Creating fails when an endpoint with that inferenceId exists.",
    "The sub-action must fit taskType; there is no test sub-action.",
    "Elasticsearch makes the call: Kibana's allowed hosts do not apply.",
    "completion_stream is not registered.",
  ],
  exampleConfig: {
    provider: "openai",
    taskType: "chat_completion",
    inferenceId: "openai-chat_completion-example",
    providerConfig: { model_id: "gpt-4.1" },
  },
  exampleSecrets: ["providerSecrets.api_key"],
};

/** Where Elasticsearch calls, by provider; `{name}` is a service setting. From Elasticsearch's documentation of the services. */
const hostByProvider: Readonly<Record<string, string>> = {
  amazonbedrock: "bedrock-runtime.{region}.amazonaws.com",
  anthropic: "api.anthropic.com",
  azureopenai: "{resource_name}.openai.azure.com",
  cohere: "api.cohere.ai",
  googleaistudio: "generativelanguage.googleapis.com",
  googlevertexai: "{location}-aiplatform.googleapis.com",
  mistral: "api.mistral.ai",
  openai: "api.openai.com",
};

/** Which setting counts differs between providers and versions, so that every address among them does. */
function providerHosts({ provider, providerConfig, taskTypeConfig }: Config): unknown[] {
  const settings = isPlainObject(providerConfig) ? providerConfig : {};
  const given = namedAddresses([settings, taskTypeConfig], "config").map(({ address }) => asUsed(address));
  if (typeof provider !== "string" || provider === "elastic" || provider === "elasticsearch") return given;
  const usual = Object.hasOwn(hostByProvider, provider) ? hostByProvider[provider] : undefined;
  const settingsInHost = usual?.match(/(?<=\{)\w+(?=\})/g) ?? [];
  // Of a provider that nobody here knows, what its settings mean is not known either.
  if (usual === undefined) return given.length > 0 && providers.includes(provider) ? given : [...given, unknownHost];
  const replaced = settingsInHost.length > 0 ? settingsInHost.every((name) => settings[name] === undefined) : settings.url;
  if (given.length > 0 && replaced) return given;
  const host = usual.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(settings[name] ?? "unknown"));
  return [isHostName(host) ? host : { host }, ...given];
}

/** Elasticsearch takes a text without a scheme as a host, not as the beginning of a URL. */
function asUsed(address: string): unknown {
  return address.includes("://") || isHostWithPort(address) ? address : { address };
}

function unifiedParams() {
  return z.strictObject({
    body: z.strictObject({
      messages: z.array(message()).default([]),
      model: z.string().optional(),
      max_tokens: z.coerce.number().optional(),
      metadata: z.record(z.string(), z.string()).optional(),
      n: z.coerce.number().optional().describe("Dropped"),
      stop: z
        .union([z.string(), z.array(z.string())])
        .nullable()
        .optional(),
      temperature: z.coerce.number().optional(),
      tool_choice: z.union([z.string(), z.strictObject({ type: z.string(), function: z.strictObject({ name: z.string() }) })]).optional(),
      tools: z.array(tool()).optional(),
      top_p: z.coerce.number().optional(),
      user: z.string().optional(),
      reasoning: reasoning().optional(),
    }),
    signal: z.unknown().optional().describe("Server-side only"),
    telemetryMetadata: telemetryMetadata().optional(),
  });
}

function message() {
  return z.strictObject({
    role: z.string(),
    content: z.string().nullable().optional(),
    name: z.string().optional(),
    tool_calls: z
      .array(
        z.strictObject({
          id: z.string(),
          type: z.string(),
          function: z.strictObject({ name: z.string().optional(), arguments: z.string().optional() }),
        }),
      )
      .optional(),
    tool_call_id: z.string().optional(),
  });
}

function tool() {
  return z.strictObject({
    type: z.string(),
    function: z.strictObject({
      name: z.string(),
      description: z.string().optional(),
      parameters: z.record(z.string(), z.unknown()).optional(),
    }),
  });
}

/** Newest versions. */
function reasoning() {
  return z.looseObject({
    effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]).optional(),
    summary: z.string().optional(),
    exclude: z.boolean().optional(),
    enabled: z.boolean().optional(),
  });
}
