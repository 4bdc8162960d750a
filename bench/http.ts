import { spawn } from "node:child_process";
import { Agent, request } from "undici";
import { bareClient, requestsOf } from "./bare.ts";
import { compared, interleaved, milliseconds, type Row } from "./figures.ts";
import { own, startSandbox } from "./stdio-server.ts";

const sizes = [{ size: 1, atMost: 2 }, { size: 20 }, { size: 200, atMost: 1.5 }];
const call = ["list_connectors", {}] as const;

/** Several clients over HTTP, each with a session of its own and a call at the same moment, against their bare requests. */
export async function http(pairs: number): Promise<Row[]> {
  const sandbox = await startSandbox(["--seed-connectors", "100", "--seed-rules", "100"]);
  const [requests = []] = await requestsOf(sandbox.url, call);
  const server = await startHttp(sandbox.url);
  const rows: Row[] = [];
  for (const { size, atMost } of sizes) {
    const clients = await Promise.all(Array.from({ length: size }, () => connect(server.url)));
    const bare = bareClient(sandbox.url);
    const samples = await interleaved(
      pairs,
      () => milliseconds(() => Promise.all(clients.map((client) => client.call()))),
      () => milliseconds(() => Promise.all(clients.map(() => bare.make(requests)))),
    );
    rows.push(
      compared(
        { group: "http", what: `${size} client${size > 1 ? "s" : ""}, a list_connectors each`, against: "their requests" },
        samples,
        { unit: "ms", ...(atMost && { atMost }) },
      ),
    );
    await bare.close();
    await Promise.all(clients.map((client) => client.close()));
  }
  await server.stop();
  await sandbox.stop();
  return rows;
}

async function startHttp(kibana: string): Promise<{ url: string; stop(): Promise<void> }> {
  const { args, env } = own(["serve", "--http", "127.0.0.1:0"], {
    KIBANA_URL: kibana,
    KIBANA_API_KEY: "any",
    PATH: process.env.PATH ?? "",
  });
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"], env });
  const url = await new Promise<string>((found, failed) => {
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const known = /serves (http:\S+)\n/.exec(text)?.[1];
      if (known) found(known);
    });
    child.once("exit", (code) => failed(new Error(`the server ended with ${code}: ${text}`)));
  });
  return {
    url,
    stop: () =>
      new Promise((done) => {
        child.once("exit", () => done());
        child.kill("SIGTERM");
      }),
  };
}

/** A session of a client that keeps its connection. */
async function connect(url: string): Promise<{ call(): Promise<void>; close(): Promise<void> }> {
  const dispatcher = new Agent({ connections: 1 });
  let headers: Record<string, string> = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  let id = 0;
  async function post(message: object) {
    const answer = await request(url, { method: "POST", dispatcher, headers, body: JSON.stringify({ jsonrpc: "2.0", ...message }) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`HTTP ${answer.statusCode}: ${text.slice(0, 200)}`);
    return { text, session: answer.headers["mcp-session-id"] };
  }
  const ask = (method: string, params: object) => post({ id: id++, method, params });
  const { session } = await ask("initialize", {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "bench", version: "1" },
  });
  headers = { ...headers, "mcp-protocol-version": "2025-06-18", ...(session && { "mcp-session-id": String(session) }) };
  await post({ method: "notifications/initialized" });
  return {
    async call() {
      const { text } = await ask("tools/call", { name: call[0], arguments: call[1] });
      if (!text.includes('"structuredContent"')) throw new Error(text.slice(0, 200));
    },
    async close() {
      await request(url, { method: "DELETE", dispatcher, headers }).then((answer) => answer.body.dump());
      await dispatcher.close();
    },
  };
}
