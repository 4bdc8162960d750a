// Bundles bench/main.ts and runs it. `npm run bench -- --help`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = mkdtempSync(join(tmpdir(), "bench-"));
try {
  const outfile = join(folder, "bench.mjs");
  await build({
    entryPoints: ["bench/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "warning",
    banner: { js: "import{createRequire as createRequireOfNode}from'node:module';const require=createRequireOfNode(import.meta.url);" },
  });
  const { bench } = await import(pathToFileURL(outfile).href);
  process.exitCode = await bench(process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true });
}
