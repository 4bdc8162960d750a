import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type CallToolResult, ElicitRequestSchema, type ElicitResult, type JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { cleanEnv, main, ownEnv, serverHere, startSandboxWith } from "../support/built-server.ts";

export interface Recorded {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

export type Lie = "none" | "error" | "answer" | "text";

/** A sandbox, and in front of it a Kibana that records every request and lies on demand, each in its own process. */
export async function startLyingKibana() {
  const sandbox = await startSandboxWith();
  const child = spawn(process.execPath, [fileURLToPath(new URL("lying-kibana.mjs", import.meta.url)), sandbox.url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await firstLine(child);
  const get = async (path: string) => (await fetch(url + path)).text();
  return {
    url,
    state: () => get("/sandbox/state"),
    /** From now on; what was seen and heard before is forgotten. */
    tell: (lie: Lie) => get(`/lies/tell/${lie}`),
    seen: async (): Promise<Recorded[]> => JSON.parse(await get("/lies/seen")),
    async fault(fault: string, match: { method?: string; path?: string; times?: number }) {
      const body = JSON.stringify({ fault, ...match });
      const answer = await fetch(`${url}/sandbox/faults`, { method: "POST", headers: { "content-type": "application/json" }, body });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await sandbox.stop();
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    child.stdout?.once("data", (chunk: Buffer) => found(chunk.toString().trim()));
    child.once("exit", (code) => failed(new Error(`it ended with ${code}`)));
  });
}

/**
 * The server with everything written down that goes in or comes out. Its person says yes to every question.
 * @param options.built in a process of its own, so that what it prints is all that it prints
 */
export async function startWatched(options: { env: Record<string, string>; files?: Record<string, string>; built?: true }) {
  const home = mkdtempSync(join(tmpdir(), "kcm-watched-"));
  const secretDir = mkdtempSync(join(tmpdir(), "kcm-secrets-"));
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(secretDir, name), text, { mode: 0o600 });
  mkdirSync(join(home, "tmp"));
  let stderr = "";
  let toServer = "";
  let answers = "";
  let questions = "";
  const client = new Client({ name: "watcher", version: "1" }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(ElicitRequestSchema, ({ params }): ElicitResult => {
    const properties = "requestedSchema" in params ? params.requestedSchema.properties : {};
    // The name that is asked for is in the message.
    const name = /connector "([^"]*)"/.exec(params.message)?.[1] ?? "";
    return { action: "accept", content: "name" in properties ? { name } : { confirm: true, nothing_else: "yes" } };
  });
  const env = { TMPDIR: join(home, "tmp"), CONNECTORS_SECRET_DIR: secretDir, ...options.env };
  const log = (text: string) => {
    stderr += text;
  };
  const { transport, end } = options.built ? processWith(home, env, log) : await serverHere([], ownEnv(home, [], env), log);
  const send = transport.send.bind(transport);
  transport.send = (message: JSONRPCMessage) => {
    toServer += `${JSON.stringify(message)}\n`;
    return send(message);
  };
  await client.connect(transport);
  const deliver = transport.onmessage;
  transport.onmessage = (message: JSONRPCMessage) => {
    if ("method" in message && message.method === "elicitation/create") questions += `${JSON.stringify(message)}\n`;
    else answers += `${JSON.stringify(message)}\n`;
    deliver?.(message);
  };
  return {
    async call(tool: string, args: Record<string, unknown> = {}) {
      const raw = (await client.callTool({ name: tool, arguments: args })) as CallToolResult;
      const [first] = raw.content;
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
      return { failed: raw.isError ?? false, body: (first?.type === "text" ? JSON.parse(first.text) : undefined) as any };
    },
    /** What left the server, but for its requests to Kibana: answers and questions, stderr, and every file below HOME. */
    out: () => ({ "to the client": answers, questions, stderr, files: textBelow(home) }),
    /** What the client said. */
    said: () => toServer,
    async close() {
      await client.close();
      await end?.();
      for (const folder of [home, secretDir]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function processWith(home: string, env: Record<string, string>, log: (text: string) => void) {
  const own = { command: process.execPath, args: [main], env: cleanEnv(home, env), cwd: home, stderr: "pipe" as const };
  const transport: StdioClientTransport = new StdioClientTransport(own);
  transport.stderr?.on("data", (chunk: Buffer) => log(chunk.toString()));
  return { transport, end: undefined };
}

export type Watched = Awaited<ReturnType<typeof startWatched>>;

function textBelow(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .map((entry) => `${entry.name}\n${entry.isFile() ? readFileSync(join(entry.parentPath, entry.name), "latin1") : ""}`)
    .join("\n");
}
