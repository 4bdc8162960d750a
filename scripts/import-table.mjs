// Who may import whom, and nothing else. `node scripts/import-table.mjs` writes the table into biome.json,
// where the linter enforces it; `--check` fails when biome.json is not what the table says.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const leaves = ["errors", "log", "sealed", "plain-text", "did-you-mean", "given-values", "api-key"];
const everywhere = "*";

/** Folder or root file of src → what it may import beside itself. */
export const table = {
  ...Object.fromEntries(leaves.map((leaf) => [leaf, []])),
  flags: ["did-you-mean"],
  "http-settings": ["flags", "sealed"],
  proxy: ["given-values", "sealed"],
  settings: ["flags", "http-settings", "given-values", "api-key", "proxy", "sealed", "log", "did-you-mean"],
  catalog: ["errors", "did-you-mean"],
  web: ["errors"],
  kibana: ["sealed", "settings", "proxy", "errors", "plain-text"],
  rules: ["kibana", "catalog", "errors", "plain-text", "did-you-mean"],
  secrets: ["sealed", "settings", "catalog", "web", "errors", "plain-text"],
  "as-code": ["kibana", "catalog", "secrets", "errors"],
  change: ["kibana", "rules", "catalog", "secrets", "web", "sealed", "settings", "http-settings", "errors", "log", "plain-text"],
  audit: ["kibana", "catalog", "rules", "secrets", "errors", "plain-text"],
  tools: [
    "change",
    "audit",
    "as-code",
    "rules",
    "secrets",
    "catalog",
    "kibana",
    "sealed",
    "settings",
    "errors",
    "plain-text",
    "did-you-mean",
  ],
  mcp: ["tools", "change", "web", "settings", "http-settings", "catalog", "kibana", "errors", "log", "plain-text"],
  sandbox: ["catalog", "errors"],
  commands: everywhere,
  main: ["commands", "settings", "errors", "did-you-mean"],
};

const files = [...leaves, "flags", "http-settings", "proxy", "settings", "main"];
const sdk = { group: ["@modelcontextprotocol/**"], message: "Only src/mcp knows the SDK." };
const unseal = { group: ["**/sealed.ts"], importNamePattern: "unseal", message: "Only the writer and the redactor open secrets." };
const writer = {
  group: ["**/kibana/writer.ts", "**/kibana/connect.ts", "**/kibana/http.ts", "**/change/ops/**"],
  message: "Tools plan; only src/change/ops writes.",
};
/** Files that may do what others of their folder may not. */
const exceptions = {
  "src/kibana/http.ts": ["undici", "unseal"],
  "src/kibana/connectors.ts": ["unseal"],
  "src/secrets/redact.ts": ["unseal"],
};

function override(name, includes, may) {
  const allowed = table[name];
  const path = (other) => (files.includes(other) ? `**/${other}.ts` : `**/${other}/**`);
  const denied = allowed === everywhere ? [] : Object.keys(table).filter((other) => other !== name && !allowed.includes(other));
  const patterns = [
    ...(denied.length > 0 ? [{ group: denied.map(path), message: `src/${name} may not import this: see scripts/import-table.mjs.` }] : []),
    ...(name === "mcp" ? [] : [sdk]),
    ...(name === "tools" ? [writer] : []),
    ...(may.includes("unseal") ? [] : [unseal]),
  ];
  const paths = may.includes("undici") ? {} : { paths: { undici: "Only src/kibana/http.ts imports undici." } };
  return { includes, linter: { rules: { style: { noRestrictedImports: { level: "error", options: { ...paths, patterns } } } } } };
}

function overrides() {
  const folders = Object.keys(table).map((name) => override(name, [files.includes(name) ? `src/${name}.ts` : `src/${name}/**`], []));
  // A later override wins over an earlier one.
  return [...folders, ...Object.entries(exceptions).map(([file, may]) => override(file.split("/")[1], [file], may))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = new URL("../biome.json", import.meta.url);
  const config = JSON.parse(readFileSync(path, "utf8"));
  const wanted = { ...config, overrides: overrides() };
  if (process.argv.includes("--check")) {
    if (JSON.stringify(config) !== JSON.stringify(wanted)) {
      process.stderr.write("biome.json does not hold the import table: run `npm run imports`.\n");
      process.exitCode = 1;
    }
  } else {
    writeFileSync(path, `${JSON.stringify(wanted, null, 2)}\n`);
  }
}
