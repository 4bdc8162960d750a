// Bundles src/main.ts into dist/: one entry and lazy chunks, nothing to install beside it.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { licensesOf } from "./licenses.mjs";
import { mergeStart } from "./merge-start.mjs";
import { requireBanner, runTypeScript } from "./run-typescript.mjs";

/** The SDKs use ajv only where they are given no JSON Schema validator; they get ours, so ajv is left out. */
const withoutAjv = {
  name: "without-ajv",
  setup({ onLoad }) {
    onLoad({ filter: /sdk[\\/]dist[\\/]esm[\\/]validation[\\/]ajv-provider\.js$/ }, () => ({ contents: noAjv("AjvJsonSchemaValidator") }));
    onLoad({ filter: /(server|client)[\\/]dist[\\/]ajvProvider-[\w-]+\.mjs$/ }, () => ({ contents: noAjv("n") }));
  },
};
const noAjv = (name) => `export class ${name} { getValidator() { throw new Error("no JSON Schema validator in this bundle"); } }`;

/** The SDKs import what is global anyway; the module would open every stream and list every feature of the process first. */
const globalProcess = {
  name: "global-process",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:process$/ }, ({ path }) => ({ path, namespace: "global" }));
    onLoad({ filter: /.*/, namespace: "global" }, () => ({ contents: "export default globalThis.process;" }));
  },
};

/** undici brings mocks for the tests of those who use it: 30 kB that nothing here calls. */
const withoutMocks = {
  name: "without-mocks",
  setup({ onLoad }) {
    onLoad({ filter: /undici[\\/]lib[\\/]mock[\\/]/ }, () => ({ contents: "module.exports = {};" }));
  },
};

/** Passkeys are enrolled without attestation, so nothing reads an authenticator's certificates: 280 kB. */
const withoutCertificates = {
  name: "without-certificates",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@peculiar\/asn1-ecc$/ }, () => ({
      path: resolve("node_modules/@peculiar/asn1-ecc/build/es2015/ec_signature_value.js"),
    }));
    onLoad({ filter: /@simplewebauthn[\\/]server[\\/]esm[\\/]services[\\/]settingsService\.js$/ }, () => ({
      contents: "export const SettingsService = { getRootCertificates: () => [], runtimeSupportsPQC: () => false };",
    }));
    const unused =
      /@simplewebauthn[\\/]server[\\/]esm[\\/].*[\\/](verifyAttestation(FIDOU2F|AndroidSafetyNet|TPM|AndroidKey|Apple)|validateCertificatePath|convertX509PublicKeyToCOSE|getCertificateInfo|isCertRevoked|mapX509SignatureAlgToCOSEAlg|metadataService)\.js$/;
    onLoad({ filter: unused }, ({ path }) => {
      const file = /(\w+)\.js$/.exec(path)[1];
      const name = file === "metadataService" ? "MetadataService" : file;
      return { contents: `export const ${name} = () => { throw new Error("attestation is not supported"); };` };
    });
  },
};

/** The lists of tools and of types are computed here, so that a start loads none of them. */
const lists = {
  "src/tools/listed.ts": await runTypeScript("src/tools/listed.ts"),
  "src/catalog/ids.ts": await runTypeScript("src/catalog/ids.ts"),
};
const listedAtBuild = {
  name: "listed-at-build",
  setup({ onLoad }) {
    onLoad({ filter: /src[\\/](tools[\\/]listed|catalog[\\/]ids)\.ts$/ }, ({ path }) => {
      const [, list] = Object.entries(lists).find(([file]) => path.replaceAll("\\", "/").endsWith(file)) ?? [];
      return {
        contents: Object.entries(list)
          .map(([name, rows]) => `export const ${name} = ${JSON.stringify(rows)};`)
          .join("\n"),
      };
    });
  },
};

rmSync("dist", { recursive: true, force: true });
const { metafile: split } = await build({
  entryPoints: { main: "src/main.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  legalComments: "none",
  chunkNames: "chunks/[name]-[hash]",
  plugins: [withoutAjv, globalProcess, withoutMocks, withoutCertificates, listedAtBuild],
  metafile: true,
  logLevel: "warning",
  banner: { js: requireBanner },
});
// Most files need no `require`: a start would make 28 of them, in 2 kB.
for (const path of Object.keys(split.outputs)) {
  const [before, after] = readFileSync(path, "utf8").split(requireBanner);
  if (after !== undefined && !/\brequire\b/.test(after)) writeFileSync(path, before + after);
}
const main = "src/main.ts";
const eras = ["src/mcp/first/stdio.ts", "src/mcp/second/stdio.ts"].filter((entry) => existsSync(entry));
let metafile = await mergeStart(split, { main, either: eras });
// One file for each era: none opens a file of the other.
for (const entry of eras) {
  const except = [main, ...eras.filter((other) => other !== entry)];
  metafile = await mergeStart(metafile, { main, entry, except });
}
// What went where, for the budget tests.
writeFileSync("dist/meta.json", JSON.stringify(metafile));
writeFileSync("dist/third-party-licenses.txt", licensesOf(metafile));
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stderr.write(`kibana-connectors-mcp ${version}: ${Object.keys(metafile.outputs).length} files, ${Math.round(bytes / 1024)} kB\n`);
