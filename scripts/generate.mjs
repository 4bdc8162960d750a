// Writes the files that are made from the code. `npm run generate`; with `-- --published`, once and for all, the forms in which
// clients start the package from npm.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

if (process.argv.includes("--published")) {
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  writeFileSync("package.json", `${JSON.stringify({ ...manifest, publishedOnNpm: true }, null, 2)}\n`);
}
const folder = mkdtempSync(join(tmpdir(), "generate-"));
const outfile = join(folder, "generated.mjs");
await build({
  entryPoints: ["scripts/generated.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  banner: { js: "import{createRequire as createRequireOfNode}from'node:module';const require=createRequireOfNode(import.meta.url);" },
  logLevel: "warning",
});
const { generated } = await import(pathToFileURL(outfile).href);
for (const [path, text] of Object.entries(await generated())) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
rmSync(folder, { recursive: true });
const format = ["biome", "format", "--write", "package.json", "server.json", "packaging/manifest.json", ".claude-plugin"];
process.exitCode = spawnSync("npm", ["exec", "--", ...format], { stdio: "inherit" }).status ?? 1;
