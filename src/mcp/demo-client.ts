import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as z from "zod";

export interface DemoClient {
  tools(): Promise<string[]>;
  call(tool: string, args: Record<string, unknown>): Promise<{ failed: boolean; answer: Record<string, unknown> }>;
  close(): Promise<void>;
}

const Tools = z.object({ tools: z.array(z.object({ name: z.string() })) });
const Asked = z.object({
  resultType: z.literal("input_required"),
  requestState: z.string(),
  inputRequests: z.object({ form: z.object({ params: z.object({ message: z.string() }) }) }),
});
const Called = z.object({ content: z.tuple([z.object({ text: z.string() })]), isError: z.boolean().default(false) });
const Response = z.object({ id: z.number(), result: z.unknown() });

/** What each request says of this client. */
const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "demo", version: "1.0.0" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
};

/** Of the shell, only what a process needs to run: its settings for another server are none of the demo's. */
const inherited = ["PATH", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "SYSTEMROOT", "TEMP", "TMPDIR"];

/** A client over stdio, in the newest protocol, that answers every question with yes; `onQuestion` gets each one first. */
export async function connectDemoClient(
  command: { args: string[]; env: Record<string, string> },
  onQuestion: (message: string) => void,
): Promise<DemoClient> {
  const own = Object.fromEntries(inherited.map((name) => [name, process.env[name]]));
  // The demo prints on stdout; the server's stderr is not shown.
  const server = spawn(process.execPath, command.args, { env: { ...own, ...command.env }, stdio: ["pipe", "pipe", "ignore"] });
  const waiting = new Map<number, (result: unknown) => void>();
  createInterface({ input: server.stdout }).on("line", (line) => {
    const { id, result } = Response.parse(JSON.parse(line));
    waiting.get(id)?.(result);
  });
  const ended = new Promise<never>((_resolve, reject) => {
    server.once("error", reject).once("exit", () => reject(new Error("the server ended")));
  });
  ended.catch(() => {
    // Whoever waits for an answer is told.
  });
  let last = 0;
  function request(method: string, params: Record<string, unknown> = {}): Promise<unknown> {
    const id = ++last;
    server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, _meta: meta } })}\n`);
    return Promise.race([new Promise((resolve) => waiting.set(id, resolve)), ended]);
  }

  return {
    tools: async () => Tools.parse(await request("tools/list")).tools.map(({ name }) => name),
    async call(name, args) {
      let result = await request("tools/call", { name, arguments: args });
      for (let asked = Asked.safeParse(result); asked.success; asked = Asked.safeParse(result)) {
        const { requestState, inputRequests } = asked.data;
        onQuestion(inputRequests.form.params.message);
        const inputResponses = { form: { action: "accept", content: { confirm: true } } };
        result = await request("tools/call", { name, arguments: args, requestState, inputResponses });
      }
      const { content, isError } = Called.parse(result);
      return { failed: isError, answer: JSON.parse(content[0].text) };
    },
    async close() {
      server.stdin.end();
      await ended.catch(() => {
        // It was told to end.
      });
    },
  };
}
