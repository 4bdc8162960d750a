import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { connectorTypesPage } from "../../scripts/connector-types-page.ts";
import { sandboxHelp } from "../../src/commands/sandbox.ts";
import { settingsHelp } from "../../src/settings.ts";
import { tools } from "../../src/tools/index.ts";
import { version } from "../../src/version.ts";
import { main, startSandboxProcess } from "../support/built-server.ts";

const readme = readFileSync("README.md", "utf8");
const skill = readFileSync("skill/kibana-connectors/SKILL.md", "utf8");
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const names = tools.map((tool) => tool.name);

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map((match) => match[1] ?? "");
}

test("the demo of the README runs and tells its story", () => {
  const { status, stdout } = spawnSync(process.execPath, [main, "demo"], { encoding: "utf8", timeout: 30_000 });
  expect(status).toBe(0);
  for (const part of [
    "Look around",
    "done: team-search-alerts",
    "in_use:",
    "Checkout errors",
    "The server asks the person",
    "undo: undo_change",
    "claude mcp add",
    "mcpServers",
    '"servers"',
  ])
    expect(stdout).toContain(part);
  expect(stdout).not.toContain("a-secret-nobody-sees");
});

test("every command in the README exists", async () => {
  const commands = blocks("sh").flatMap((block) => block.trim().split("\n"));
  expect(commands.length).toBeGreaterThan(3);
  for (const command of commands) {
    for (const part of command.replace(/#.*$/, "").split("&&")) {
      const words = part.trim().split(/\s+/);
      const [program = "", ...args] = words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word)));
      if (program === "npm") expect(["ci", "test", "run"]).toContain(args[0]);
      if (args[0] === "run") expect(Object.keys(manifest.scripts)).toContain(args[1]);
      if (args[0] === "dist/main.js" && args[1] === "sandbox") {
        const sandbox = await startSandboxProcess();
        expect((await fetch(`${sandbox.url}/api/status`)).status).toBe(200);
        await sandbox.stop();
      }
    }
  }
});

test("every JSON snippet of the README is JSON and starts the built server where it names one", () => {
  const snippets = blocks("json").map((block) => JSON.parse(block));
  const servers = snippets.flatMap(
    (snippet) =>
      Object.values(snippet.mcpServers ?? snippet.servers ?? {}) as { command: string; args: string[]; env: Record<string, string> }[],
  );
  expect(servers.length).toBeGreaterThanOrEqual(2);
  for (const { command, args, env } of servers) {
    expect(command).toBe("node");
    expect(args[0]).toMatch(/dist\/main\.js$/);
    for (const name of Object.keys(env)) expect(settingsHelp()).toContain(`[${name}]`);
  }
});

test("flags and variables that the README names exist", () => {
  const help = settingsHelp() + sandboxHelp;
  const ours = /`(--[a-z-]+)|`(CONNECTORS_[A-Z_]+|KIBANA_[A-Z_]+)`/g;
  const others = ["--sandbox", "--port", "--help"];
  for (const [, flag, variable] of readme.matchAll(ours)) {
    const name = flag ?? variable ?? "";
    if (!others.includes(name)) expect(help).toContain(name);
  }
});

test("README and skill name every tool, and no tool that does not exist", () => {
  for (const name of names) expect(readme).toContain(`\`${name}\``);
  const named = [...`${readme}\n${skill}`.matchAll(/`([a-z]+(?:_[a-z]+)*_(?:connectors?|connector_types|changes|deployment))`/g)].map(
    (match) => match[1] ?? "",
  );
  expect(named.length).toBeGreaterThan(10);
  for (const name of named) expect(names).toContain(name);
});

test("the skill follows the rules of Agent Skills", () => {
  const [, head = "", body = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(skill) ?? [];
  const fields = Object.fromEntries(
    head.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
  expect(
    Object.keys(fields).every((key) => ["name", "description", "license", "compatibility", "metadata", "allowed-tools"].includes(key)),
  ).toBe(true);
  expect(fields.name).toBe("kibana-connectors");
  expect(fields.description?.length).toBeGreaterThan(50);
  expect(fields.description?.length).toBeLessThanOrEqual(1024);
  expect(fields.compatibility?.length).toBeLessThanOrEqual(500);
  expect(body.split("\n").length).toBeLessThan(500);
});

test("the version stands in package.json and in the code alike", () => {
  expect(manifest.version).toBe(version);
});

test("the generated pages are what the code makes of them", async () => {
  expect(readFileSync("skill/kibana-connectors/references/connector-types.md", "utf8")).toBe(await connectorTypesPage());
});
