import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".inference",
  accepted: [
    ["config", { provider: "openai", taskType: "completion", inferenceId: "inference-123" }],
    [
      "config",
      {
        provider: "elastic",
        taskType: "chat_completion",
        inferenceId: "i",
        providerConfig: { model: "gpt-4" },
        taskTypeConfig: { max_tokens: 1000 },
        contextWindowLength: "100000",
        headers: { a: "b" },
        temperature: "0.7",
      },
    ],
    // The list of providers grows: a warning only.
    ["config", { provider: "brandnew", taskType: "completion", inferenceId: "i" }],
    ["secrets", {}],
    ["secrets", { providerSecrets: { apiKey: "secret-key" } }],
    sub("unified_completion", {
      body: {
        messages: [{ role: "user", content: "Hello" }],
        max_tokens: "1000",
        stop: ["END"],
        tools: [{ type: "function", function: { name: "test" } }],
        tool_choice: "auto",
        top_p: 0.9,
        user: "u",
        reasoning: { effort: "none", summary: "detailed", exclude: false, enabled: true },
      },
    }),
    sub("unified_completion", { body: {} }),
    sub("completion", { input: "Hello" }),
    sub("rerank", { query: "q" }),
    sub("text_embedding", { input: "t", inputType: "search_document" }),
    sub("sparse_embedding", { input: "t" }),
  ],
  refused: [
    ["config", { taskType: "completion", inferenceId: "i" }, "config.provider"],
    ["config", { provider: "openai", inferenceId: "i" }, "config.taskType"],
    ["config", { provider: "openai", taskType: "completion" }, "config.inferenceId"],
    ["config", { provider: "", taskType: "completion", inferenceId: "i" }, "config.provider"],
    ["config", { provider: "openai", taskType: "", inferenceId: "i" }, "config.taskType"],
    [...sub("unified_completion", {}), "params.subActionParams.body"],
    [
      ...sub("unified_completion", { body: { messages: [], reasoning: { effort: "extreme" } } }),
      "params.subActionParams.body.reasoning.effort",
    ],
    [...sub("completion", {}), "params.subActionParams.input"],
    [...sub("rerank", { input: ["a"] }), "params.subActionParams.query"],
    [...sub("text_embedding", { input: "t" }), "params.subActionParams.inputType"],
    [...sub("completion_stream", { input: "t" }), "params.subAction"],
  ],
  stored: [
    {
      way: "provider",
      config: { provider: "openai", taskType: "chat_completion", inferenceId: "openai-x", providerConfig: { model_id: "gpt" } },
      secrets: { providerSecrets: { api_key: "stored" } },
      patch: { providerConfig: { model_id: "gpt-2" } },
      required: [],
      possible: ["providerSecrets"],
    },
  ],
};
