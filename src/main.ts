#!/usr/bin/env node
import { serve } from "./commands/serve.ts";
import { didYouMean } from "./did-you-mean.ts";
import { oneLine } from "./plain-text.ts";
import { readSettings, settingsHelp } from "./settings/index.ts";
import { version } from "./version.ts";

const commands = ["serve", "demo", "audit", "doctor", "export", "enroll", "sandbox"] as const;

const help = () => `kibana-connectors-mcp ${version}: an MCP server for Kibana connectors

  kibana-connectors-mcp [settings]   serve MCP over stdio
  kibana-connectors-mcp serve --http HOST:PORT [settings]
                                     serve MCP over HTTP, for several people (serve --help)
  kibana-connectors-mcp demo         show the main job on the sandbox
  kibana-connectors-mcp audit        find connectors that fail in silence, will fail, or are untidy (audit --help)
  kibana-connectors-mcp doctor       check what this server needs, and say how to fix it (doctor --help)
  kibana-connectors-mcp export       write connectors as Terraform, kibana.yml or a curl script (export --help)
  kibana-connectors-mcp enroll       add or remove a passkey that approves changes (enroll --help)
  kibana-connectors-mcp sandbox      run a stand-in for Kibana alone (sandbox --help)

Settings of the server: a flag, or the variable in brackets; the flag wins.
${settingsHelp()}
  --help, --version
`;

const serveHelp = () => `kibana-connectors-mcp serve: serves MCP over stdio, or with --http over HTTP

A flag, or the variable in brackets; the flag wins.
${settingsHelp()}
  --help
`;

/** What is wrong with a first word that is not a command; undefined where there is none. */
function noCommand(word: string | undefined): string | undefined {
  if (word === undefined || word.startsWith("-") || commands.some((one) => one === word)) return undefined;
  const meant = didYouMean(word, commands);
  // A word that is like no command may be a secret in the wrong place.
  return meant
    ? `"${word}" is not a command: did you mean ${meant}?`
    : `The first word is not a command. There are: ${commands.join(", ")}.`;
}

/** argv to one command. All but `serve` are loaded when they are asked for. */
async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command === "sandbox") return (await import("./commands/sandbox.ts")).sandbox(rest);
  if (command === "audit") return (await import("./commands/audit.ts")).audit(rest, process.env);
  if (command === "doctor") return (await import("./commands/doctor.ts")).doctor(rest, process.env);
  if (command === "export") return (await import("./commands/export.ts")).exportCommand(rest, process.env);
  if (command === "enroll") return (await import("./commands/enroll.ts")).enroll(rest, process.env);
  if (command === "demo") return (await import("./commands/demo.ts")).demo(rest);
  if (command === "help" || command === "version") return main([`--${command}`]);
  const wrong = noCommand(command);
  if (wrong !== undefined) {
    process.stderr.write(`kibana-connectors-mcp: ${oneLine(wrong)} See --help.\n`);
    return 2;
  }
  const flags = command === "serve" ? rest : argv;
  if (flags.includes("--help") || flags.includes("-h")) {
    process.stdout.write(command === "serve" ? serveHelp() : help());
    return 0;
  }
  if (flags.includes("--version")) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const read = readSettings(flags, process.env);
  if ("problems" in read) {
    process.stderr.write(`kibana-connectors-mcp cannot start:\n${read.problems.map((problem) => `  - ${oneLine(problem)}\n`).join("")}`);
    return 2;
  }
  return serve(read.settings, process.env);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`kibana-connectors-mcp: ${error instanceof Error ? oneLine(error.message) : "unknown failure"}\n`);
    process.exit(1);
  },
);
