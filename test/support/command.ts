import { audit } from "../../src/commands/audit.ts";
import { doctor } from "../../src/commands/doctor.ts";
import { enroll } from "../../src/commands/enroll.ts";
import { exportCommand } from "../../src/commands/export.ts";
import { ownEnv } from "./built-server.ts";
import { freshFolder } from "./folder.ts";

const commands = { audit, doctor, enroll, export: exportCommand };

/** Commands that write to one terminal run one after the other. */
let last: Promise<unknown> = Promise.resolve();

/** A command in this process, for all that is not about a process: half a second of CPU less each. */
export function runCommand(command: keyof typeof commands, args: string[], env: Record<string, string>) {
  const ran = last.then(() => run(command, args, env));
  last = ran.catch(() => undefined);
  return ran;
}

async function run(command: keyof typeof commands, args: string[], env: Record<string, string>) {
  const home = await freshFolder();
  const streams = { stdout: "", stderr: "" };
  const restore = (["stdout", "stderr"] as const).map((name) => {
    const { write } = process[name];
    process[name].write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
      streams[name] += chunk;
      const done = rest.at(-1);
      if (typeof done === "function") done();
      return true;
    };
    return () => {
      process[name].write = write;
    };
  });
  try {
    const code = await commands[command](args, ownEnv(home, args, env));
    return { ...streams, code, home };
  } finally {
    for (const back of restore) back();
  }
}
