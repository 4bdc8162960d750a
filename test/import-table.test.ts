import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folders = ["mcp", "tools", "change", "secrets", "web", "catalog", "audit", "rules", "as-code", "kibana", "sandbox"];
/** The design's table, written down a second time: what each folder may import of the others. */
const allowed: Record<string, string[]> = {
  mcp: ["tools", "change", "web", "catalog", "kibana"],
  tools: ["change", "audit", "as-code", "rules", "secrets", "catalog", "kibana"],
  change: ["kibana", "rules", "catalog", "secrets", "web"],
  secrets: ["catalog", "web"],
  web: [],
  catalog: [],
  audit: ["kibana", "catalog", "rules", "secrets"],
  rules: ["kibana", "catalog"],
  "as-code": ["kibana", "catalog", "secrets"],
  kibana: [],
  sandbox: ["catalog"],
};

const scratch = mkdtempSync(join(tmpdir(), "import-table-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Lints files with these imports, under the project's own configuration, and returns the files that are refused. */
function refused(imports: Record<string, string>, rule = "style/noRestrictedImports"): string[] {
  const root = mkdtempSync(join(scratch, "case-"));
  const config = JSON.parse(readFileSync("biome.json", "utf8"));
  writeFileSync(join(root, "biome.json"), JSON.stringify({ ...config, $schema: undefined, vcs: undefined }));
  for (const [file, source] of Object.entries(imports)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), source);
  }
  const biome = join(process.cwd(), "node_modules/.bin/biome");
  const args = ["lint", `--only=${rule}`, "--reporter=json", "--max-diagnostics=none", "."];
  let report: string;
  try {
    report = execFileSync(biome, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    report = (error as { stdout: string }).stdout;
  }
  const { diagnostics } = JSON.parse(report.slice(report.indexOf("{"))) as { diagnostics: { location: { path: unknown } }[] };
  const paths = diagnostics.map(({ location: { path } }) => (typeof path === "string" ? path : (path as { file: string }).file));
  return [...new Set(paths)].sort();
}

test("a folder may import what the table says and nothing else", () => {
  const files: Record<string, string> = {};
  const expected: string[] = [];
  for (const from of folders) {
    for (const to of folders.filter((folder) => folder !== from)) {
      const file = `src/${from}/imports-${to}.ts`;
      files[file] = `import { thing } from "../${to}/thing.ts";\nexport const other = thing;\n`;
      if (!allowed[from]?.includes(to)) expected.push(file);
    }
  }
  expect(refused(files)).toEqual(expected.sort());
});

test("only the HTTP client imports undici and only src/mcp imports the SDK", () => {
  const undici = 'import { request } from "undici";\nexport const r = request;\n';
  const sdk = 'import { Server } from "@modelcontextprotocol/sdk/server/index.js";\nexport const s = Server;\n';
  const files = Object.fromEntries([
    ...folders.map((folder) => [`src/${folder}/with-undici.ts`, undici]),
    ...folders.map((folder) => [`src/${folder}/with-sdk.ts`, sdk]),
    ["src/kibana/http.ts", undici],
    ["src/commands/with-sdk.ts", sdk],
  ]);
  const fine = ["src/mcp/with-sdk.ts", "src/kibana/http.ts"];
  expect(refused(files)).toEqual(
    Object.keys(files)
      .filter((file) => !fine.includes(file))
      .sort(),
  );
});

test("tools can reach neither the writer nor the ops, and nobody but writer and redactor opens secrets", () => {
  const unseal = 'import { unseal } from "../sealed.ts";\nexport const u = unseal;\n';
  const files = {
    "src/tools/a.ts": 'import { createWriter } from "../kibana/writer.ts";\nexport const w = createWriter;\n',
    "src/tools/b.ts": 'import { kindOf } from "../change/ops/index.ts";\nexport const k = kindOf;\n',
    "src/tools/c.ts": unseal,
    "src/change/d.ts": unseal,
    "src/mcp/e.ts": unseal,
    "src/secrets/redact.ts": unseal,
    "src/kibana/connectors.ts": unseal,
  };
  expect(refused(files)).toEqual(["src/change/d.ts", "src/mcp/e.ts", "src/tools/a.ts", "src/tools/b.ts", "src/tools/c.ts"]);
});

test("a leaf imports nothing of ours, and an import cycle is refused", () => {
  expect(refused({ "src/errors.ts": 'import { log } from "./log.ts";\nexport const l = log;\n' })).toEqual(["src/errors.ts"]);
  const cycle = {
    "src/change/a.ts": 'import { b } from "./b.ts";\nexport const a = () => b;\n',
    "src/change/b.ts": 'import { a } from "./a.ts";\nexport const b = () => a;\n',
  };
  expect(refused(cycle, "suspicious/noImportCycles")).toEqual(["src/change/a.ts", "src/change/b.ts"]);
});
