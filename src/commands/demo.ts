import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import type { DemoClient } from "../mcp/demo-client.ts";
import { connectDemoClient } from "../mcp/demo-client.ts";

type Answer = Record<string, unknown>;

/** Shows the main job on the sandbox, step by step, with a real client over stdio and the built server. @returns the exit code */
export async function demo(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    say(demoHelp);
    return 0;
  }
  if (args.length > 0) {
    process.stderr.write("kibana-connectors-mcp demo takes no settings: see demo --help.\n");
    return 2;
  }
  // A closed pipe is no error: the reader has seen enough.
  process.stdout.on("error", () => process.exit(0));
  const main = process.argv[1] ?? fileURLToPath(import.meta.url);
  say(bold("kibana-connectors-mcp: the demo"));
  say("An agent (here: this script) talks over MCP to the built server, which talks to a sandbox. Nothing real is touched.\n");
  const client = await connectDemoClient(
    {
      args: [main, "--sandbox"],
      // The demo's client answers for a person at once.
      env: {
        CONNECTORS_CONFIRM_READING: "0",
        CONNECTOR_SECRET_TEAM_SLACK: "https://hooks.slack.com/services/T000/B000/a-secret-nobody-sees",
      },
    },
    (question) => {
      say(yellow("\n  The server asks the person, through the client:"));
      for (const line of question.split("\n")) say(yellow(`  │ ${line}`));
      say(yellow("  └ the person answers: yes\n"));
    },
  );
  try {
    await story(client);
  } finally {
    await client.close();
  }
  say(howToAdd(main));
  return 0;
}

const demoHelp = `kibana-connectors-mcp demo: shows the main job on the sandbox, step by step

It takes no settings: nothing real is touched.

  --help`;

async function story(client: DemoClient) {
  step("Look around");
  const home = await call(client, "describe_deployment", {});
  const { name, version } = at(home, "deployment");
  say(
    `  ${name}, version ${version}, spaces: ${rows(home, "spaces")
      .map((space) => space.id)
      .join(", ")}`,
  );
  const list = await call(client, "list_connectors", { space: "default" });
  for (const row of rows(list, "connectors")) {
    const flags = Array.isArray(row.flags) ? `  [${row.flags.join(", ")}]` : "";
    say(`  ${pad(row.id, 24)}${pad(row.type, 14)}${row.uses === undefined ? "" : `used ${row.uses}×`}${red(flags)}`);
  }

  step("Ask what is wrong with them");
  const audit = await call(client, "audit_connectors", { spaces: ["default"] });
  say(`  ${audit.summary}`);
  for (const { severity, check, connector, evidence } of rows(audit, "findings").slice(0, 3)) {
    say(`  ${red(pad(severity, 9))} ${pad(check, 19)} ${pad(connector, 19)} ${evidence}`);
  }

  step("Create a connector; its secret never passes through the model");
  const created = await call(client, "create_connector", {
    name: "Team Search alerts",
    type: "slack",
    secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_TEAM_SLACK" } },
  });
  const id = String(at(at(created, "result"), "connector").id);
  say(`  ${created.status}: ${id}`);

  step("Test it, with the least effect on the world");
  const safe = at(await call(client, "test_connector", { id }), "result");
  say(`  ${safe.ok}: ${safe.why}`);
  const loud = at(await call(client, "test_connector", { id, mode: "loud" }), "result");
  say(`  ok: ${loud.ok}. Proved: ${words(loud.proved)}. Not proved: ${words(loud.not_proved)}.`);

  step("Try to delete one that is in use");
  const refused = at(await call(client, "safe_delete_connector", { ids: ["ops-slack"] }, true), "error");
  say(red(`  ${refused.code}: ${refused.message}`));
  say(`  fix: ${refused.fix}`);

  step("Move its rules to the new one; then it can go");
  const moved = at(await call(client, "replace_connector", { from: "ops-slack", to: id }), "result");
  for (const rule of rows(moved, "rules")) say(`  ${pad(rule.outcome, 8)} ${rule.name}`);
  const deleted = await call(client, "safe_delete_connector", { ids: ["ops-slack"] });
  say(`  ${deleted.status}: ${words(at(deleted, "result").deleted)}`);

  step("Read the journal: every change, and the call that undoes it");
  const changes = await call(client, "list_changes", {});
  for (const row of rows(changes, "changes")) {
    const undo = row.undo === undefined ? String(row.no_undo) : `undo: ${at(row, "undo").tool}`;
    say(`  ${pad(row.op, 8)} ${pad(row.id, 22)} ${pad(row.outcome, 5)} asked: ${pad(row.asked, 11)} ${undo}`);
  }
}

async function call(client: DemoClient, tool: string, args: Answer, mayFail = false): Promise<Answer> {
  say(cyan(`  → ${tool} ${JSON.stringify(args)}`));
  const { failed, answer } = await client.call(tool, args);
  if (failed !== mayFail) throw new Error(`the demo did not go as planned: ${tool} answered ${JSON.stringify(answer)}`);
  return answer;
}

function howToAdd(main: string): string {
  const server = { command: "node", args: [main], env: { KIBANA_URL: "https://kibana.example.com", KIBANA_API_KEY: "…" } };
  return `
${bold("Add it to your client")} (with --sandbox instead of the two variables, to try it first)

Claude Code:
  claude mcp add kibana -e KIBANA_URL=https://kibana.example.com -e KIBANA_API_KEY=… -- node ${main}

Cursor (.cursor/mcp.json):
  ${JSON.stringify({ mcpServers: { kibana: server } })}

VS Code (.vscode/mcp.json):
  ${JSON.stringify({ servers: { kibana: { type: "stdio", ...server } } })}
`;
}

function at(answer: Answer, key: string): Answer {
  const value = answer[key];
  return value !== null && typeof value === "object" ? { ...value } : {};
}

function rows(answer: Answer, key: string): Answer[] {
  const value = answer[key];
  return Array.isArray(value) ? value : [];
}

function words(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : "";
}

let steps = 0;
function step(title: string) {
  steps += 1;
  say(bold(`\n${steps}. ${title}`));
}

const pad = (value: unknown, width: number) => String(value ?? "").padEnd(width);
const say = (line: string) => process.stdout.write(`${line}\n`);
const paint = (style: Parameters<typeof styleText>[0]) => (text: string) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text;
const bold = paint("bold");
const cyan = paint("cyan");
const red = paint("red");
const yellow = paint("yellow");
