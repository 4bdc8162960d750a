import { base64, certificatePem, privateKeyPem, sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

const certificate = base64(certificatePem);
const privateKey = base64(privateKeyPem);
const chat = "https://api.openai.com/v1/chat/completions";

export const examples: TypeExamples = {
  type: ".gen-ai",
  accepted: [
    ["config", { apiProvider: "Azure OpenAI", apiUrl: "https://my-resource.openai.azure.com" }],
    [
      "config",
      {
        apiProvider: "Azure OpenAI",
        apiUrl: chat,
        defaultModel: "gpt-4o",
        headers: { "X-Custom": "value" },
        contextWindowLength: 128000,
        temperature: 0.7,
      },
    ],
    ["config", { apiProvider: "OpenAI", apiUrl: chat }],
    [
      "config",
      {
        apiProvider: "OpenAI",
        apiUrl: chat,
        organizationId: "org-123",
        projectId: "proj-456",
        defaultModel: "gpt-4",
        contextWindowLength: "128000",
        temperature: "0.7",
      },
    ],
    [
      "config",
      { apiProvider: "Other", apiUrl: chat, defaultModel: "custom-model", verificationMode: "none", enableNativeFunctionCalling: true },
    ],
    ["secrets", { apiKey: "sk-test123" }],
    ["secrets", { certificateData: certificate, privateKeyData: privateKey }],
    ["secrets", { certificateData: certificate, privateKeyData: privateKey, caData: certificate, apiKey: "k" }],
    sub("run", { body: '{"messages": []}', timeout: "30000", telemetryMetadata: { pluginId: "test" } }),
    sub("stream", { body: "{}" }),
    sub("invokeAI", {
      messages: [{ role: "user", content: "Hello" }],
      tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
      tool_choice: "required",
      n: "3",
      stop: null,
    }),
    sub("invokeAI", { messages: [], tool_choice: { type: "function", function: { name: "f" } }, stop: ["END"] }),
    sub("invokeAI", {
      messages: [
        {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }],
          function_call: { name: "f", arguments: "{}" },
        },
      ],
    }),
    sub("getDashboard", { dashboardId: "d" }),
  ],
  refused: [
    ["config", { apiProvider: "InvalidProvider", apiUrl: chat }, "config.apiProvider"],
    ["config", { apiUrl: chat }, "config.apiProvider"],
    ["config", { apiProvider: "OpenAI" }, "config.apiUrl"],
    ["config", { apiProvider: "OpenAI", apiUrl: "example.com/do-something" }, "config.apiUrl"],
    ["config", { apiProvider: "Other", apiUrl: chat }, "config.defaultModel"],
    ["config", { apiProvider: "Other", apiUrl: chat, defaultModel: "m", verificationMode: "some" }, "config.verificationMode"],
    ["secrets", {}, "secrets.apiKey"],
    ["secrets", { privateKeyData: privateKey }, "secrets.apiKey"],
    ["secrets", { certificateData: certificate }, "secrets.privateKeyData"],
    ["secrets", { certificateData: certificate, privateKeyData: "bad" }, "secrets.privateKeyData"],
    ["secrets", { certificateData: certificate, privateKeyData: base64("-----BEGIN RSA PRIVATE KEY-----\n") }, "secrets.privateKeyData"],
    ["secrets", { certificateData: "invalidCertificate", privateKeyData: privateKey }, "secrets.certificateData"],
    ["secrets", { certificateData: certificate, privateKeyData: privateKey, caData: base64("not a valid cert") }, "secrets.caData"],
    [...sub("run", {}), "params.subActionParams.body"],
    [...sub("invokeAI", {}), "params.subActionParams.messages"],
  ],
  stored: [
    {
      way: "API key",
      config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt" },
      secrets: { apiKey: "stored" },
      patch: { defaultModel: "gpt-2" },
      required: [],
      possible: ["apiKey", "certificateData", "privateKeyData", "caData"],
    },
    {
      way: "certificate",
      config: { apiProvider: "Other", apiUrl: "https://llm.example.com/v1/chat/completions", defaultModel: "m" },
      secrets: { certificateData: certificate, privateKeyData: privateKey, caData: certificate },
      patch: { defaultModel: "n" },
      required: [],
      possible: ["apiKey", "certificateData", "privateKeyData", "caData"],
    },
  ],
};
