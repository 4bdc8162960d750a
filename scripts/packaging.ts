import { httpRows } from "../src/settings/http.ts";
import { settingRows } from "../src/settings/index.ts";
import { tools } from "../src/tools/index.ts";
import { filledIn, fromNpm, manifest } from "./manifest.ts";

const { name, version, description, mcpName, license, keywords, author, engines } = manifest;
/** What a registry shows in one line; it takes no more than 100 characters. */
const short = "Set up, test, audit and retire Kibana connectors without breaking anybody's alerting.";
/** What clients put before a tool's name: short, since the whole may have 64 characters (reference/mcp.md §7). */
export const serverKey = "kibana";
const plugin = "kibana-connectors";

const asked = {
  kibana_url: {
    type: "string",
    title: "Kibana's address",
    description: "As in the browser, before /app: https://kibana.example.com",
    required: true,
  },
  api_key: {
    type: "string",
    title: "Kibana API key",
    description:
      "The `encoded` value of a key made in Kibana: Stack Management > API keys, format Encoded. Its privileges are the limits of the agent.",
    required: true,
    sensitive: true,
  },
};
const askedEnv = { KIBANA_URL: filledIn("user_config.kibana_url"), KIBANA_API_KEY: filledIn("user_config.api_key") };

/** For the MCP registry, which knows packages that are published. */
function serverJson(published: boolean) {
  return {
    $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    name: mcpName,
    title: "Kibana connectors",
    description: short,
    version,
    ...(published ? { packages: npmPackages() } : {}),
  };
}

/** One package, which is started in two ways: for one client over stdio, or for several over HTTP. */
function npmPackages() {
  const npm = { registryType: "npm", identifier: name, version };
  const forHttp = Object.values(httpRows).map(({ env }) => env);
  const variables = settingRows().map(({ variable, value, about }) => ({
    name: variable,
    description: about,
    isRequired: variable === "KIBANA_URL",
    isSecret: /(API_KEY|CONFIRM_KEY|PASSWORD|TOKENS?)$/.test(variable),
    format: value === "" ? "boolean" : /^(N|SECONDS)$/.test(value) ? "number" : /^(FILE|DIR)$/.test(value) ? "filepath" : "string",
  }));
  const address = httpRows.http.env;
  const authorization = { name: "Authorization", description: "Bearer and the token, where MCP_AUTH_TOKEN is set", isSecret: true };
  return [
    { ...npm, transport: { type: "stdio" }, environmentVariables: variables.filter((one) => !forHttp.includes(one.name)) },
    {
      ...npm,
      // A name in braces is the value of the variable.
      transport: { type: "streamable-http", url: `http://{${address}}/mcp`, headers: [authorization] },
      environmentVariables: variables.map((one) => (one.name === address ? { ...one, isRequired: true, default: "127.0.0.1:3000" } : one)),
    },
  ];
}

/** For Claude Desktop and other hosts of MCP bundles. Every setting has a value that the server takes: hosts hand on empty ones. */
function bundleManifest() {
  return {
    manifest_version: "0.3",
    name,
    display_name: "Kibana connectors",
    version,
    description: short,
    long_description: description,
    author,
    license,
    keywords,
    server: {
      type: "node",
      entry_point: "dist/main.js",
      mcp_config: {
        command: "node",
        args: [`${filledIn("__dirname")}/dist/main.js`],
        env: { ...askedEnv, CONNECTORS_ACCESS: filledIn("user_config.access"), CONNECTORS_SPACES: filledIn("user_config.spaces") },
      },
    },
    tools: tools.map((tool) => ({ name: tool.name, description: tool.description })),
    prompts_generated: true,
    user_config: {
      ...asked,
      access: {
        type: "string",
        title: "Access",
        description: "read, change (no execute, no delete) or full",
        default: "full",
      },
      spaces: { type: "string", title: "Spaces", description: "Ids with commas between them; * for all that the key sees", default: "*" },
    },
    compatibility: { runtimes: { node: engines.node } },
  };
}

/** For Claude Code: the server and the skill in one. Unpublished, it starts the build in its own folder (scripts/plugin.mjs). */
function pluginJson(published: boolean) {
  const start = published
    ? { ...fromNpm, args: ["-y", `${name}@${version}`] }
    : { command: "node", args: [`${filledIn("CLAUDE_PLUGIN_ROOT")}/dist/main.js`] };
  return {
    name: plugin,
    version,
    description: short,
    author,
    license,
    keywords,
    skills: "./skill/",
    userConfig: asked,
    mcpServers: { [serverKey]: { ...start, env: askedEnv } },
  };
}

function marketplaceJson(published: boolean) {
  // A clone that was built has node_modules, which must not be copied with the plugin.
  const source = published ? "./" : "./dist/plugin";
  return { name, description: short, owner: author, plugins: [{ name: plugin, source, description: short, version }] };
}

/** Tools as Claude Code names them when they come from the plugin. */
export function pluginToolNames(): string[] {
  return tools.map((tool) => `mcp__plugin_${plugin}_${serverKey}__${tool.name}`);
}

/** The files that other programs read, by path. */
export function packagingFiles(published = manifest.publishedOnNpm): Record<string, string> {
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    "server.json": json(serverJson(published)),
    "packaging/manifest.json": json(bundleManifest()),
    ".claude-plugin/plugin.json": json(pluginJson(published)),
    ".claude-plugin/marketplace.json": json(marketplaceJson(published)),
    "src/version.ts": `/** Made from package.json by \`npm run generate\`. */\nexport const version = ${JSON.stringify(version)};\n`,
  };
}
