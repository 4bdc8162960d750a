import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { getMcpConfigForManifest, unpackExtension, validateManifest } from "@anthropic-ai/mcpb";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tools } from "../../src/tools/index.ts";
import { version } from "../../src/version.ts";
import { cleanEnv } from "../support/built-server.ts";

const names = tools.map((tool) => tool.name);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kcm-installed-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 60_000, env: cleanEnv(folder) });
  return { status, stdout, stderr };
}

/** A client's view of a server that is started so. */
async function toolsOf(server: { command: string; args?: string[]; env?: Record<string, string> }) {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StdioClientTransport({ ...server, env: cleanEnv(folder, server.env), stderr: "ignore" }));
  const { tools: listed } = await client.listTools();
  const { resources } = await client.listResources();
  await client.close();
  return { tools: listed.map(({ name }) => name), resources: resources.map(({ uri }) => uri) };
}

describe("the packed tarball", () => {
  let home: string;
  let files: string[];
  beforeAll(() => {
    const packed = spawnSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { encoding: "utf8" });
    const [{ filename, files: inside }] = JSON.parse(packed.stdout);
    files = inside.map(({ path }: { path: string }) => path);
    home = join(folder, "empty");
    mkdirSync(home);
    const installed = spawnSync("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, filename)], {
      cwd: home,
      encoding: "utf8",
    });
    expect(installed.status, installed.stderr).toBe(0);
  }, 60_000);

  test("holds what a user needs and nothing else", () => {
    const known = [
      /^dist\/main\.js$/,
      /^dist\/chunks\/[\w.-]+\.js$/,
      /^dist\/third-party-licenses\.txt$/,
      /^(skill|docs)\/[\w/-]+\.md$/,
      /^packaging\/kibana-connectors-mcp\.(service|plist)$/,
    ];
    const rest = files.filter((path) => !known.some((pattern) => pattern.test(path)));
    expect(rest.sort()).toEqual(["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "package.json"]);
  });

  test("has no dead link: what its pages link is in it", () => {
    const pages = files.filter((path) => path.endsWith(".md"));
    const links = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, to = ""]) => [
        page,
        posix.join(posix.dirname(page), to),
      ]),
    );
    expect(links.length).toBeGreaterThan(8);
    expect(links.filter(([, to = ""]) => !files.some((path) => path === to || path.startsWith(`${to}/`)))).toEqual([]);
  });

  test("installs into an empty folder without the network, and brings nothing along", () => {
    expect(readdirSync(join(home, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["kibana-connectors-mcp"]);
  });

  test("runs: version, help, demo and doctor", () => {
    const bin = join(home, "node_modules/.bin/kibana-connectors-mcp");
    expect(run(bin, ["--version"], home)).toMatchObject({ status: 0, stdout: `${version}\n` });
    expect(run(bin, ["--help"], home).stdout).toContain("--kibana-url");
    expect(run(bin, ["demo"], home)).toMatchObject({ status: 0, stdout: expect.stringContaining("undo: undo_change") });
    expect(run(bin, ["doctor", "--sandbox"], home)).toMatchObject({ status: 0, stdout: expect.stringContaining("0 failed") });
  });

  test("serves every tool and the skill", async () => {
    const served = await toolsOf({ command: join(home, "node_modules/.bin/kibana-connectors-mcp"), args: ["--sandbox"] });
    expect(served.tools).toEqual(names);
    expect(served.resources).toContain("skill://kibana-connectors/SKILL.md");
  });

  test("names the licence of everything that is bundled", () => {
    const notices = readFileSync(join(home, "node_modules/kibana-connectors-mcp/dist/third-party-licenses.txt"), "utf8");
    const meta = JSON.parse(readFileSync("dist/meta.json", "utf8"));
    const bundled = new Set(
      Object.values<{ inputs: Record<string, { bytesInOutput: number }> }>(meta.outputs).flatMap(({ inputs }) =>
        Object.keys(inputs).flatMap((path) =>
          inputs[path]?.bytesInOutput ? (/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(path)?.[1] ?? []) : [],
        ),
      ),
    );
    expect(bundled.size).toBeGreaterThan(5);
    for (const name of bundled) expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, "m"));
  });
});

describe("the bundle for Claude Desktop", () => {
  test("its manifest is one that the host takes", () => {
    expect(validateManifest("packaging/manifest.json")).toBe(true);
  });

  test("packed, unpacked and started as the host starts it, it serves every tool and the skill", async () => {
    const file = join(folder, "kibana-connectors-mcp.mcpb");
    const made = spawnSync(process.execPath, ["scripts/mcpb.mjs", file], { encoding: "utf8" });
    expect(made.status, made.stdout + made.stderr).toBe(0);
    const extension = join(folder, "extension");
    expect(await unpackExtension({ mcpbPath: file, outputDir: extension, silent: true })).toBe(true);
    const manifest = JSON.parse(readFileSync(join(extension, "manifest.json"), "utf8"));
    const config = await getMcpConfigForManifest({
      manifest,
      extensionPath: extension,
      systemDirs: {},
      userConfig: { kibana_url: "http://127.0.0.1:1", api_key: "a-key" },
      pathSeparator: "/",
    });
    if (!config) throw new Error("the host found nothing to start");
    expect(config.env).toMatchObject({ KIBANA_URL: "http://127.0.0.1:1", CONNECTORS_ACCESS: "full", CONNECTORS_SPACES: "*" });
    const served = await toolsOf(config);
    expect(served.tools).toEqual(names);
    expect(served.resources).toContain("skill://kibana-connectors/SKILL.md");
    expect(manifest.tools.map(({ name }: { name: string }) => name)).toEqual(names);
  });
});
