import { spawn } from "node:child_process";
import { serverBuild } from "./built-server.ts";

/**
 * A command of the built server in a terminal of its own, by `script` of util-linux. @param onUrl gets the address of the page that it gives out
 * @returns what it wrote, and its exit code
 */
export function inTerminal(
  args: string[],
  env: Record<string, string>,
  onUrl: (url: string) => Promise<unknown>,
): Promise<{ code: number | null; text: string }> {
  const command = [process.execPath, serverBuild, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  let visited: Promise<unknown> | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const url = /http:\/\/localhost:\d+\/p\/[\w-]+(?=\s)/.exec(text)?.[0];
    if (url !== undefined) visited ??= onUrl(url);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => Promise.resolve(visited).then(() => resolve({ code, text }), reject));
  });
}
