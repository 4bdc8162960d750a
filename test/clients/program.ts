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

/** Starts a program that stays; at the end its whole group is ended. Waits until it says that it is ready. */
export async function startProgram(
  [command, ...args]: readonly [string, ...string[]],
  { cwd, env, ready }: { cwd: string; env: Record<string, string>; ready: RegExp },
): Promise<{ stop(): Promise<void> }> {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (ready.test(said)) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("close", (code) => reject(new Error(`${command} ended with ${code}: ${said}`)));
  });
  return {
    async stop() {
      process.kill(-(child.pid ?? 0), "SIGKILL");
      await ended;
    },
  };
}
