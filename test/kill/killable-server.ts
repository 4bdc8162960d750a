import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type CallToolResult, ElicitRequestSchema, type ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";
import { cleanEnv, main } from "../support/built-server.ts";

const yes = (): ElicitResult => ({ action: "accept", content: { confirm: true } });

/** The built server over stdio, which can be killed at any moment. */
export async function startKillable(options: {
  home: string;
  url: string;
  journalDir: string;
  env?: Record<string, string>;
  person?: () => ElicitResult | Promise<ElicitResult>;
}) {
  const client = new Client({ name: "killer", version: "1" }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => (options.person ?? yes)());
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main],
    env: cleanEnv(options.home, { KIBANA_URL: options.url, CONNECTORS_JOURNAL_DIR: options.journalDir, ...options.env }),
    stderr: "ignore",
  });
  const gone = new Promise<void>((resolve) => {
    client.onclose = resolve;
  });
  await client.connect(transport);
  const { pid } = transport;
  if (pid === null) throw new Error("the server did not start");
  onTestFinished(() => client.close());
  return {
    pid,
    async call(tool: string, args: Record<string, unknown> = {}) {
      const raw = (await client.callTool({ name: tool, arguments: args })) as CallToolResult;
      const [first] = raw.content;
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
      const body: any = first?.type === "text" ? JSON.parse(first.text) : undefined;
      return raw.isError ? body.error : body;
    },
    /** From outside, without a last word; resolves when the process is gone. */
    async kill() {
      process.kill(pid, "SIGKILL");
      await gone;
    },
    close: () => client.close(),
  };
}
