import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

/** A Python that has a package, or why there is none. */
export type Python = { python: string } | { why: string };

/** Milliseconds for an installation. */
const longest = 240_000;
const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "15"];

/** Installs a package of PyPI into an environment of its own below this folder; what is there already stays. */
export async function pythonWith(name: string, versions: string): Promise<Python> {
  const folder = resolve("test/peers/.python", name);
  const python = join(folder, "bin/python");
  const make = existsSync(python) ? { code: 0, stderr: "" } : await run("python3", ["-m", "venv", folder]);
  if (make.code !== 0) return { why: `python3 -m venv: ${make.stderr.trim().split("\n").at(-1)}` };
  const install = await run(python, [...pip, `${name}${versions}`]);
  return install.code === 0 ? { python } : { why: `pip install ${name}: ${install.stderr.trim().split("\n").at(-1)}` };
}

/** Runs a program to its end. A program that is not there ends with null. */
export async function run(program: string, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout: longest });
  const ended = new Promise<{ code: number | null; failure: string }>((resolve) => {
    child.once("error", (error) => resolve({ code: null, failure: error.message }));
    child.once("exit", (code) => resolve({ code, failure: "" }));
  });
  const [stdout, stderr, { code, failure }] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr: stderr || failure };
}
