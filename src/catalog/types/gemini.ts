import * as z from "zod";
import { isPlainObject } from "../../plain-object.ts";
import type { ConnectorType, SubAction } from "../connector-type.ts";
import { httpUrl, parseJson } from "../shared/fields.ts";
import { callParams, dashboardEffect, dashboardParams, modelConfig, paid } from "../shared/llm.ts";
import { subActionParams } from "../shared/sub-actions.ts";

/** The model is part of the path. */
const paidByModel = { ...paid, inAddress: { model: "path" } } as const satisfies SubAction;

/** reference: .gemini; schema gemini/schemas/v1.ts, executor gemini/gemini.ts, secrets gemini/index.test.ts. */
export const gemini: ConnectorType = {
  id: ".gemini",
  name: "Google Gemini",
  aliases: ["vertex ai", "llm"],
  category: "LLM",
  license: "enterprise",
  features: ["generativeAIForSecurity", "generativeAIForSearchPlayground", "generativeAIForObservability", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      apiUrl: httpUrl("Vertex AI endpoint of the region"),
      gcpRegion: z.string().describe("Should be the region of apiUrl"),
      gcpProjectID: z.string(),
      defaultModel: z.string().default("gemini-2.5-pro").describe("The default changes between versions"),
      ...modelConfig(),
    }),
    secrets: z.strictObject({
      credentialsJson: z
        .string()
        .refine(isServiceAccount, { error: "must be the JSON text of a service-account key file" })
        .describe("The whole key file of a service account, as text"),
    }),
    params: subActionParams({
      run: runParams(),
      test: runParams(),
      invokeAI: invokeParams(),
      invokeAIRaw: invokeParams(),
      invokeStream: invokeParams(),
      getDashboard: dashboardParams(),
    }),
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"] },
  freeParams: ["subActionParams"],
  recipients: ["params.subActionParams.**"],
  terraformChanges: { fields: ["contextWindowLength", "temperature"] },
  credentials: [{ name: "service account", fields: ["credentialsJson"] }],
  subActions: {
    run: paidByModel,
    test: { ...paidByModel, note: "The same as run" },
    invokeAI: paidByModel,
    invokeAIRaw: paidByModel,
    invokeStream: paidByModel,
    getDashboard: dashboardEffect,
  },
  tests: {
    safe: {
      params: { subAction: "test", subActionParams: { body: '{"contents":[{"role":"user","parts":[{"text":"ping"}]}]}', raw: true } },
      effect: "One short call to the model",
      cost: "tokens",
      proves: ["URL, region, project and key are right"],
      doesNotProve: ["that the quota suffices"],
    },
  },
  traps: [
    "test costs tokens, like run.",
    "With a very small output cap a call without raw fails, as no text comes back.",
    "Nothing checks that apiUrl and gcpRegion are of one region.",
    "Newest versions refuse credentials of another type than service_account when saving.",
  ],
  exampleConfig: {
    apiUrl: "https://us-central1-aiplatform.googleapis.com",
    gcpRegion: "us-central1",
    gcpProjectID: "my-project",
    defaultModel: "gemini-2.5-pro",
  },
  exampleSecrets: ["credentialsJson"],
};

/** Older versions look at run time only: a text without a type passes there. */
function isServiceAccount(text: string): boolean {
  if (text === "") return true;
  const key = parseJson(text);
  return isPlainObject(key) && (key.type === undefined || key.type === "service_account");
}

function runParams() {
  return z.strictObject({
    body: z.unknown().optional().describe("generateContent request, text or object; needed in practice"),
    model: z.string().optional(),
    temperature: z.coerce.number().optional(),
    stopSequences: z.array(z.string()).optional(),
    raw: z.boolean().optional(),
    ...callParams(),
  });
}

function invokeParams() {
  return z.strictObject({
    messages: z.unknown().optional().describe("List of {role, content} or of Gemini's parts; needed in practice"),
    maxOutputTokens: z.coerce.number().optional(),
    systemInstruction: z.string().optional(),
    model: z.string().optional(),
    temperature: z.coerce.number().optional(),
    stopSequences: z.array(z.string()).optional(),
    tools: z.array(z.unknown()).optional(),
    toolConfig: z.strictObject({ mode: z.enum(["AUTO", "ANY", "NONE"]), allowedFunctionNames: z.array(z.string()).optional() }).optional(),
    ...callParams(),
  });
}
