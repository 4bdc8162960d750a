import { isAtLeast } from "../kibana/status.ts";
import { shellHead } from "./api-calls-head.ts";
import { base64OfFile, type Code, isRecord, onlyIfStored, Pieces } from "./code.ts";
import type { Exported } from "./exported.ts";
import type { CodeFile, Origin } from "./origin.ts";
import { commentText, jsonEscape, writeOut } from "./visible-text.ts";

/** Connectors as calls to Kibana's API: one POSIX shell script with curl. */
export function apiCallFiles(connectors: readonly Exported[], origin: Origin): CodeFile[] {
  const chooses = isAtLeast(origin.status, "8.8");
  const calls = connectors.map((one) => call(one, chooses)).join("\n");
  const required = connectors
    .flatMap(({ secrets, configPlaceholders }) => [...configPlaceholders, ...secrets])
    .filter((one) => one.required);
  return [{ name: "connectors.sh", mimeType: "text/x-shellscript", text: `${shellHead(connectors.length, origin, required)}${calls}` }];
}

function call(connector: Exported, chooses: boolean): string {
  const { id, space } = connector;
  const inSpace = space === "default" ? "" : `/s/${encodeURIComponent(space)}`;
  // encodeURIComponent leaves ' and ! alone, and the shell must not see them.
  const path = `${inSpace}/api/actions/connector${chooses ? `/${encodeURIComponent(id).replaceAll("'", "%27").replaceAll("!", "%21")}` : ""}`;
  const notes = connector.secrets.some(({ required }) => !required)
    ? `# ${commentText(id)}: a secret with a "?" is sent if its variable is set; set it ${onlyIfStored(connector.mode)}.\n`
    : "";
  const files = connector.secrets.filter(({ file, required }) => file && !required).map(({ variable }) => variable);
  const encoded = files.length > 0 ? `# ${files.join(", ")}: ${base64OfFile}, as openssl base64 -A -in FILE makes it.\n` : "";
  return `${notes}${encoded}post '${path}' <<'JSON'\n${body(connector)}\nJSON\n`;
}

/** The request's body. Each secret has a line of its own, so that one that is not stored can be left out. */
function body({ name, type, config, secrets, constants }: Exported): string {
  const [first] = secrets;
  const fixed = Object.entries(constants).map(([field, value]) => `    ${json(field, 0)}: ${json(value, 0)}`);
  const ofSecrets = secrets.map((one) => {
    const field = json(one.path.slice("secrets.".length), 0);
    const reference = `\${${one.variable}${one.map ? ":json" : ""}${one.required ? "" : "?"}}`;
    return `    ${field}: ${one.map ? reference : `"${reference}"`}`;
  });
  const lines = [...fixed, ...ofSecrets];
  const all = first?.path === "secrets" ? `\${${first.variable}:json}` : lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
  return `{
  "name": ${json(name, 0)},
  "connector_type_id": ${json(type, 0)},
  "config": ${json(config, 2)},
  "secrets": ${all}
}`;
}

/**
 * JSON with `$` and `!` escaped in all data: `${NAME}` is always ours, and an interactive shell has no history to expand.
 * Visible ASCII only, so that no locale can break it.
 */
function json(code: Code, indent: number): string {
  if (code === null || typeof code === "boolean") return String(code);
  if (typeof code === "number") return JSON.stringify(code);
  if (typeof code === "string") return `"${jsonText(code)}"`;
  if (code instanceof Pieces)
    return `"${code.pieces.map((piece) => (typeof piece === "string" ? jsonText(piece) : `\${${piece.variable}}`)).join("")}"`;
  const inner = " ".repeat(indent + 2);
  const outer = " ".repeat(indent);
  const parts = isRecord(code)
    ? Object.entries(code).map(([key, value]) => `"${jsonText(key)}": ${json(value, indent + 2)}`)
    : code.map((item) => json(item, indent + 2));
  const [open, close] = isRecord(code) ? ["{", "}"] : ["[", "]"];
  return parts.length === 0 ? `${open}${close}` : `${open}\n${parts.map((part) => `${inner}${part}`).join(",\n")}\n${outer}${close}`;
}

function jsonText(text: string): string {
  return writeOut(JSON.stringify(text).slice(1, -1), jsonEscape).replace(/[$!\u007f-\u{10ffff}]/gu, jsonEscape);
}
