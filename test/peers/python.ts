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
export async function pythonWith(name: string, versions: string, leastMinor = 9): Promise<Python> {
  const folder = resolve("test/peers/.python", name);
  const python = join(folder, "bin/python");
  if (!existsSync(python)) {
    const found = await interpreter(leastMinor);
    if (found === undefined) return { why: `no Python 3.${leastMinor} or newer is here` };
    const made = await run(found, ["-m", "venv", folder]);
    if (made.code !== 0) return { why: `${found} -m venv: ${made.stderr.trim().split("\n").at(-1)}` };
  }
  const install = await run(python, [...pip, `${name}${versions}`]);
  return install.code === 0 ? { python } : { why: `pip install ${name}: ${install.stderr.trim().split("\n").at(-1)}` };
}

/** The first Python 3 that is new enough. */
async function interpreter(leastMinor: number): Promise<string | undefined> {
  for (const name of ["python3", "python3.14", "python3.13", "python3.12"]) {
    const { code } = await run(name, ["-c", `import sys; sys.exit(sys.version_info < (3, ${leastMinor}))`]);
    if (code === 0) return name;
  }
  return undefined;
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
