import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse as parseToml } from "smol-toml";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { generated } from "../../scripts/generated.ts";
import { cursorLink, vsCodeLink } from "../../scripts/install-links.ts";
import { packagingFiles, pluginToolNames } from "../../scripts/packaging.ts";
import { clientsPage } from "../../scripts/pages.ts";
import { readSettings, settingRows } from "../../src/settings/index.ts";
import { version } from "../../src/version.ts";
import { clients } from "../clients/clients.ts";

const text = (path: string) => readFileSync(path, "utf8");
const json = (path: string) => JSON.parse(text(path));
const manifest = json("package.json");
/** A generated file as it is once the package is on npm. */
const whenPublished = (path: string) => JSON.parse(packagingFiles(true)[path] ?? "");

test("the generated files are what the code makes of them: npm run generate", async () => {
  for (const [path, made] of Object.entries(await generated())) {
    // How JSON is broken into lines is the formatter's.
    if (path.endsWith(".json")) expect(json(path), path).toEqual(JSON.parse(made));
    else expect(text(path), path).toBe(made);
  }
});

test("the version stands in package.json, and everything else says the same", () => {
  const server = whenPublished("server.json");
  const marketplace = json(".claude-plugin/marketplace.json");
  const plugin = whenPublished(".claude-plugin/plugin.json");
  const lock = json("package-lock.json");
  expect({
    code: version,
    lock: [lock.version, lock.packages[""].version],
    server: [server.version, ...server.packages.map((one: { version: string }) => one.version)],
    bundle: json("packaging/manifest.json").version,
    plugin: [plugin.version, plugin.mcpServers.kibana.args[1]],
    marketplace: marketplace.plugins[0].version,
    changelog: /^## (\d\S*)/m.exec(text("CHANGELOG.md"))?.[1],
  }).toEqual({
    code: manifest.version,
    lock: [manifest.version, manifest.version],
    server: [manifest.version, manifest.version, manifest.version],
    bundle: manifest.version,
    plugin: [manifest.version, `kibana-connectors-mcp@${manifest.version}`],
    marketplace: manifest.version,
    changelog: manifest.version,
  });
});

describe("package.json", () => {
  test("installs nothing beside itself and runs nothing at the user's; not even prepare, which npm asks a user to approve", () => {
    expect(manifest).not.toHaveProperty("dependencies");
    expect(Object.keys(manifest.scripts).filter((name) => /^((pre|post)?install|prepare)$/.test(name))).toEqual([]);
    expect(manifest.bin).toEqual({ [manifest.name]: "dist/main.js" });
  });
});

describe("npm ci", () => {
  const packages = Object.entries<{ hasInstallScript?: boolean; engines?: { node?: string } }>(json("package-lock.json").packages);
  const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

  test("runs no dependency's script, and asks nobody whether it may", () => {
    const withScript = packages.flatMap(([path, { hasInstallScript }]) => (hasInstallScript ? [nameOf(path)] : []));
    expect(manifest.allowScripts).toEqual(Object.fromEntries(withScript.map((name) => [name, false])));
  });

  test("warns of the one tool that README names: it asks for a newer Node than 20", () => {
    const newer = packages.flatMap(([path, { engines }]) =>
      engines?.node?.split("||").every((range) => Number(/\d+/.exec(range)?.[0]) > 20) ? [path] : [],
    );
    expect(newer.length).toBeGreaterThan(0);
    for (const path of newer) expect(path).toMatch(/^node_modules\/@modelcontextprotocol\/inspector(\/|$)/);
    expect(text("README.md")).toContain("(`EBADENGINE`) that the MCP Inspector, a tool of the tests, asks for Node 22");
  });
});

describe("server.json, for the MCP registry", () => {
  const server = whenPublished("server.json");
  test("has the name that package.json claims, and a description that the registry takes", () => {
    expect(server.name).toBe(manifest.mcpName);
    expect(server.name).toMatch(/^io\.github\.[\w-]+\/[\w.-]+$/);
    expect(server.description.length).toBeLessThanOrEqual(100);
    expect(server.packages).toMatchObject([
      { registryType: "npm", identifier: manifest.name, transport: { type: "stdio" } },
      { registryType: "npm", identifier: manifest.name, transport: { type: "streamable-http" } },
    ]);
  });

  const schema = json("test/packaging/server-schema.json");
  const check = new Ajv2020({ strictTypes: false, formats: { uri: (text) => URL.canParse(text) } }).compile(schema);
  const fits = (value: unknown) => check(value) || check.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);

  test("fits the registry's schema of that name, now and once published", () => {
    expect(server.$schema).toBe(schema.$id);
    expect(fits(server)).toBe(true);
    expect(fits(json("server.json"))).toBe(true);
  });

  const [stdio, http] = server.packages;
  test.each<[string, object]>([
    ["a name without a namespace", { name: "kibana-connectors-mcp" }],
    ["a long description", { description: "x".repeat(101) }],
    ["no version", { version: undefined }],
    ["a package of the latest version", { packages: [{ ...stdio, version: "latest" }] }],
    ["a package without a transport", { packages: [{ ...stdio, transport: undefined }] }],
    ["HTTP without an address", { packages: [{ ...http, transport: { type: "streamable-http" } }] }],
    ["an address that is none", { packages: [{ ...http, transport: { ...http.transport, url: "127.0.0.1/mcp" } }] }],
    ["a variable without a name", { packages: [{ ...stdio, environmentVariables: [{ description: "x" }] }] }],
    ["a format that does not exist", { packages: [{ ...stdio, environmentVariables: [{ name: "X", format: "url" }] }] }],
  ])("would not fit with %s", (_what, wrong) => {
    expect(fits(JSON.parse(JSON.stringify({ ...server, ...wrong })))).not.toBe(true);
  });

  test("over HTTP the address is a variable's, which the server takes; over stdio no variable opens a port", () => {
    const variable = (one: { environmentVariables: { name: string; default?: string; isRequired: boolean }[] }, wanted: string) =>
      one.environmentVariables.find(({ name }) => name === wanted);
    const [, named = ""] = /^http:\/\/\{(\w+)\}\/mcp$/.exec(http.transport.url) ?? [];
    const address = variable(http, named);
    expect(address).toMatchObject({ isRequired: true });
    const read = readSettings([], { KIBANA_URL: "https://kibana.example.com", KIBANA_API_KEY: "k", [named]: address?.default });
    expect("settings" in read && read.settings.http).toMatchObject({ host: "127.0.0.1", port: 3000, loopback: true });
    expect(variable(stdio, named)).toBeUndefined();
  });

  test("names every variable of the settings, and marks the secret ones", () => {
    const variables: { name: string; isSecret: boolean }[] = http.environmentVariables;
    expect(variables.map(({ name }) => name)).toEqual(settingRows().map(({ variable }) => variable));
    expect(variables.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["KIBANA_API_KEY", "KIBANA_PASSWORD"]),
    );
  });
});

test("the table of what was seen has a row, with a version, for each client that is tested", () => {
  const rows = [...text("docs/clients.md").matchAll(/^\| (.+?) \| (\d[\w.]*) \|/gm)].map(([, client = ""]) =>
    client.toLowerCase().replaceAll(/[ -]/g, ""),
  );
  for (const { name } of clients)
    expect(
      rows.filter((row) => row.includes(name.replaceAll("-", ""))),
      name,
    ).toHaveLength(1);
});

describe("the plugin for Claude Code", () => {
  const plugin = json(".claude-plugin/plugin.json");
  test("its tools have names of at most 64 characters, in letters that every API takes", () => {
    for (const name of pluginToolNames()) {
      expect(name.length, name).toBeLessThanOrEqual(64);
      expect(name).toMatch(/^[a-zA-Z0-9_-]+$/);
    }
    expect(pluginToolNames()[0]).toBe(`mcp__plugin_${plugin.name}_${Object.keys(plugin.mcpServers)[0]}__describe_deployment`);
  });

  test("asks for what it hands on, keeps the key secret, and brings the skill", () => {
    const named = [...JSON.stringify(plugin.mcpServers).matchAll(/\$\{user_config\.(\w+)\}/g)].map((match) => match[1]);
    expect(named.sort()).toEqual(Object.keys(plugin.userConfig).sort());
    expect(plugin.userConfig.api_key.sensitive).toBe(true);
    // Whoever fills it in has no page of this repository before them.
    for (const { description } of Object.values<{ description: string }>(plugin.userConfig))
      expect(description).not.toMatch(/README|docs\//);
    expect(existsSync(`${plugin.skills}kibana-connectors/SKILL.md`)).toBe(true);
  });

  test("is in the marketplace of this repository, built and without node_modules", () => {
    expect(json(".claude-plugin/marketplace.json").plugins).toMatchObject([{ name: plugin.name, source: "./dist/plugin" }]);
    expect(readdirSync("dist/plugin").sort()).toEqual([".claude-plugin", "LICENSE", "dist", "package.json", "skill"]);
    expect(json("dist/plugin/.claude-plugin/plugin.json")).toEqual(plugin);
    expect(plugin.mcpServers.kibana.args).toEqual([expect.stringMatching(/^\$\{CLAUDE_PLUGIN_ROOT\}\/dist\/main\.js$/)]);
  });
});

describe("until the package is on npm, nothing starts it from there: a name that nobody owns must not be given a key", () => {
  const files = execFileSync("git", ["ls-files"], { encoding: "utf8" }).split("\n");
  // The generator holds the forms of later, and tests look for them.
  const read = files.filter((path) => /\.(md|json|mjs|ts|toml|ya?ml|mdc)$|^Dockerfile$/.test(path) && !/^(scripts|test)\//.test(path));

  test("no file has a command, a link or a registry entry of it", () => {
    expect(manifest.publishedOnNpm).toBe(false);
    const starts = /(npx|bunx|pnpm dlx|npm exec)[^\n]{0,40}kibana-connectors-mcp|install-mcp\?|mcp(:|%3A)(\/|%2F)?install|registryType/;
    expect(read.length).toBeGreaterThan(300);
    expect(read.filter((path) => existsSync(path) && starts.test(text(path)))).toEqual([]);
  });

  test("npm run generate -- --published turns to the forms of npm, in one place", () => {
    expect(whenPublished(".claude-plugin/plugin.json").mcpServers.kibana).toMatchObject({
      command: "npx",
      args: ["-y", `${manifest.name}@${manifest.version}`],
    });
    expect(whenPublished(".claude-plugin/marketplace.json").plugins).toMatchObject([{ source: "./" }]);
    expect(whenPublished("server.json").packages).toMatchObject([{ registryType: "npm" }, { registryType: "npm" }]);
    expect(json("server.json")).not.toHaveProperty("packages");
    expect(clientsPage(true)).toContain(cursorLink());
    expect(clientsPage(false)).not.toContain(cursorLink());
  });
});

describe("the links", () => {
  test("Cursor's starts the published package and holds no key", () => {
    const { searchParams, hostname } = new URL(cursorLink());
    const config = JSON.parse(Buffer.from(searchParams.get("config") ?? "", "base64").toString("utf8"));
    expect([hostname, searchParams.get("name"), config]).toEqual([
      "cursor.com",
      "kibana",
      {
        command: "npx",
        args: ["-y", manifest.name],
        env: {
          KIBANA_URL: expect.stringMatching(/^\$\{env:KIBANA_URL\}$/),
          KIBANA_API_KEY: expect.stringMatching(/^\$\{env:KIBANA_API_KEY\}$/),
        },
      },
    ]);
  });

  test("VS Code's asks for the address and the key, which it hides", () => {
    const inner = new URL(vsCodeLink()).searchParams.get("url") ?? "";
    expect(inner).toMatch(/^vscode:mcp\/install\?/);
    const server = JSON.parse(decodeURIComponent(inner.slice(inner.indexOf("?") + 1)));
    expect(server).toMatchObject({ name: "kibana", command: "npx", args: ["-y", manifest.name] });
    const asked = [...JSON.stringify(server.env).matchAll(/\$\{input:([\w-]+)\}/g)].map((match) => match[1]);
    expect(asked).toEqual(server.inputs.map(({ id }: { id: string }) => id));
    expect(server.inputs.find(({ id }: { id: string }) => id === "kibana-key")).toMatchObject({ type: "promptString", password: true });
    expect(Object.keys(server.env).every((name) => settingRows().some(({ variable }) => variable === name))).toBe(true);
  });
});

describe("the Dockerfile", () => {
  const file = text("Dockerfile");
  test("copies only what is there and not ignored, and starts the executable of the package without root", () => {
    const ignored = text(".dockerignore").trim().split("\n");
    const copied = [...file.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => (match[1] ?? "").split(" "));
    expect(copied).toContain("package-lock.json");
    for (const path of copied) {
      expect(existsSync(path), path).toBe(true);
      expect(ignored, path).toContain(`!${path}`);
    }
    expect(file).toContain(`ENTRYPOINT ["node", "/app/${manifest.bin[manifest.name]}"]`);
    expect(Number(/^ARG BASE=node:(\d+)/m.exec(file)?.[1])).toBeGreaterThanOrEqual(20);
  });

  test("names its base by digest, and runs as a number that no user of the host has", () => {
    expect(file).toMatch(/^ARG BASE=\S+@sha256:[\da-f]{64}$/m);
    expect([...file.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)).toEqual(Array(2).fill(["$", "{BASE}"].join("")));
    expect(Number(/^USER (\d+):\d+$/m.exec(file)?.[1])).toBeGreaterThan(60_000);
  });

  test("sets only variables that the server knows", () => {
    const env = Object.fromEntries([...file.matchAll(/^ENV (\w+)=(\S+)$/gm)].map((match) => [match[1], match[2]]));
    expect(readSettings([], env)).toHaveProperty("settings.journalDir", "/journal");
  });
});

test("the compose file starts Elasticsearch and Kibana of one version, with what Kibana needs for connectors", () => {
  const { services } = parse(text("packaging/compose.yml"));
  expect(Object.keys(services)).toEqual(["elasticsearch", "kibana-password", "kibana"]);
  const versions = Object.values<{ image: string }>(services).map(({ image }) => image.slice(image.indexOf(":")));
  expect(new Set(versions).size).toBe(1);
  expect(services.kibana.ports).toEqual(["127.0.0.1:5601:5601"]);
  expect(services.kibana.environment.XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY.length).toBeGreaterThan(32);
  expect(services.elasticsearch.environment["xpack.license.self_generated.type"]).toBe("trial");
});

describe("what puts the server under another user", () => {
  const unit = text("packaging/kibana-connectors-mcp.service");
  const compose = parse(text("packaging/out-of-reach.compose.yml")).services["kibana-connectors-mcp"];
  const plist = text("packaging/kibana-connectors-mcp.plist");
  const ways: [string, Record<string, string>][] = [
    ["unit", Object.fromEntries([...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]))],
    ["compose file", compose.environment],
    [
      "plist",
      Object.fromEntries(
        [...plist.matchAll(/<key>([A-Z_]{5,})<\/key>\s*<string>(.*?)<\/string>/g)].map(([, name, value]) => [name, value]),
      ),
    ],
  ];

  test.each(ways)(
    "the %s listens on the loopback address only, takes key and tokens from files, and sets what the server knows",
    (_way, env) => {
      expect(env).toMatchObject({
        CONNECTORS_HTTP: "127.0.0.1:3000",
        KIBANA_API_KEY_FILE: expect.any(String),
        MCP_AUTH_TOKEN_FILE: expect.any(String),
      });
      expect(Object.keys(env).filter((name) => !settingRows().some(({ variable }) => variable === name))).toEqual([]);
    },
  );

  test("the unit gives the process no right that it does not need, and keeps its folders to itself", () => {
    for (const line of [
      "User=kibana-connectors-mcp",
      "UMask=0077",
      "StateDirectoryMode=0700",
      "CapabilityBoundingSet=",
      "NoNewPrivileges=yes",
    ])
      expect(unit.split("\n")).toContain(line);
    for (const line of ["ProtectSystem=strict", "ProtectHome=yes", "ProtectProc=invisible", "LimitCORE=0"])
      expect(unit.split("\n")).toContain(line);
  });

  test("the container is one of a user that has to be named, without rights, and cannot write beside its journal", () => {
    expect(compose).toMatchObject({
      user: expect.stringMatching(/^\$\{SERVER_IDS:\?/),
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
    expect(compose).not.toHaveProperty("ports");
    expect(compose.volumes.filter((one: string) => !one.endsWith(":ro"))).toEqual(["/var/lib/kibana-connectors-mcp:/journal"]);
  });

  test("the page on it names only files that are there, and settings in the clients' own formats", () => {
    const page = text("docs/out-of-reach.md");
    for (const [, path = ""] of page.matchAll(/packaging\/([\w.-]+\.(?:service|plist|yml))/g))
      expect(existsSync(`packaging/${path}`)).toBe(true);
    for (const [, block = ""] of page.matchAll(/```json\n([\s\S]*?)```/g)) expect(() => JSON.parse(block)).not.toThrow();
    for (const [, block = ""] of page.matchAll(/```toml\n([\s\S]*?)```/g)) expect(() => parseToml(block)).not.toThrow();
  });
});
