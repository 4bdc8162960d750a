// Writes the pages that are made from the code. `npm run generate`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = mkdtempSync(join(tmpdir(), "generate-"));
const outfile = join(folder, "page.mjs");
await build({
  entryPoints: ["scripts/connector-types-page.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "warning",
});
const { connectorTypesPage } = await import(pathToFileURL(outfile).href);
writeFileSync("skill/kibana-connectors/references/connector-types.md", await connectorTypesPage());
rmSync(folder, { recursive: true });
