// Starts a stdio server and writes down, with the time, what passes between it and its client:
// node stdio-tap.mjs LOG COMMAND ARGS…
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [log, command, ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });

function pass(from, input, output) {
  createInterface({ input })
    .on("line", (line) => {
      appendFileSync(log, `${JSON.stringify({ at: Date.now(), from, message: JSON.parse(line) })}\n`);
      output.write(`${line}\n`);
    })
    .on("close", () => output.end());
}
pass("client", process.stdin, server.stdin);
pass("server", server.stdout, process.stdout);
server.stdin.on("error", () => {});
server.on("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => server.kill(signal));
