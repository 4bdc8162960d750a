import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CallToolResultSchema, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

export interface DemoClient {
  tools(): Promise<string[]>;
  call(tool: string, args: Record<string, unknown>): Promise<{ failed: boolean; answer: Record<string, unknown> }>;
  close(): Promise<void>;
}

/** A real MCP client over stdio that answers every question with yes; `onQuestion` gets each one first. */
export async function connectDemoClient(
  command: { args: string[]; env: Record<string, string> },
  onQuestion: (message: string) => void,
): Promise<DemoClient> {
  const client = new Client(
    { name: "demo", version: "1.0.0" },
    {
      capabilities: { elicitation: {} },
      jsonSchemaValidator: { getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }) },
    },
  );
  client.setRequestHandler(ElicitRequestSchema, (request) => {
    onQuestion(request.params.message);
    return { action: "accept", content: { confirm: true } };
  });
  // The demo prints on stdout; the server's stderr is not shown.
  await client.connect(new StdioClientTransport({ command: process.execPath, ...command, stderr: "ignore" }));
  return {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    async call(name, args) {
      const { content, isError } = CallToolResultSchema.parse(await client.callTool({ name, arguments: args }));
      const text = content[0]?.type === "text" ? content[0].text : "{}";
      return { failed: isError ?? false, answer: JSON.parse(text) };
    },
    close: () => client.close(),
  };
}
