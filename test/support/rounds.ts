import type { Got, Sent } from "./http.ts";
import { tokenOf } from "./http.ts";

const revision = "2026-07-28";

/** What a request says of its client. */
export function envelope(capabilities: object = { elicitation: { form: {} } }): Record<string, unknown> {
  return {
    "io.modelcontextprotocol/protocolVersion": revision,
    "io.modelcontextprotocol/clientInfo": { name: "second", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
}

export interface Round {
  /** The state that came with the question. */
  state?: string;
  /** By the question's key: `form` or `page`. */
  answers?: Record<string, { action: string; content?: Record<string, unknown> }>;
  capabilities?: object;
  /** Whose token is sent. */
  holder?: string;
}

export const yes = { form: { action: "accept", content: { confirm: true, nothing_else: "yes" } } };
export const no = { form: { action: "decline" } };
export const closed = { form: { action: "cancel" } };
export const named = (name: string) => ({ form: { action: "accept", content: { name } } });

/** One request of the second era over HTTP, as a client of it sends it. */
export function secondRequest(method: string, params: Record<string, unknown>, { capabilities, holder }: Round = {}): Sent {
  const { name, uri } = params;
  const headers: Record<string, string | undefined> = {
    "mcp-protocol-version": revision,
    "mcp-method": method,
    "mcp-name": typeof name === "string" ? name : typeof uri === "string" ? uri : undefined,
    authorization: holder && `Bearer ${tokenOf(holder)}`,
  };
  return { headers, body: { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: envelope(capabilities) } } };
}

/** A call of a tool: the answer's body, or the question that ended it. */
export async function callInRounds(
  send: (sent: Sent) => Promise<Got>,
  tool: string,
  args: Record<string, unknown>,
  round: Round = {},
  // biome-ignore lint/suspicious/noExplicitAny: tests read freely from answers
): Promise<{ body: any; asked: any; state: string; text: string }> {
  const back = { ...(round.state !== undefined && { requestState: round.state }), ...(round.answers && { inputResponses: round.answers }) };
  const { json, text } = await send(secondRequest("tools/call", { name: tool, arguments: args, ...back }, round));
  const result = json?.result;
  if (result?.resultType === "input_required") return { body: undefined, asked: result.inputRequests, state: result.requestState, text };
  const body = JSON.parse(result?.content?.[0]?.text ?? "null");
  return { body: result?.isError ? body.error : body, asked: undefined, state: "", text };
}
