import { sub } from "../shared/values.ts";
import { secretHeaders } from "../shared/webhook-ways.ts";
import type { TypeExamples } from "../type-examples.ts";

const serverUrl = "https://mcp.example.com/mcp";
const patch = { serverUrl: "https://mcp.example.com/2" };

export const examples: TypeExamples = {
  type: ".mcp",
  accepted: [
    ["config", { serverUrl: "https://mcp.example.com" }],
    [
      "config",
      {
        serverUrl: "https://mcp.example.com",
        hasAuth: true,
        authType: "bearer",
        apiKeyHeaderName: "X-Custom",
        apiKeyHeaderValue: "Token token={{apiKey}}",
        headers: { a: "b" },
      },
    ],
    ["config", { serverUrl: "https://mcp.example.com", dropped: true }],
    ["secrets", {}],
    ["secrets", { token: "t", apiKey: "k", user: "u", password: "p", secretHeaders: { "X-Secret": "v" } }],
    sub("test", {}),
    sub("listTools", { forceRefresh: true }),
    sub("callTool", { name: "my-tool", arguments: { a: [1], b: null } }),
  ],
  refused: [
    ["config", {}, "config.serverUrl"],
    ["config", { serverUrl: "https://mcp.example.com", authType: "invalid" }, "config.authType"],
    ["config", { serverUrl: "https://mcp.example.com", apiKeyHeaderName: "" }, "config.apiKeyHeaderName"],
    [...sub("callTool", {}), "params.subActionParams.name"],
  ],
  stored: [
    {
      way: "bearer",
      config: { serverUrl, hasAuth: true, authType: "bearer" },
      secrets: { token: "stored", secretHeaders },
      patch,
      required: ["token"],
      possible: ["secretHeaders"],
    },
    {
      way: "API key",
      config: { serverUrl, hasAuth: true, authType: "apiKey" },
      secrets: { apiKey: "stored" },
      patch,
      possible: ["secretHeaders"],
    },
    {
      way: "basic",
      config: { serverUrl, hasAuth: true, authType: "basic" },
      secrets: { user: "u", password: "stored" },
      patch,
      possible: ["secretHeaders"],
    },
    {
      way: "secret headers",
      config: { serverUrl, hasAuth: true },
      secrets: { secretHeaders },
      patch,
      required: [],
      possible: ["secretHeaders"],
    },
    { way: "none", config: { serverUrl, hasAuth: false }, secrets: { secretHeaders }, patch, required: [], possible: ["secretHeaders"] },
  ],
};
