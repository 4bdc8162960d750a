import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".gemini",
  accepted: [
    ["config", { apiUrl: "https://generativelanguage.googleapis.com", gcpRegion: "us-central1", gcpProjectID: "my-project" }],
    [
      "config",
      {
        apiUrl: "https://generativelanguage.googleapis.com",
        gcpRegion: "us-central1",
        gcpProjectID: "p",
        defaultModel: "gemini-pro",
        contextWindowLength: "100000",
        temperature: "0.7",
      },
    ],
    ["secrets", { credentialsJson: '{"type":"service_account"}' }],
    ["secrets", { credentialsJson: "{}" }],
    sub("run", { body: { contents: [] }, model: "gemini-pro", timeout: "30000", raw: true }),
    sub("run", {}),
    sub("invokeAI", {}),
    sub("invokeAI", { messages: [], toolConfig: { mode: "AUTO" }, maxOutputTokens: "1000" }),
    sub("getDashboard", { dashboardId: "d" }),
  ],
  refused: [
    ["config", { gcpRegion: "us-central1", gcpProjectID: "p" }, "config.apiUrl"],
    ["config", { apiUrl: "https://a.example.com", gcpProjectID: "p" }, "config.gcpRegion"],
    ["config", { apiUrl: "https://a.example.com", gcpRegion: "r" }, "config.gcpProjectID"],
    ["config", { apiUrl: "example.com/do-something", gcpRegion: "r", gcpProjectID: "p" }, "config.apiUrl"],
    ["secrets", {}, "secrets.credentialsJson"],
    ["secrets", { credentialsJson: "" }, "secrets.credentialsJson"],
    ["secrets", { credentialsJson: "{ invalid json }" }, "secrets.credentialsJson"],
    ["secrets", { credentialsJson: '{"type":"external_account"}' }, "secrets.credentialsJson"],
    [...sub("invokeAI", { messages: [], toolConfig: { mode: "INVALID" } }), "params.subActionParams.toolConfig.mode"],
  ],
  stored: [
    {
      way: "service account",
      config: { apiUrl: "https://us-central1-aiplatform.googleapis.com", gcpRegion: "us-central1", gcpProjectID: "my-project" },
      secrets: { credentialsJson: '{"client_email":"a@example.com","private_key":"stored"}' },
      patch: { gcpRegion: "europe-west1" },
    },
  ],
};
