import { Client, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { onTestFinished } from "vitest";
import { cleanEnv, serverBuild } from "./built-server.ts";
import { freshFolder } from "./folder.ts";
import type { Called } from "./product.ts";

/** What a form asks for, and how it is answered. */
export type Fills = (
  message: string,
  fields: Record<string, { title?: string }>,
) => { action: "accept" | "decline" | "cancel"; content?: Filled };
type Filled = Record<string, string | boolean>;

/** `auto`: it asks what there is first; `pin`: it speaks the second era at once. */
export type Mode = "auto" | { pin: string };
export const pinned: Mode = { pin: "2026-07-28" };

/** The official client of the second SDK. Without `fills` it cannot ask anybody. */
export async function connectSecond(transport: Transport, mode: Mode, fills?: Fills) {
  const client = new Client(
    { name: "second-client", version: "1" },
    { capabilities: fills ? { elicitation: { form: {} } } : {}, versionNegotiation: { mode } },
  );
  if (fills)
    client.setRequestHandler("elicitation/create", ({ params }) => {
      const fields = "requestedSchema" in params ? params.requestedSchema.properties : {};
      return fills(params.message, fields as Record<string, { title?: string }>);
    });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return {
    client,
    async call(name: string, args: Record<string, unknown> = {}): Promise<Called> {
      const result = await client.callTool({ name, arguments: args });
      const [content] = result.content as { text: string }[];
      const whole = JSON.parse(content?.text ?? "null");
      return { isError: result.isError === true, body: result.isError ? whole.error : whole, text: JSON.stringify(result) };
    },
  };
}

/** The built server over stdio. */
export async function stdioTransport(env: Record<string, string>, args: string[] = [], build = serverBuild) {
  return new StdioClientTransport({
    command: process.execPath,
    args: [build, ...args],
    env: cleanEnv(await freshFolder(), env),
    stderr: "ignore",
  });
}

/** Of several addresses, each request goes to the next one. */
export function httpTransport(url: string, ...more: string[]) {
  const all = [url, ...more];
  let turn = 0;
  return new StreamableHTTPClientTransport(new URL(url), { fetch: (_url, init) => fetch(all[turn++ % all.length] ?? url, init) });
}
