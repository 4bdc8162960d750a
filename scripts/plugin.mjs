// Puts the plugin for Claude Code into dist/plugin: what the build made, the skill and nothing else. Part of `npm run build`.
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

const folder = "dist/plugin";
rmSync(folder, { recursive: true, force: true });
for (const path of [
  ".claude-plugin/plugin.json",
  "package.json",
  "LICENSE",
  "skill",
  "dist/main.js",
  "dist/third-party-licenses.txt",
  "dist/chunks",
]) {
  cpSync(path, join(folder, path), { recursive: true });
}
