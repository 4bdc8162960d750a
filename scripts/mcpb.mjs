// Packs dist/ and the skill into dist/kibana-connectors-mcp.mcpb, a bundle for Claude Desktop. `npm run mcpb` builds first.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packExtension } from "@anthropic-ai/mcpb";

const folder = mkdtempSync(join(tmpdir(), "mcpb-"));
cpSync("packaging/manifest.json", join(folder, "manifest.json"));
for (const path of ["package.json", "LICENSE", "skill", "dist/main.js", "dist/third-party-licenses.txt", "dist/chunks"]) {
  cpSync(path, join(folder, path), { recursive: true });
}
const packed = await packExtension({
  extensionPath: folder,
  outputPath: process.argv[2] ?? "dist/kibana-connectors-mcp.mcpb",
  silent: true,
});
rmSync(folder, { recursive: true });
process.exitCode = packed ? 0 : 1;
