// Runs a TypeScript file of this repository with its imports, which Node 20 alone cannot do.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** Lets bundled CommonJS packages call `require`. */
export const requireBanner =
  "import{createRequire as createRequireOfNode}from'node:module';const require=createRequireOfNode(import.meta.url);";

/** @returns what the module exports, once it has run */
export async function runTypeScript(path) {
  const folder = mkdtempSync(join(tmpdir(), "run-typescript-"));
  try {
    const outfile = join(folder, "module.mjs");
    const banner = { js: requireBanner };
    await build({ entryPoints: [path], outfile, bundle: true, platform: "node", format: "esm", logLevel: "warning", banner });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
