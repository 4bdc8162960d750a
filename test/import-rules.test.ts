import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";

/** Root files that import nothing of ours, or only each other as the table says. */
const leaves = [
  "errors",
  "first-few",
  "give-way",
  "grouped",
  "json-size",
  "plain-object",
  "plain-text",
  "private-files",
  "read-url",
  "version",
];

/** Who may import whom: folder or root file of src → what it may import beside itself. This is the design's picture of the floors. */
const table: Record<string, readonly string[]> = {
  ...Object.fromEntries(leaves.map((leaf) => [leaf, []])),
  "json-depth": ["json-size"],
  sealed: ["read-url"],
  "host-name": ["read-url"],
  log: ["plain-text"],
  "did-you-mean": ["plain-text"],
  shapes: ["plain-text"],
  trace: [],
  settings: ["sealed", "log", "did-you-mean", "host-name", "read-url", "private-files"],
  catalog: ["shapes", "errors", "did-you-mean", "host-name", "read-url", "json-depth", "plain-object", "plain-text"],
  web: ["sealed", "errors", "plain-text"],
  passkeys: ["web", "private-files", "plain-object", "read-url"],
  kibana: [
    "trace",
    "shapes",
    "sealed",
    "settings",
    "errors",
    "plain-text",
    "read-url",
    "json-depth",
    "json-size",
    "plain-object",
    "version",
  ],
  rules: ["kibana", "catalog", "shapes", "errors", "plain-text", "plain-object", "did-you-mean", "read-url"],
  usage: ["kibana", "rules", "catalog", "errors", "grouped", "plain-text", "plain-object", "json-depth"],
  secrets: [
    "shapes",
    "sealed",
    "settings",
    "catalog",
    "web",
    "errors",
    "first-few",
    "plain-text",
    "host-name",
    "read-url",
    "json-depth",
    "private-files",
  ],
  "as-code": ["kibana", "catalog", "secrets", "errors", "plain-text", "read-url"],
  change: [
    ...["trace", "kibana", "rules", "usage", "catalog", "secrets", "web", "passkeys", "sealed", "settings"],
    ...["errors", "log", "first-few", "grouped", "plain-text", "plain-object", "host-name", "read-url", "json-depth", "private-files"],
  ],
  audit: [
    "map",
    "kibana",
    "catalog",
    "rules",
    "usage",
    "secrets",
    "errors",
    "first-few",
    "give-way",
    "grouped",
    "plain-text",
    "plain-object",
    "host-name",
    "read-url",
  ],
  map: ["kibana", "catalog", "rules", "usage", "secrets", "errors", "give-way", "grouped", "plain-text", "plain-object"],
  tools: [
    ...["change", "audit", "map", "as-code", "rules", "usage", "secrets", "catalog", "kibana", "sealed", "settings"],
    ...["errors", "first-few", "grouped", "plain-text", "plain-object", "did-you-mean", "host-name", "json-depth", "version", "give-way"],
  ],
  apps: ["audit", "map", "web", "version"],
  mcp: [
    "trace",
    "tools",
    "apps",
    "change",
    "web",
    "settings",
    "catalog",
    "kibana",
    "errors",
    "log",
    "plain-object",
    "plain-text",
    "json-depth",
    "json-size",
    "read-url",
    "version",
  ],
  sandbox: ["catalog", "errors", "json-depth", "plain-object", "read-url"],
  commands: ["*"],
  main: ["commands", "settings", "errors", "plain-text", "did-you-mean", "version"],
};

/** What only some files may import, whatever the table allows. */
const reserved: { what: string; imported: (path: string, names: string) => boolean; by: (file: string) => boolean }[] = [
  { what: "the MCP SDK", imported: (path) => path.startsWith("@modelcontextprotocol/"), by: (file) => file.startsWith("mcp/") },
  { what: "undici", imported: (path) => path === "undici", by: (file) => ["kibana/exchange.ts", "kibana/connections.ts"].includes(file) },
  {
    what: "the WebAuthn library",
    imported: (path) => path.startsWith("@simplewebauthn/"),
    by: (file) => file === "passkeys/webauthn.ts",
  },
  {
    what: "unseal: the writer, the redactor and the page that shows a token open secrets",
    imported: (path, names) => path === "sealed.ts" && /\bunseal\b/.test(names),
    by: (file) => ["kibana/http.ts", "kibana/tunnel.ts", "kibana/connectors.ts", "secrets/redact.ts", "web/token-page.ts"].includes(file),
  },
  {
    what: "comparing versions in the sandbox: what differs is a row of version-changes.ts, or a type's `since`",
    imported: (path, names) => path === "sandbox/version.ts" && /\batLeast\b/.test(names),
    by: (file) => ["sandbox/version-changes.ts", "sandbox/connectors/type-rows.ts"].includes(file),
  },
  {
    what: "a write: tools plan, src/change/ops writes",
    imported: (path) => ["kibana/writer.ts", "kibana/connect.ts", "kibana/http.ts"].includes(path) || path.startsWith("change/ops/"),
    by: (file) => !file.startsWith("tools/"),
  },
];

const importLine = /(?:^|\n)\s*(?:import|export)\b([^"';]*?)\bfrom\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s*"([^"]+)"/g;

function room(file: string): string {
  const [first = ""] = file.split("/");
  return first.replace(/\.ts$/, "");
}

/** The imports of files (path below src → source) that the rules do not allow. */
function refused(files: Record<string, string>): string[] {
  return Object.entries(files).flatMap(([file, source]) =>
    [...source.matchAll(importLine)].flatMap(([, names = "", from, lazy, bare]) => {
      const target = from ?? lazy ?? bare ?? "";
      const path = target.startsWith(".") ? posix.normalize(posix.join(posix.dirname(file), target)) : target;
      const broken = reserved
        .filter((rule) => rule.imported(path, names) && !rule.by(file))
        .map(({ what }) => `${file} may not import ${what}`);
      if (!target.startsWith(".") || room(path) === room(file)) return broken;
      const allowed = table[room(file)] ?? [];
      return allowed.includes("*") || allowed.includes(room(path)) ? broken : [...broken, `${file} may not import ${path}`];
    }),
  );
}

test("every import of src is one that the table and the reservations allow", () => {
  const paths = readdirSync("src", { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  const files = Object.fromEntries(paths.filter((path) => path.endsWith(".ts")).map((path) => [path, readFileSync(`src/${path}`, "utf8")]));
  expect(refused(files)).toEqual([]);
  expect([...new Set(Object.keys(files).map(room))].sort()).toEqual(Object.keys(table).sort());
});

test("the table has no way back: a room is never below itself", () => {
  const below = (name: string, seen: readonly string[] = []): string[] =>
    (table[name] ?? [])
      .filter((next) => next !== "*")
      .flatMap((next) => (seen.includes(next) ? [next] : [next, ...below(next, [...seen, name])]));
  for (const name of Object.keys(table)) expect(below(name), name).not.toContain(name);
});

test("tools can reach neither the writer nor the ops, and nobody but writer, redactor and token page opens secrets", () => {
  const unseal = 'import { unseal } from "../sealed.ts";';
  const lines = refused({
    "tools/a.ts": 'import { createWriter } from "../kibana/writer.ts";',
    "tools/rules/b.ts": 'const { kindOf } = await import("../../change/ops/index.ts");',
    "tools/c.ts": unseal,
    "change/d.ts": unseal,
    "web/e.ts": `import {\n  seal,\n  unseal,\n} from "../sealed.ts";`,
    "secrets/redact.ts": unseal,
    "web/token-page.ts": unseal,
    "kibana/connectors.ts": unseal,
  });
  expect([...new Set(lines.map((line) => line.split(" ")[0]))]).toEqual([
    "tools/a.ts",
    "tools/rules/b.ts",
    "tools/c.ts",
    "change/d.ts",
    "web/e.ts",
  ]);
});

test("a package, a folder above, a leaf's neighbour: each is seen in each form of an import", () => {
  expect(
    refused({
      "web/a.ts": 'import type { Server } from "@modelcontextprotocol/sdk/server/index.js";',
      "commands/b.ts": 'import { request } from "undici";',
      "errors.ts": 'export { log } from "./log.ts";',
      "kibana/c.ts": 'import "../tools/index.ts";',
      "sandbox/rules/d.ts": 'import { plainText } from "../../plain-text.ts";\nimport { view } from "../connectors/view.ts";',
    }),
  ).toEqual([
    "web/a.ts may not import the MCP SDK",
    "commands/b.ts may not import undici",
    "errors.ts may not import log.ts",
    "kibana/c.ts may not import tools/index.ts",
    "sandbox/rules/d.ts may not import plain-text.ts",
  ]);
});
