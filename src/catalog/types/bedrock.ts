import * as z from "zod";
import { isHostName } from "../../host-name.ts";
import type { ConnectorType, SubAction } from "../connector-type.ts";
import { httpUrl } from "../shared/fields.ts";
import { callParams, dashboardEffect, dashboardParams, modelConfig, paid, telemetryMetadata } from "../shared/llm.ts";
import { subActionParams } from "../shared/sub-actions.ts";

/** Source: bedrock/bedrock.ts, BedrockRuntimeClient. */
const pastApiUrl = "It goes to Amazon's own host of the region (config.region, or that of apiUrl, or us-east-1), whatever else apiUrl is";

const pingBody = '{"anthropic_version":"bedrock-2023-05-31","max_tokens":16,"messages":[{"role":"user","content":"ping"}]}';

/** The model, which may be an ARN, is part of the path; older versions do not encode it. */
const paidByModel = { ...paid, inAddress: { model: "segments" } } as const satisfies SubAction;

/** reference: .bedrock; schema bedrock/schemas/v1.ts, executor bedrock/bedrock.ts. */
export const bedrock: ConnectorType = {
  id: ".bedrock",
  name: "Amazon Bedrock",
  aliases: ["aws bedrock", "anthropic", "claude", "llm"],
  category: "LLM",
  license: "enterprise",
  features: ["generativeAIForSecurity", "generativeAIForObservability", "generativeAIForSearchPlayground", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      apiUrl: httpUrl("The bedrock-runtime endpoint of the region"),
      region: z.string().optional().describe("Newest versions; otherwise taken from apiUrl"),
      defaultModel: z.string().default("us.anthropic.claude-sonnet-4-5-20250929-v1:0").describe("The default changes between versions"),
      ...modelConfig(),
    }),
    secrets: z.strictObject({ accessKey: z.string(), secret: z.string() }),
    params: subActionParams({
      run: runParams(),
      test: runParams(),
      invokeAI: invokeParams(message()),
      invokeStream: invokeParams(message()),
      invokeAIRaw: invokeParams(z.strictObject({ role: z.string(), content: z.unknown().optional() })),
      bedrockClientSend: z.strictObject({
        command: z.unknown().optional().describe("Server-side only"),
        signal: z.unknown().optional(),
        telemetryMetadata: telemetryMetadata().optional(),
      }),
      converse: converseParams(),
      converseStream: converseParams(),
      getDashboard: dashboardParams(),
    }),
  }),
  allowedHosts: ["config.apiUrl"],
  target: {
    kind: "computed",
    fields: ["apiUrl", "region"],
    hosts: ({ apiUrl, region }) => [apiUrl, ...hostOfRegion(region ?? regionIn(apiUrl))],
  },
  freeParams: ["subActionParams"],
  recipients: ["params.subActionParams.**"],
  credentials: [{ name: "access key", fields: ["accessKey", "secret"] }],
  subActions: {
    run: paidByModel,
    test: { ...paidByModel, note: "The same as run" },
    invokeAI: paidByModel,
    invokeStream: paidByModel,
    invokeAIRaw: paidByModel,
    bedrockClientSend: { ...paid, note: "Server-side only" },
    converse: { ...paidByModel, note: pastApiUrl },
    converseStream: { ...paidByModel, note: pastApiUrl },
    getDashboard: dashboardEffect,
  },
  tests: {
    safe: {
      params: { subAction: "test", subActionParams: { body: pingBody } },
      effect: "One short call to the model",
      cost: "tokens",
      proves: ["URL, key pair and model are right"],
      doesNotProve: ["that the quota suffices"],
      reliesOn: "an Anthropic model: others need a body of their own",
    },
  },
  traps: [
    "test costs tokens, like run.",
    "apiUrl must be the bedrock-runtime endpoint.",
    "A message has content or rawContent, never both.",
    "There is no field for a session token.",
  ],
  exampleConfig: {
    apiUrl: "https://bedrock-runtime.us-east-1.amazonaws.com",
    defaultModel: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
  },
  exampleSecrets: ["accessKey", "secret"],
};

/** The region of conversations where the config has none. Source: bedrock/utils.ts. */
function regionIn(apiUrl: unknown): string {
  const [, after = ""] = String(apiUrl).split("https://", 2);
  return /\.([a-z\-0-9]+)\.amazonaws\.com/.exec(after)?.[1] ?? "us-east-1";
}

/** Where conversations go. A text that is no region makes another host of it. */
function hostOfRegion(region: unknown): unknown[] {
  if (region === "") return [];
  const host = `bedrock-runtime.${String(region)}.amazonaws.com`;
  return [isHostName(host) ? host : { region }];
}

function runParams() {
  return z.strictObject({
    body: z.string().describe("JSON text of an InvokeModel body in the Anthropic form"),
    model: z.string().optional(),
    raw: z.boolean().optional(),
    ...callParams(),
  });
}

function invokeParams(messages: z.ZodType) {
  return z.strictObject({
    messages: z.array(messages),
    model: z.string().optional(),
    temperature: z.coerce.number().optional(),
    stopSequences: z.array(z.string()).optional(),
    system: z.string().optional(),
    maxTokens: z.coerce.number().optional(),
    anthropicVersion: z.string().optional(),
    tools: z.array(z.strictObject({ name: z.string(), description: z.string(), input_schema: z.looseObject({}) })).optional(),
    toolChoice: z.strictObject({ type: z.enum(["auto", "any", "tool"]), name: z.string().optional() }).optional(),
    ...callParams(),
  });
}

function message() {
  return z
    .strictObject({ role: z.string(), content: z.string().optional(), rawContent: z.array(z.unknown()).optional() })
    .refine(({ content, rawContent }) => (content === undefined) !== (rawContent === undefined), {
      error: "must have either content or rawContent",
    });
}

/** Kibana lets other keys through here. */
function converseParams() {
  return z.looseObject({
    messages: z.array(z.unknown()),
    model: z.string().optional(),
    system: z.array(z.unknown()).optional(),
    temperature: z.coerce.number().optional(),
    maxTokens: z.coerce.number().optional(),
    stopSequences: z.array(z.string()).optional(),
    tools: z.array(z.unknown()).optional(),
    toolChoice: z.unknown().optional(),
    maxContentLength: z.coerce.number().optional(),
    ...callParams(),
  });
}
