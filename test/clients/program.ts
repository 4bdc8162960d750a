import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, with nobody at its terminal. At the end of the time its whole group is killed. */
export async function runProgram(
  [command, ...args]: readonly [string, ...string[]],
  { cwd, env, timeoutMs = 60_000 }: { cwd: string; env: Record<string, string>; timeoutMs?: number },
): Promise<Ended> {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const killed = setTimeout(() => process.kill(-(child.pid ?? 0), "SIGKILL"), timeoutMs);
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = { code: await code, stdout, stderr };
  clearTimeout(killed);
  return ended;
}
