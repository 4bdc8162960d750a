import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { expect, test } from "vitest";
import { auditHelp } from "../../src/commands/audit/command-line.ts";
import { apiKeyRequest } from "../../src/commands/doctor/api-key.ts";
import { enrollHelp } from "../../src/commands/enroll.ts";
import { exportHelp } from "../../src/commands/export.ts";
import { sandboxHelp } from "../../src/commands/sandbox.ts";
import { settingsHelp } from "../../src/settings/index.ts";
import { tools } from "../../src/tools/index.ts";

import { cleanEnv, main, serverBuild, startBuilt, startSandboxWith } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { openClient, ping, send } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";

const pages = ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)];
const texts = pages.map((page) => readFileSync(page, "utf8"));
const readme = texts[0] ?? "";
const documents = texts.join("\n");
const skill = readFileSync("skill/kibana-connectors/SKILL.md", "utf8");
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const names = tools.map((tool) => tool.name);

function blocks(language: string): string[] {
  return [...documents.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map((match) => match[1] ?? "");
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
    "moved    Checkout errors",
    "done: ops-slack",
    "undo: undo_change",
    "claude mcp add",
    "mcpServers",
    '"servers"',
  ])
    expect(stdout).toContain(part);
  expect(stdout).not.toContain("a-secret-nobody-sees");
});

test("the transcript of the README is what the demo says, line by line and in this order", () => {
  const { stdout } = spawnSync(process.execPath, [main, "demo"], { encoding: "utf8", timeout: 30_000 });
  const timeless = (line: string) => line.trimEnd().replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\dZ/g, "TIME");
  const said = stdout.split("\n").map(timeless);
  const [transcript = ""] = blocks("text");
  let at = -1;
  for (const line of transcript.split("\n").filter(Boolean)) {
    at = said.indexOf(timeless(line), at + 1);
    expect(at, line).toBeGreaterThan(-1);
  }
  expect(transcript.split("\n").length).toBeGreaterThan(15);
});

test("every command in the README exists", async () => {
  const commands = blocks("sh").flatMap((block) => block.trim().split("\n"));
  expect(commands.length).toBeGreaterThan(3);
  for (const command of commands) {
    for (const part of command.replace(/#.*$/, "").split("&&")) {
      const words = part.trim().split(/\s+/);
      const [program = "", ...args] = words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word)));
      if (program === "npm") expect(["ci", "test", "run", "install"]).toContain(args[0]);
      if (args[0] === "run") expect(Object.keys(manifest.scripts)).toContain(args[1]);
      if (args[0] === "dist/main.js" && args[1] === "sandbox") {
        const sandbox = await startSandboxWith();
        expect((await fetch(`${sandbox.url}/api/status`)).status).toBe(200);
        await sandbox.stop();
      }
      if (args[0] === "dist/main.js" && args[1] === "export") {
        const folder = await freshFolder();
        const flags = args.slice(1).map((word) => (word === "connectors" ? folder : word));
        const { status } = spawnSync(process.execPath, [main, ...flags, "--sandbox"], { env: cleanEnv(folder), timeout: 30_000 });
        expect(status).toBe(0);
        expect(readdirSync(folder)).toContain("connectors.tf");
      }
    }
  }
});

test("every HTTP server of the README works as written there", async () => {
  const commands = blocks("sh").flatMap((block) =>
    block
      .trim()
      .split("\n")
      .filter((line) => line.includes("main.js serve")),
  );
  expect(commands.length).toBeGreaterThanOrEqual(4);
  await Promise.all(commands.map((command) => serves(command.split(/\s+/), blocks("json"))));
}, 60_000);

/** Starts a server as the README says, on a free port, with the file of tokens that it shows, and makes a change. */
async function serves(words: string[], json: string[]) {
  const env = Object.fromEntries(words.filter((word) => /^[A-Z_]+=/.test(word)).map((word) => word.split("=") as [string, string]));
  const file = join(mkdtempSync(join(tmpdir(), "kcm-readme-")), "tokens.json");
  const tokens = json.find((block) => JSON.parse(block).principals) ?? "";
  writeFileSync(file, tokens, { mode: 0o600 });
  const args = words.slice(words.indexOf("serve") + 1).map((word) => (word === "tokens.json" ? file : word.replace(/:3000$/, ":0")));
  const token = args.includes(file) ? JSON.parse(tokens).principals[0].token : env.MCP_AUTH_TOKEN;
  const served = await startHttpProcess(args, env, null);
  const url = served.url.replace("0.0.0.0", "127.0.0.1");
  expect((await send(url, { body: ping })).status).toBe(token ? 401 : args.includes("--stateless") ? 200 : 400);
  const { call } = await openClient(url, token);
  expect((await call("create_connector", { name: "From the README", type: ".server-log" })).body.status).toBe("done");
  expect(await served.end("SIGTERM")).toBe(0);
}

interface Snippet {
  /** Of a server that the client starts. */
  command?: string | string[];
  args?: string[];
  env?: Record<string, string>;
  environment?: Record<string, string>;
  /** Of one over HTTP. */
  url?: string;
}

test("every snippet for a client is valid, and starts the built server with variables that exist", async () => {
  const snippets = [...blocks("json").map((block) => JSON.parse(block)), ...blocks("toml").map((block) => parseToml(block))];
  const servers = snippets.flatMap(
    (snippet) => Object.values(snippet.mcpServers ?? snippet.servers ?? snippet.mcp ?? snippet.mcp_servers ?? {}) as Snippet[],
  );
  const started = servers.filter(({ command }) => command !== undefined);
  // Three in JSON and one for Codex; Claude Code uses a command.
  expect(started).toHaveLength(4);
  // Over HTTP: Cursor and Codex.
  const served = servers.filter(({ url }) => url !== undefined);
  expect(served.map(({ url }) => url)).toEqual(["http://127.0.0.1:3000/mcp", "http://127.0.0.1:3000/mcp"]);
  for (const { command, args = [], env, environment } of started) {
    const [program, ...rest] = [command ?? [], args].flat();
    expect(program).toBe("node");
    expect(rest).toEqual(["/path/to/kibana-connectors-mcp/dist/main.js"]);
    expect(Object.keys(env ?? environment ?? {})).toEqual(["KIBANA_URL", "KIBANA_API_KEY"]);
    const server = await startBuilt({ env: { KIBANA_URL: "https://kibana.example.com", KIBANA_API_KEY: "..." } });
    expect((await server.client.listTools()).tools.length).toBe(tools.length);
    await server.close();
  }
  for (const client of ["Claude Code", "Claude Desktop", "Cursor", "VS Code", "Codex CLI", "Gemini CLI", "opencode"])
    expect(documents).toContain(`**${client}**`);
});

test("the request for an API key is the one that doctor prints", () => {
  const request = blocks("json")
    .map((block) => JSON.parse(block))
    .find((snippet) => snippet.role_descriptors);
  expect(request).toEqual(apiKeyRequest("full", ["default"]));
});

test("every link of the documents has a target", () => {
  for (const page of [...pages, "CONTRIBUTING.md", "CHANGELOG.md"]) {
    for (const [, target = ""] of readFileSync(page, "utf8").matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target)) expect(URL.canParse(target), target).toBe(true);
      else expect(existsSync(join(dirname(page), target.replace(/#.*/, ""))), `${page}: ${target}`).toBe(true);
    }
  }
});

test("every page of docs is linked from the README", () => {
  for (const page of pages.slice(1)) expect(readme).toContain(`](${page})`);
});

test("flags and variables that the documents name exist", () => {
  const help = settingsHelp() + sandboxHelp + exportHelp() + auditHelp + enrollHelp();
  const ours = /`(--[a-z-]+)|`(CONNECTORS_[A-Z_]+|KIBANA_[A-Z_]+|MCP_[A-Z_]+)`/g;
  const others = ["--sandbox", "--port", "--help", "--json"];
  // Of `npm run eval`, which test/eval runs.
  const ofEval = ["--api-key-env", "--arm", "--guidance", "--runs", "--job", "--kind", "--list"];
  for (const [, flag, variable] of documents.matchAll(ours)) {
    const name = flag ?? variable ?? "";
    if (![...others, ...ofEval].includes(name)) expect(help).toContain(name);
  }
});

test("the README is short enough to read in a few minutes", () => {
  expect(readme.split(/\s+/).length).toBeLessThanOrEqual(1500);
});

test("documents and skill name every tool, and no tool that does not exist", () => {
  for (const name of names) expect(documents).toContain(`\`${name}\``);
  const named = [
    ...`${documents}\n${skill}`.matchAll(/`((?!elasticstack)[a-z]+(?:_[a-z]+)*_(?:connectors?|connector_types|changes|deployment))`/g),
  ].map((match) => match[1] ?? "");
  expect(named.length).toBeGreaterThan(10);
  const prompts = readdirSync("src/mcp/prompts").map((file) => file.replace(".ts", "").replaceAll("-", "_"));
  for (const name of named) expect([...names, ...prompts]).toContain(name);
});

test("every file and script that CONTRIBUTING.md names exists", () => {
  const text = readFileSync("CONTRIBUTING.md", "utf8");
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  const paths = spans.filter((span) => /^(src|test|scripts|skill|packaging)\/[\w/.-]+$/.test(span));
  expect(paths.length).toBeGreaterThan(30);
  for (const path of paths) expect(existsSync(path), path).toBe(true);
  for (const [, script = ""] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(manifest.scripts)).toContain(script);
});

test("each claim of the page on threats names a test that exists", () => {
  // The one that the build under test has beside it.
  const root = dirname(dirname(serverBuild));
  const page = readFileSync(join(root, "docs/threats.md"), "utf8");
  const claims = [...page.matchAll(/`(test\/[\w/.-]+\.test\.ts): ([^`]+)`/g)];
  expect(claims.length).toBeGreaterThan(20);
  for (const [, file = "", name = ""] of claims) expect(readFileSync(join(root, file), "utf8"), `${file}: ${name}`).toContain(name);
  // The last table compares installations; its tests are named below it.
  const rows = page.slice(0, page.indexOf("## Which installation")).matchAll(/^\| (?!-|it cannot|cannot)(.+?) \| (.*) \|$/gm);
  for (const [, what, shown] of rows) expect(shown, what).toMatch(/^`test\//);
});
