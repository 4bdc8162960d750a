import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { urlText } from "../shared/fields.ts";
import { noParams, subActionParams } from "../shared/sub-actions.ts";

/** reference: .mcp; schema mcp/schemas/v1.ts. Config and secrets are not strict: Kibana drops unknown keys. */
export const mcp: ConnectorType = {
  id: ".mcp",
  name: "MCP",
  aliases: ["mcp server", "model context protocol"],
  category: "LLM",
  license: "enterprise",
  features: ["generativeAIForSecurity", "generativeAIForSearchPlayground", "generativeAIForObservability", "workflows", "agentBuilder"],
  status: "preview",
  system: false,
  since: "9.3",
  schemas: () => ({
    config: z.object({
      serverUrl: urlText("Endpoint of the MCP server"),
      hasAuth: z.boolean().default(true),
      authType: z.enum(["none", "bearer", "apiKey", "basic"]).optional(),
      apiKeyHeaderName: z.string().min(1).optional().describe("With apiKey; X-API-Key when left out"),
      apiKeyHeaderValue: z.string().optional().describe("With apiKey, newest versions: a template with {{apiKey}}"),
      headers: z.record(z.string(), z.string()).optional().describe("Readable by everyone who may read connectors"),
    }),
    secrets: z.object({
      token: z.string().optional().describe("With bearer"),
      apiKey: z.string().optional().describe("With apiKey"),
      user: z.string().optional().describe("With basic"),
      password: z.string().optional().describe("With basic"),
      secretHeaders: z.record(z.string(), z.string()).optional(),
    }),
    params: subActionParams({
      test: noParams(),
      listTools: z.object({ forceRefresh: z.boolean().optional() }),
      callTool: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() }),
    }),
  }),
  allowedHosts: ["config.serverUrl"],
  target: { kind: "config", fields: ["serverUrl"] },
  freeParams: ["subActionParams"],
  recipients: ["params.subActionParams.**"],
  credentials: [
    { name: "none", fields: [], optional: ["secretHeaders"], unsent: ["secretHeaders"], when: { hasAuth: false } },
    { name: "none", fields: [], optional: ["secretHeaders"], when: { authType: "none" } },
    { name: "bearer", fields: ["token"], optional: ["secretHeaders"], when: { authType: "bearer" } },
    { name: "API key", fields: ["apiKey"], optional: ["secretHeaders"], when: { authType: "apiKey" } },
    { name: "basic", fields: ["user", "password"], optional: ["secretHeaders"], when: { authType: "basic" } },
    // Source: mcp/auth_helpers.ts.
    {
      name: "secret headers",
      fields: [],
      optional: ["secretHeaders"],
      when: { hasAuth: true },
      unlessGiven:
        "config.hasAuth is true, also where it is left out, and config.authType is missing: Kibana saves that, and sends no credentials. Give authType (bearer, apiKey or basic) with its secrets, or secrets.secretHeaders; hasAuth false says that the server wants none.",
    },
  ],
  subActions: {
    test: { effect: "none", note: "The first success stores the list of tools in Kibana" },
    listTools: { effect: "none" },
    callTool: { effect: "executes", note: "Does whatever the tool does" },
  },
  tests: {
    safe: {
      params: { subAction: "test", subActionParams: {} },
      effect: "Touches nothing: a handshake and the list of tools",
      proves: ["the URL is an MCP server", "the credentials are accepted"],
      doesNotProve: ["that a tool works"],
    },
  },
  traps: [
    "Nothing checks at save that the secrets fit authType: it shows at the first call. With hasAuth false no secret is sent, secretHeaders neither.",
    "Unknown keys are dropped silently.",
    "callTool does whatever the tool does.",
  ],
  exampleConfig: { serverUrl: "https://mcp.example.com/mcp", hasAuth: true, authType: "bearer" },
  exampleSecrets: ["token"],
};
