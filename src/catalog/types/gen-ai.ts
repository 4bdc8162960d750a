import * as z from "zod";
import type { Config, ConnectorType } from "../connector-type.ts";
import { httpUrl, type Report, withRules } from "../shared/fields.ts";
import { base64File } from "../shared/file-kinds.ts";
import { callParams, dashboardEffect, dashboardParams, modelConfig, paid } from "../shared/llm.ts";
import { invokeParams } from "../shared/openai-messages.ts";
import { subActionParams } from "../shared/sub-actions.ts";

/** reference: .gen-ai; schema openai/schemas/v1.ts, rules openai/index.ts and openai/lib/other_openai_utils.ts. */
export const genAi: ConnectorType = {
  id: ".gen-ai",
  name: "OpenAI",
  aliases: ["azure openai", "chatgpt", "gpt", "genai", "generative ai", "llm"],
  category: "LLM",
  license: "enterprise",
  features: ["generativeAIForSecurity", "generativeAIForObservability", "generativeAIForSearchPlayground"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.discriminatedUnion("apiProvider", [
      z.strictObject({
        apiProvider: z.literal("OpenAI"),
        apiUrl: chatUrl(),
        defaultModel: z.string().default("gpt-4.1").describe("Required with Other; the default changes between versions"),
        organizationId: z.string().optional().describe("OpenAI only"),
        projectId: z.string().optional().describe("OpenAI only"),
        ...anyProvider(),
      }),
      z.strictObject({
        apiProvider: z.literal("Azure OpenAI"),
        apiUrl: chatUrl(),
        defaultModel: z.string().optional(),
        ...anyProvider(),
      }),
      z.strictObject({
        apiProvider: z.literal("Other"),
        apiUrl: chatUrl(),
        defaultModel: z.string(),
        verificationMode: z.enum(["full", "certificate", "none"]).default("full").describe("Other only"),
        enableNativeFunctionCalling: z.boolean().optional().describe("Other only"),
        ...anyProvider(),
      }),
    ]),
    secrets: withRules(
      z.strictObject({
        apiKey: z.string().optional(),
        certificateData: base64File("PEM certificate").min(1).optional().describe("Instead of apiKey; of PEM, which this server encodes"),
        privateKeyData: base64File("PKCS 8 private key").min(1).optional().describe("Of PEM, PKCS 8"),
        caData: base64File("PEM certificate").min(1).optional().describe("Certificate authority, of PEM"),
      }),
      keyOrCertificate,
    ),
    params: subActionParams({
      run: runParams(),
      test: runParams(),
      stream: z.strictObject({ body: body(), stream: z.boolean().default(false), ...callParams() }),
      invokeAI: invokeParams(),
      invokeStream: invokeParams(),
      invokeAsyncIterator: invokeParams(),
      getDashboard: dashboardParams(),
    }),
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"], verifiedBy: { apiUrl: "verificationMode" } },
  freeParams: ["subActionParams"],
  recipients: ["params.subActionParams.**"],
  credentials: [
    { name: "API key", fields: ["apiKey"] },
    { name: "certificate", fields: ["certificateData", "privateKeyData"], optional: ["caData"] },
  ],
  subActions: {
    run: paid,
    test: { ...paid, note: "The same as run" },
    stream: paid,
    invokeAI: paid,
    invokeStream: { ...paid, note: "Answers with a stream" },
    invokeAsyncIterator: { ...paid, note: "Server-side only" },
    getDashboard: dashboardEffect,
  },
  tests: {
    safe: {
      params: { subAction: "test", subActionParams: { body: '{"messages":[{"role":"user","content":"ping"}]}' } },
      effect: "One short call to the model",
      cost: "tokens",
      proves: ["URL, key and model are right"],
      doesNotProve: ["that the quota suffices"],
    },
  },
  traps: [
    "test costs tokens, like run.",
    "apiUrl is the full chat endpoint; Azure needs the deployment's path and api-version too.",
    "Each provider has a closed list of fields: organizationId and projectId only with OpenAI, verificationMode and enableNativeFunctionCalling only with Other.",
    "The provider's name has a space: Azure OpenAI.",
    "Certificates count only with the provider Other; the private key must be PKCS 8 (-----BEGIN PRIVATE KEY-----), without a passphrase.",
  ],
  exampleConfig: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt-4.1" },
  exampleSecrets: ["apiKey"],
};

function chatUrl() {
  return httpUrl("The full chat endpoint");
}

function anyProvider() {
  return { headers: z.record(z.string(), z.string()).optional(), ...modelConfig() };
}

function body() {
  return z.string().describe("JSON text of a chat completion request; a missing model is filled in");
}

function runParams() {
  return z.strictObject({ body: body(), ...callParams() });
}

function keyOrCertificate({ apiKey, certificateData, privateKeyData, caData }: Config, report: Report): void {
  if (!certificateData) {
    if (!apiKey) report("apiKey", "is required, unless there are certificateData and privateKeyData");
    return;
  }
  if (!privateKeyData) report("privateKeyData", "is required with certificateData");
  const begins = { certificateData: "CERTIFICATE", privateKeyData: "PRIVATE KEY", caData: "CERTIFICATE" };
  for (const [field, kind] of Object.entries(begins)) {
    const text = { certificateData, privateKeyData, caData }[field];
    if (
      typeof text === "string" &&
      text !== "" &&
      !new RegExp(`-----BEGIN ${kind}-----`).test(Buffer.from(text, "base64").toString("utf8"))
    ) {
      report(field, `must be the base64 of a PEM file with -----BEGIN ${kind}-----`);
    }
  }
}
