import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { clients } from "./clients.ts";

/** Where a client was installed, or why it was not. */
export type Installed = { folder: string } | { why: string };

declare module "vitest" {
  export interface ProvidedContext {
    clients: Record<string, Installed>;
  }
}

const root = resolve("test/clients/node_modules/.clients");
const ranges: Record<string, string> = JSON.parse(readFileSync("test/clients/package.json", "utf8")).dependencies;
const atOnce = 3;
const timeoutMs = 240_000;

/** Installs every client before the tests, each into a folder of its own; what is there already stays. None at all is a failure. */
export async function setup(project: TestProject): Promise<void> {
  const waiting = [...clients];
  const installed: Record<string, Installed> = {};
  const work = async () => {
    for (let client = waiting.shift(); client; client = waiting.shift()) {
      const { name, packages, installScript } = client;
      installed[name] = await install(name, packages, installScript ?? false);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  for (const { name } of clients) process.stdout.write(`${told(name, installed[name])}\n`);
  if (!Object.values(installed).some((one) => "folder" in one)) throw new Error("No client could be installed, so nothing was tested.");
  project.provide("clients", installed);
}

async function install(name: string, packages: readonly string[], scripts: boolean): Promise<Installed> {
  const folder = join(root, name);
  const wanted = packages.map((one) => `${one}@${ranges[one]}`);
  const done = join(folder, "installed.json");
  if (existsSync(done) && readFileSync(done, "utf8") === JSON.stringify(wanted)) return { folder };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}');
  const args = ["install", "--no-audit", "--no-fund", "--no-package-lock", ...(scripts ? [] : ["--ignore-scripts"]), ...wanted];
  const { code, stderr } = await npm(args, folder);
  if (code !== 0) return { why: `npm install ended with ${code}: ${stderr.split("\n").slice(0, 2).join(" ")}` };
  writeFileSync(done, JSON.stringify(wanted));
  return { folder };
}

function npm(args: string[], cwd: string): Promise<{ code: number | null; stderr: string }> {
  return new Promise((ended) => {
    const child = spawn("npm", args, { cwd, stdio: ["ignore", "ignore", "pipe"], timeout: timeoutMs });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once("error", (error) => ended({ code: null, stderr: error.message }));
    child.once("close", (code) => ended({ code, stderr }));
  });
}

/** One line for the reader of the run: which version is tested, or why a client is skipped. */
function told(name: string, installed: Installed | undefined): string {
  if (!installed || "why" in installed) return `client ${name}: skipped, ${installed?.why}`;
  const [first = ""] = clients.find((client) => client.name === name)?.packages ?? [];
  const { version } = JSON.parse(readFileSync(join(installed.folder, "node_modules", first, "package.json"), "utf8"));
  return `client ${name}: ${first} ${version}`;
}
