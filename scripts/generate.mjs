// Writes the files that are made from the code. `npm run generate`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

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
