import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** How a server is started. */
export interface Command {
  args: string[];
  env?: Record<string, string>;
}

/** Our own build. The client here answers for a person, at once. */
export function own(args: string[] = [], env: Record<string, string> = {}): Command {
  return { args: [resolve("dist/main.js"), ...args], env: { CONNECTORS_CONFIRM_READING: "0", ...env } };
}

/** Revisions of the protocol, one of each era. */
export type Era = "2025-11-25" | "2026-07-28";

/** What each request of the second era says of its client. */
const envelope = {
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
  },
};

interface Answer {
  id?: number;
  /** Where it is the server that asks. */
  method?: string;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/**
 * The environment that both sides of a pair have: extra certificates, say, lengthen every start of Node, ours and a bare
 * one. Without what would configure a server.
 */
export function ofShell(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(KIBANA|CONNECTORS|MCP)_/.test(name)));
}

/** A server over stdio and a client of a few lines, so that little but the server is measured. */
export class StdioServer {
  #child: ChildProcess;
  #home = mkdtempSync(join(tmpdir(), "bench-home-"));
  #waiting = new Map<number, (answer: Answer) => void>();
  #text = "";
  #next = 1;
  #ended: Promise<void>;

  constructor({ args, env }: Command) {
    this.#child = spawn(process.execPath, args, {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...ofShell(), HOME: this.#home, XDG_STATE_HOME: this.#home, ...env },
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (chunk: string) => this.#read(chunk));
    this.#ended = new Promise((done) =>
      this.#child.once("exit", (code) => {
        for (const [id, settle] of this.#waiting) settle({ id, error: { message: `the server ended with ${code}` } });
        done();
      }),
    );
  }

  #read(chunk: string): void {
    const lines = (this.#text + chunk).split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) {
      const answer: Answer = JSON.parse(line);
      if (answer.id === undefined) continue;
      // The person behind this client says yes, at once.
      if (answer.method !== undefined) {
        this.#send({ id: answer.id, result: { action: "accept", content: { confirm: true } } });
        continue;
      }
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    }
  }

  #send(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  async request(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = this.#next++;
    const answered = new Promise<Answer>((settle) => this.#waiting.set(id, settle));
    this.#send({ id, method, params });
    const { result, error } = await answered;
    if (!result) throw new Error(`${method}: ${error?.message}`);
    return result;
  }

  /** Up to the answer to tools/list, which is returned. */
  async start(era: Era = "2025-11-25"): Promise<Record<string, unknown>> {
    if (era === "2026-07-28") {
      await this.request("server/discover", envelope);
      return this.request("tools/list", envelope);
    }
    await this.request("initialize", {
      protocolVersion: era,
      capabilities: { elicitation: {} },
      clientInfo: { name: "bench", version: "1" },
    });
    this.#send({ method: "notifications/initialized" });
    return this.request("tools/list");
  }

  /** A tool's answer as text. @throws Error where the tool failed */
  async call(name: string, args: object): Promise<string> {
    const result = await this.request("tools/call", { name, arguments: args });
    const [content] = result.content as { text: string }[];
    if (result.isError) throw new Error(`${name}: ${content?.text}`);
    return content?.text ?? "";
  }

  ping(): Promise<unknown> {
    return this.request("ping");
  }

  /** Megabytes in memory now; undefined where the system does not tell. */
  resident(): number | undefined {
    return residentOf(this.#child);
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 2_000);
    await this.#ended;
    clearTimeout(timer);
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** Linux tells of every process without a further program. */
export function residentOf({ pid }: ChildProcess): number | undefined {
  const file = `/proc/${pid}/status`;
  const kilobytes = existsSync(file) ? /VmRSS:\s*(\d+)/.exec(readFileSync(file, "utf8"))?.[1] : undefined;
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** A sandbox of the size, in a process of its own. */
export async function startSandbox(args: string[]): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [resolve("dist/main.js"), "sandbox", "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const url = await new Promise<string>((found, failed) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) found(text.slice(0, text.indexOf("\n")));
    });
    child.once("exit", (code) => failed(new Error(`the sandbox ended with ${code}`)));
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
