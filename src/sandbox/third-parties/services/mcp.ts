import type { Dict } from "../../types.ts";
import type { Ask, Reply, Service } from "../conversation.ts";
import type { Run } from "../outcome.ts";
import { basic, json, textValues } from "../requests.ts";

/** By sub-action, over streamable HTTP; source: mcp/mcp.ts. */
export const mcp: Readonly<Record<string, Service>> = {
  test: async (run, ask) => {
    const { capabilities } = await connect(run, ask);
    return { connected: true, capabilities };
  },
  listTools: async (run, ask) => {
    const { call } = await connect(run, ask);
    const tools: unknown[] = [];
    let cursor: unknown;
    do {
      const page = await call("tools/list", cursor === undefined ? {} : { cursor });
      tools.push(...[page.tools ?? []].flat());
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return { tools };
  },
  callTool: async (run, ask) => {
    const { call } = await connect(run, ask);
    const { name, arguments: args } = Object(run.params.subActionParams);
    const { content } = await call("tools/call", { name, arguments: args });
    return { content };
  },
};

async function connect(run: Run, ask: Ask) {
  let session: string | undefined;
  let id = 0;
  const post = async (message: Dict): Promise<Reply> => {
    const headers = { accept: "application/json, text/event-stream", ...authHeaders(run), "mcp-session-id": session };
    const reply = await ask(json("post", String(run.config.serverUrl), { jsonrpc: "2.0", ...message }, headers));
    session ??= reply.headers["mcp-session-id"];
    return reply;
  };
  const call = async (method: string, params: Dict): Promise<Dict> => {
    const { result, error } = answerIn(await post({ id: id++, method, params }));
    if (error) throw new Error(`MCP error ${Object(error).code}: ${Object(error).message}`);
    return Object(result);
  };
  const { capabilities } = await call("initialize", {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "kibana-mcp-connector", version: run.version },
  });
  await post({ method: "notifications/initialized" });
  return { capabilities, call };
}

/** The answer itself, or the last event of a stream. */
function answerIn({ data }: Reply): Dict {
  if (typeof data !== "string") return Object(data);
  const lines = data.split("\n").filter((line) => line.startsWith("data:"));
  return Object(JSON.parse(lines.at(-1)?.slice(5) ?? "null"));
}

function authHeaders({ config, secrets }: Run): Record<string, string> {
  const headers = { ...textValues(config.headers), ...textValues(secrets.secretHeaders) };
  switch (config.hasAuth === false ? "none" : config.authType) {
    case "bearer":
      return { ...headers, authorization: `Bearer ${secrets.token}` };
    case "apiKey":
      return { ...headers, [String(config.apiKeyHeaderName ?? "X-API-Key")]: String(secrets.apiKey) };
    case "basic":
      return { ...headers, ...basic(secrets.user, secrets.password) };
    default:
      return headers;
  }
}
