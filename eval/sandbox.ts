import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import * as z from "zod";
import type { Job } from "./job.ts";

const admin = { username: "elastic", password: "eval-admin-password" };
export const adminAuthorization = `Basic ${Buffer.from(`${admin.username}:${admin.password}`).toString("base64")}`;
/** What the assistant is let in with. */
export const assistantKey = Buffer.from("eval-assistant:7Qm2xVh0TzKc9LrWb4Nd").toString("base64");

export interface Sandbox {
  url: string;
  stop(): Promise<void>;
}

/** The options of the sandbox of one job. @param folder for the files that they name */
export function sandboxOptions(job: Job, folder: string): string[] {
  const everything = { actions: "all", rules: "all" };
  const auth = {
    users: [{ ...admin, ...everything }],
    api_keys: [{ key: assistantKey, owner: "assistant", ...everything, ...job.rights }],
  };
  writeFileSync(join(folder, "auth.json"), JSON.stringify(auth));
  const options = ["--port", "0", "--auth", join(folder, "auth.json"), ...(job.sandbox ?? [])];
  if (job.kibanaYml === undefined) return options;
  writeFileSync(join(folder, "kibana.yml"), job.kibanaYml);
  return [...options, "--kibana-yml", join(folder, "kibana.yml")];
}

/** Starts a sandbox in a process of its own. @param main its program */
export async function startSandbox(main: string, options: readonly string[]): Promise<Sandbox> {
  const child = spawn(process.execPath, [main, "sandbox", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let problem = "";
  child.stderr.on("data", (chunk: Buffer) => {
    problem += chunk.toString();
  });
  const url = await new Promise<string>((ready, failed) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const [line, more] = output.split("\n");
      if (line && more !== undefined) ready(line);
    });
    child.once("exit", (code) => failed(new Error(`The sandbox ended with ${code}: ${problem}`)));
  });
  return {
    url,
    stop: () =>
      new Promise((done) => {
        if (child.exitCode !== null || child.signalCode !== null) return done();
        child.once("exit", () => done());
        child.kill();
      }),
  };
}

export interface Proxy {
  url: string;
  /** Requests so far. */
  count(): number;
  close(): Promise<void>;
}

/**
 * Counts what the assistant asks of Kibana. The sandbox's own routes are not for those who are measured.
 * @param before awaited before a request goes on; `method path`
 */
export async function countingProxy(target: string, before: (call: string) => Promise<void>): Promise<Proxy> {
  let requests = 0;
  const server = createServer((incoming, outgoing) => {
    const { method = "GET", url = "/", headers } = incoming;
    if (url.startsWith("/sandbox")) {
      outgoing.writeHead(404, { "content-type": "application/json" }).end('{"statusCode":404,"error":"Not Found","message":"Not Found"}');
      return;
    }
    requests += 1;
    const onward = () => {
      const sent = request(target + url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      sent.on("error", () => outgoing.destroy());
      incoming.pipe(sent);
    };
    before(`${method} ${url}`).then(onward, () => outgoing.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
