import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate, setTimeout } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type CallToolResult, type ElicitRequest, ElicitRequestSchema, type ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { systemClock } from "../../src/change/clock.ts";
import { localPrincipal } from "../../src/change/principal.ts";
import { createBackend } from "../../src/commands/backend.ts";
import { sandboxOptions } from "../../src/commands/sandbox.ts";
import { createServer } from "../../src/mcp/first/server.ts";
import { createService } from "../../src/mcp/service.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import { readSettings } from "../../src/settings/index.ts";

export const main = resolve("dist/main.js");
const asked = process.env.SERVER_BUILD;
/** The build that tests drive: ours, or an older one to check that a test can fail (`SERVER_BUILD=/old/dist/main.js`). The sandbox before them is ours. */
export const serverBuild = resolve(asked ?? main);

/** The time a person takes to read; an older build has no such setting and does not start with it. */
export const readingFor = (seconds: string): Record<string, string> =>
  serverBuild === main ? { CONNECTORS_CONFIRM_READING: seconds } : {};

/** The environment of a started server: of our variables only what a test sets. People answer at once here. */
export function cleanEnv(home: string, env: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: home, XDG_STATE_HOME: join(home, "state"), ...readingFor("0"), ...env };
}

/** Who answers a question. */
export type Person = (question: ElicitRequest["params"]) => ElicitResult | Promise<ElicitResult>;

/** The same for what runs in this process, which cannot find its state folder by HOME; the sandbox's journal has no fixed place. */
export function ownEnv(home: string, args: readonly string[], env?: Record<string, string>): Record<string, string> {
  const own = cleanEnv(home, env);
  return args.includes("--sandbox") ? own : { CONNECTORS_JOURNAL_DIR: join(home, "state/kibana-connectors-mcp/journal"), ...own };
}

export interface Answer {
  failed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  body: any;
  raw: CallToolResult;
}

export interface Started {
  client: Client;
  call(tool: string, args?: Record<string, unknown>): Promise<Answer>;
  questions: string[];
  stderr(): string;
  home: string;
  close(): Promise<void>;
}

/** The built server, driven by the official client over stdio. `person` answers its questions; without one the client cannot ask. */
export async function startBuilt(
  options: {
    args?: string[];
    env?: Record<string, string>;
    person?: Person;
    /** How the client says that it can ask: as form where there is a person. */
    elicitation?: Record<string, object>;
    /** A build other than ours. */
    main?: string;
  } = {},
): Promise<Started> {
  const home = mkdtempSync(join(tmpdir(), "kcm-home-"));
  let stderr = "";
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [options.main ?? serverBuild, ...(options.args ?? [])],
    env: cleanEnv(home, options.env),
    stderr: "pipe",
  });
  transport.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return driven(transport, { ...options, home, stderr: () => stderr });
}

/** The official client on a server that has begun. */
async function driven(
  transport: Transport,
  server: { person?: Person; elicitation?: Record<string, object>; home: string; stderr(): string; end?(): Promise<void> },
): Promise<Started> {
  const { person, elicitation = {}, home, stderr } = server;
  const questions: string[] = [];
  const client = new Client({ name: "test", version: "1" }, { capabilities: person ? { elicitation } : {} });
  if (person) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      questions.push(params.message);
      return person(params);
    });
  }
  await client.connect(transport);
  return {
    client,
    questions,
    stderr,
    home,
    async call(tool, args = {}) {
      const raw = (await client.callTool({ name: tool, arguments: args })) as CallToolResult;
      const [first] = raw.content;
      return { failed: raw.isError ?? false, body: first?.type === "text" ? JSON.parse(first.text) : undefined, raw };
    },
    async close() {
      await client.close();
      await server.end?.();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/**
 * The same without a process, which costs half a second of CPU each: the source, in this process, behind the official client. For
 * all that is not about a process: signals, its output, how long another caller waits. A build that is named is started as a process.
 */
export async function startServer(
  options: Parameters<typeof startBuilt>[0] & {
    /** The server waits between looks as it does at work; otherwise that takes no time. */
    patient?: true;
  } = {},
): Promise<Started> {
  if (asked !== undefined) return startBuilt(options);
  const home = mkdtempSync(join(tmpdir(), "kcm-home-"));
  const { args = [], patient = false } = options;
  let stderr = "";
  const { transport, end } = await serverHere(args, ownEnv(home, args, options.env), (text) => (stderr += text), patient);
  return driven(transport, { ...options, home, stderr: () => stderr, end });
}

/** A server in this process, and how a client reaches it. @param log gets what it would write to stderr */
export async function serverHere(args: string[], env: Record<string, string>, log: (text: string) => void, patient = false) {
  const read = readSettings(args, env);
  if ("problems" in read) throw new Error(read.problems.join("\n"));
  log(read.settings.warnings.join("\n"));
  const clock = patient ? systemClock : { ...systemClock, sleep: () => setImmediate() };
  const backend = createBackend(read.settings, env, clock, log);
  const server = createServer(createService(backend, localPrincipal(read.settings)));
  const [ours, transport] = InMemoryTransport.createLinkedPair();
  await server.connect(ours);
  const end = async () => {
    await server.close();
    await backend.close();
  };
  return { transport, end };
}

/** A no that takes as long as a person takes to read, where that is not set to nothing. */
export const no = async (): Promise<ElicitResult> => {
  if (serverBuild !== main) await setTimeout(1_200);
  return { action: "decline" };
};
export const yes = (): ElicitResult => ({ action: "accept", content: { confirm: true, nothing_else: "yes" } });

/** The sandbox of the build that tests drive, by its command: for what is about the sandbox itself. */
export async function startBuiltSandbox(flags: string[] = []): Promise<{ url: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, [serverBuild, "sandbox", ...flags], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  const [url] = await once(createInterface(child.stdout), "line");
  return {
    url,
    async close() {
      child.kill();
      await ended;
    },
  };
}

/** The sandbox with the flags of its command, in this process: nothing to start, and nothing shared with the server that is driven. */
export async function startSandboxWith(flags: string[] = []): Promise<{ url: string; stop(): Promise<void> }> {
  const options = await sandboxOptions(flags);
  if (typeof options !== "object") throw new Error(options ?? "these flags ask for help");
  const { url, close } = await startSandbox(options);
  return { url, stop: close };
}
