// Writes the generated files: `npm run generate`. With `-- --published` clients start the package from npm from then on.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { runTypeScript } from "./run-typescript.mjs";

if (process.argv.includes("--published")) {
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  writeFileSync("package.json", `${JSON.stringify({ ...manifest, publishedOnNpm: true }, null, 2)}\n`);
}
const { generated } = await runTypeScript("scripts/generated.ts");
for (const [path, text] of Object.entries(await generated())) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
const format = ["biome", "format", "--write", "package.json", "server.json", "packaging/manifest.json", ".claude-plugin"];
process.exitCode = spawnSync("npm", ["exec", "--", ...format], { stdio: "inherit" }).status ?? 1;
