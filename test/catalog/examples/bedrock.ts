import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".bedrock",
  accepted: [
    ["config", { apiUrl: "https://bedrock.us-east-1.amazonaws.com" }],
    [
      "config",
      {
        apiUrl: "https://bedrock.us-east-1.amazonaws.com",
        defaultModel: "anthropic.claude-v2",
        contextWindowLength: "100000",
        temperature: 0.7,
        region: "us-east-1",
      },
    ],
    ["secrets", { accessKey: "a", secret: "s" }],
    sub("run", { body: '{"prompt": "Hello"}' }),
    sub("test", { body: "{}", model: "m", timeout: "30000", raw: true, telemetryMetadata: { pluginId: "test" } }),
    sub("invokeAI", { messages: [] }),
    sub("invokeAI", {
      messages: [
        { role: "user", content: "Hello" },
        { role: "assistant", rawContent: [{ type: "text", text: "Hello" }] },
      ],
      temperature: "0.7",
      maxTokens: 1000,
      tools: [{ name: "t", description: "d", input_schema: { type: "object" } }],
      toolChoice: { type: "tool", name: "t" },
    }),
    sub("invokeAIRaw", { messages: [{ role: "user", content: [{}] }] }),
    sub("converse", { messages: [], other: 1 }),
    sub("getDashboard", { dashboardId: "d" }),
  ],
  refused: [
    ["config", {}, "config.apiUrl"],
    ["config", { apiUrl: "example.com/do-something" }, "config.apiUrl"],
    ["config", { apiUrl: "ftp://example.com" }, "config.apiUrl"],
    ["secrets", { secret: "s" }, "secrets.accessKey"],
    ["secrets", { accessKey: "a" }, "secrets.secret"],
    [...sub("run", {}), "params.subActionParams.body"],
    [...sub("invokeAI", {}), "params.subActionParams.messages"],
    [...sub("invokeAI", { messages: [{ role: "user" }] }), "params.subActionParams.messages.0"],
    [...sub("invokeAI", { messages: [{ role: "user", content: "a", rawContent: [] }] }), "params.subActionParams.messages.0"],
    [...sub("invokeAI", { messages: [{ content: "a" }] }), "params.subActionParams.messages.0.role"],
    [...sub("invokeAI", { messages: [], toolChoice: { type: "invalid" } }), "params.subActionParams.toolChoice.type"],
    [...sub("getDashboard", {}), "params.subActionParams.dashboardId"],
  ],
  stored: [
    {
      way: "access key",
      config: { apiUrl: "https://bedrock-runtime.us-east-1.amazonaws.com" },
      secrets: { accessKey: "stored", secret: "stored" },
      patch: { defaultModel: "m" },
    },
  ],
};
