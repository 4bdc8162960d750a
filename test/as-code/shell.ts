import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  /** Other files that the script made in its folder. */
  left: string[];
}

/** Runs a script as people do: `sh connectors.sh` in a folder of its own, with nothing but these variables. */
export async function runShell(script: string, env: Record<string, string>): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), "as-code-"));
  try {
    await writeFile(join(folder, "connectors.sh"), script);
    const options = { cwd: folder, env: { PATH: process.env.PATH ?? "", HOME: folder, ...env }, timeout: 60_000 };
    const ran = await run("sh", ["connectors.sh"], options).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: Omit<Ran, "left">) => ({ code, stdout, stderr }),
    );
    return { ...ran, left: (await readdir(folder)).filter((name) => name !== "connectors.sh") };
  } finally {
    await rm(folder, { recursive: true });
  }
}
