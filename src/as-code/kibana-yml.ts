import { isAtLeast, type Status } from "../kibana/status.ts";
import { base64OfFile, type Code, isRecord, onlyIfStored, Pieces, type Placeholder } from "./code.ts";
import type { Exported } from "./exported.ts";
import { settingsAround } from "./kibana-yml-settings.ts";
import type { CodeFile, Origin } from "./origin.ts";
import { codePointEscape, commentText, writeOut } from "./visible-text.ts";

/*
 * How Kibana reads the file: kbn-config, src/raw/{read_config,utils}.ts. Keys are split at their dots, unless they are in
 * brackets (8.14 and later); `${NAME}` and, from 8.15 on, `${NAME:default}` in a value are replaced from the environment,
 * once, and an unknown name stops the start; `set` makes a list if a key is a number.
 */

/** Never set, so that its default applies: `${${NOT_A_VARIABLE:name}}` is the text `${name}`. */
const unset = "NOT_A_VARIABLE";
/** Before 8.15 there are no defaults: a variable that is set to `$`. */
const dollar = "CONNECTOR_DOLLAR_SIGN";

/** Why kibana.yml cannot hold a connector; undefined when it can. */
export function notForKibanaYml({ id, config }: { id: string; config: unknown }, status: Status): string | undefined {
  const keys = [id, ...keysOf(config, true)];
  const shown = (key: string) => `"${commentText(key)}"`;
  const reserved = keys.find((key) => ["", "__proto__", "constructor", "prototype"].includes(key));
  if (reserved !== undefined) return `kibana.yml does not accept the key ${shown(reserved)}`;
  const brackets = isAtLeast(status, "8.14");
  const cut = brackets ? undefined : keys.find((key) => /[.[\]]/.test(key));
  if (cut !== undefined)
    return `Kibana ${status.version} splits the key ${shown(cut)} of kibana.yml into pieces (8.14 and later can avoid it)`;
  const number = (brackets ? [id, ...keysOf(config, false)] : keys).find((key) => /^(0|[1-9]\d*)$/.test(key));
  if (number !== undefined) return `Kibana reads the key ${shown(number)} of kibana.yml as a list index`;
  return undefined;
}

function keysOf(value: unknown, inLists: boolean): string[] {
  if (Array.isArray(value)) return inLists ? value.flatMap((item) => keysOf(item, inLists)) : [];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...keysOf(item, inLists)]);
}

/** `xpack.actions.preconfigured`, with related settings to decide on as comments. `seen`: how many connectors were looked at. */
export async function kibanaYmlFiles(connectors: readonly Exported[], origin: Origin, seen: number): Promise<CodeFile[]> {
  const { Document, isScalar, Scalar, visit } = await import("./yaml.ts");
  const literal = neutral(origin.status);
  const entries = connectors.map((one) => [fileKey(one.id), entryOf(one, literal.text)] as const);
  const document = new Document({ "xpack.actions.preconfigured": Object.fromEntries(entries) }, { aliasDuplicateObjects: false });
  const comments = new Map(connectors.map((one) => [fileKey(one.id), optionalSecrets(one)]));
  visit(document, {
    Pair(_key, { key }, path) {
      if (!isScalar(key)) return;
      if (!/^[A-Za-z_][\w-]*$|^xpack\.actions\.preconfigured$/.test(String(key.value))) key.type = Scalar.QUOTE_DOUBLE;
      // An entry's path: document, its map, the setting's pair, its map.
      const comment = path.length === 4 ? comments.get(String(key.value)) : undefined;
      if (comment !== undefined && comment !== "") key.commentBefore = comment;
    },
    Scalar(at, node) {
      if (at !== "key" && typeof node.value === "string") node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const body = connectors.length === 0 ? "" : document.toString({ lineWidth: 0 });
  const safe = body
    .split("\n")
    .map((line) => writeOut(line, codePointEscape))
    .join("\n");
  const text = `${head(connectors, origin, literal.note())}${safe}\n${settingsAround(connectors, seen)}`;
  return [{ name: "kibana.yml", mimeType: "application/yaml", text }];
}

function head(connectors: readonly Exported[], { from, by }: Origin, literals: string | undefined): string {
  const placeholders = connectors.flatMap(({ id, secrets, configPlaceholders }) =>
    [...configPlaceholders, ...secrets.filter(({ required }) => required)].map((one) => ({ id, ...one })),
  );
  const variables = placeholders
    .map(
      ({ id, path, variable, is, file }) => `#   ${variable}  for ${commentText(id)}: ${commentText(path)}, ${file ? base64OfFile : is}\n`,
    )
    .join("");
  return `# ${connectors.length} connector${connectors.length === 1 ? "" : "s"} of ${commentText(from)} as preconfigured connectors, written by ${by}.
# For a self-managed Kibana: Elastic Cloud and Serverless do not accept these settings. The connectors appear in every space, and
# only this file changes them. A saved connector with the same id is hidden by the one here: delete it once rules run with this one.
${
  variables === ""
    ? ""
    : `#
# Secrets are not in this file. Kibana does not start until these variables are in its environment:
${variables}# Or delete such a line and put the value into the keystore of every Kibana:
#   bin/kibana-keystore add xpack.actions.preconfigured.<id>.<path as above>
`
}${literals === undefined ? "" : `# ${literals}\n`}
`;
}

type Escape = (text: string) => string;

/** Escapes texts so that Kibana's replacement of variables leaves them unchanged. */
function neutral(status: Status): { text: Escape; note(): string | undefined } {
  const defaults = isAtLeast(status, "8.15");
  let used = false;
  return {
    note() {
      if (!used) return undefined;
      return defaults
        ? `${unset} is not a variable: its default writes a text with \${} that must not be replaced. Do not set it.`
        : `Set ${dollar} to $ as well: it writes a text with \${} that must not be replaced.`;
    },
    text: (text) =>
      defaults
        ? text.replace(/\$\{(\w+)(?=(:\w+)?\})/g, (_whole, name: string) => {
            used = true;
            return `\${\${${unset}:${name}}`;
          })
        : text.replace(/\$(?=\{\w+\})/g, () => {
            used = true;
            return `\${${dollar}}`;
          }),
  };
}

function entryOf({ name, type, config, secrets, constants }: Exported, text: Escape): Record<string, unknown> {
  const given = [
    ...Object.entries(constants).map(([field, value]) => [fileKey(field), text(value)]),
    ...secrets.filter(({ required, map }) => required && !map).map((one) => [fileKey(fieldOf(one)), `\${${one.variable}}`]),
  ];
  return {
    name: text(name),
    actionTypeId: text(type),
    ...(Object.keys(config).length > 0 && { config: plain(config, text) }),
    ...(given.length > 0 && { secrets: Object.fromEntries(given) }),
  };
}

/** Lines for secrets that may be stored: Kibana does not say. */
function optionalSecrets({ secrets, mode }: Exported): string {
  const others = secrets.filter(({ required, map }) => !required || map);
  if (others.length === 0) return "";
  const lines = others.map((one) =>
    one.path === "secrets"
      ? " secrets of a type that is unknown here"
      : ` ${commentText(fieldOf(one))}: ${one.map ? `{ name: "\${${one.variable}}" }` : `"\${${one.variable}}"`}${one.file ? `  # ${base64OfFile}` : ""}`,
  );
  return ` Under secrets, ${onlyIfStored(mode)}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function fieldOf({ path }: Placeholder): string {
  return path.slice("secrets.".length);
}

function plain(code: Code, text: Escape): unknown {
  if (typeof code === "string") return text(code);
  if (code instanceof Pieces)
    return code.pieces.map((piece) => (typeof piece === "string" ? text(piece) : `\${${piece.variable}}`)).join("");
  if (Array.isArray(code)) return code.map((item) => plain(item, text));
  if (isRecord(code)) return Object.fromEntries(Object.entries(code).map(([key, item]) => [fileKey(key), plain(item, text)]));
  return code;
}

/** In brackets if Kibana would otherwise split the key at its dots. */
function fileKey(key: string): string {
  return key.includes(".") || isBracketed(key) ? `[${key}]` : key;
}

function isBracketed(key: string): boolean {
  return key.startsWith("[") && key.endsWith("]");
}
