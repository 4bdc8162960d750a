import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Agent } from "./agent.ts";

const file = (path: string, content: unknown) => {
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const bin = (installed: string, name: string) => join(installed, "node_modules/.bin", name);

const claudeCode: Agent = {
  name: "claude-code",
  packages: ["@anthropic-ai/claude-code"],
  installScript: true,
  api: "anthropic",
  forms: "cancel",
  hasApprovals: true,
  start: ({ world, model, installed, approved }) => ({
    command: [
      bin(installed, "claude"),
      ...["-p", "go", "--strict-mcp-config"],
      ...["--mcp-config", file(join(world.folder, "mcp.json"), { mcpServers: { kibana: world.server } })],
      ...(approved ? ["--allowedTools", "mcp__kibana"] : []),
    ],
    env: {
      ANTHROPIC_BASE_URL: model,
      ANTHROPIC_API_KEY: "any",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      // All tools at once: a script does not search.
      ENABLE_TOOL_SEARCH: "false",
    },
  }),
};

const codex: Agent = {
  name: "codex",
  packages: ["@openai/codex"],
  api: "openai",
  forms: "decline",
  hasApprovals: true,
  start: ({ world, model, installed, approved }) => {
    const home = join(world.folder, "codex");
    mkdirSync(home);
    const { command, args, env } = world.server;
    file(
      join(home, "config.toml"),
      [
        `model = "scripted"`,
        `model_provider = "scripted"`,
        `[model_providers.scripted]`,
        `name = "scripted"`,
        `base_url = "${model}/v1"`,
        `wire_api = "responses"`,
        `env_key = "SCRIPTED_KEY"`,
        `[mcp_servers.kibana]`,
        `command = ${JSON.stringify(command)}`,
        `args = ${JSON.stringify(args)}`,
        ...(approved ? [`default_tools_approval_mode = "approve"`] : []),
        `[mcp_servers.kibana.env]`,
        ...Object.entries(env).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
      ].join("\n"),
    );
    return {
      command: [bin(installed, "codex"), "exec", "--skip-git-repo-check", "go"],
      env: { CODEX_HOME: home, SCRIPTED_KEY: "any" },
    };
  },
};

const geminiCli: Agent = {
  name: "gemini-cli",
  packages: ["@google/gemini-cli"],
  api: "gemini",
  forms: "none",
  hasApprovals: true,
  start: ({ world, model, installed, approved }) => {
    mkdirSync(join(world.folder, ".gemini"));
    file(join(world.folder, ".gemini/settings.json"), {
      security: { auth: { selectedType: "gemini-api-key" } },
      general: { enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
      mcpServers: { kibana: { ...world.server, trust: approved } },
    });
    return {
      command: [process.execPath, bin(installed, "gemini"), "-p", "go", "-m", "gemini-2.5-flash", "--skip-trust"],
      env: { GEMINI_API_KEY: "any", GOOGLE_GEMINI_BASE_URL: model },
    };
  },
};

const opencode: Agent = {
  name: "opencode",
  packages: ["opencode-ai"],
  installScript: true,
  api: "openai",
  forms: "none",
  start: ({ world, model, installed }) => {
    const { command, args, env } = world.server;
    file(join(world.folder, "opencode.json"), {
      model: "scripted/scripted",
      small_model: "scripted/scripted",
      provider: {
        scripted: { npm: "@ai-sdk/openai-compatible", options: { baseURL: `${model}/v1`, apiKey: "any" }, models: { scripted: {} } },
      },
      mcp: { kibana: { type: "local", command: [command, ...args], environment: env } },
    });
    return {
      command: [bin(installed, "opencode"), "run", "go", "--title", "scripted"],
      env: {
        OPENCODE_DISABLE_AUTOUPDATE: "1",
        OPENCODE_DISABLE_MODELS_FETCH: "1",
        OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
        npm_config_offline: "true",
      },
    };
  },
};

/** Programs that people run, here with nobody at the terminal. */
export const programs: readonly Agent[] = [claudeCode, codex, geminiCli, opencode];
