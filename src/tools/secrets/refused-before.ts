import { ToolError } from "../../errors.ts";
import { ways } from "../../secrets/resolve.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";

/** Arguments that name something there is already: nothing is written of them. */
const naming = new Set(["id", "ids", "connector", "from", "to", "rule", "rules", "filter", "groups", "change", "space", "type"]);

/** What a call fails with that brings a value elsewhere which this caller was refused as a secret in plain text; never with the value in it. */
export function refusedBefore(tool: string, args: Record<string, unknown>, source: SecretSource): ToolError | undefined {
  const { refused } = source;
  if (!refused) return undefined;
  const written = writtenBy(tool, args);
  const [path] = written.find(([, value]) => readings(value).some((text) => refused.isIn(text))) ?? [];
  if (path === undefined) return undefined;
  return new ToolError(
    "literal_secret_refused",
    `${path} holds a value that was refused as a secret before: elsewhere it would be readable.`,
    `Leave it out there; its place is a field of \`secrets\`. ${ways(source)} If it is no secret, a person can enter it in Kibana.`,
    { path },
  );
}

/** The arguments of a call that are written, or sent, where they are no secret; of secrets the keys. */
export function writtenBy(tool: string, { secrets, ...args }: Record<string, unknown>): [name: string, value: unknown][] {
  // A new connector's id is given, and everybody reads it.
  const isNew = (name: string) => name === "id" && tool === "create_connector";
  const written = Object.entries(args).filter(([name, value]) => value !== undefined && (isNew(name) || !naming.has(name)));
  return [...written, ["secrets", keysIn(secrets)]];
}

/** Names of headers are readable, too. */
function keysIn(value: unknown): string[] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...keysIn(item)]);
}

/** A value as JSON, as it is given, and as templates in it may turn out where they or their sections are empty. */
export function readings(value: unknown): string[] {
  const given = JSON.stringify(value);
  if (!given.includes("{{")) return [given];
  const without = (empty: string) =>
    JSON.stringify(value, (_key, item: unknown) => (typeof item === "string" ? withoutTags(item, empty) : item));
  return [given, ...["", "#", "^", "#^"].map(without)];
}

/** A Mustache template without its tags, and without what is in sections of the kinds that are empty. */
function withoutTags(text: string, empty: string): string {
  let [shown, at, open, close] = ["", 0, "{{", "}}"];
  /** Whether each open section is empty, and how many are. */
  const sections: boolean[] = [];
  let hiding = 0;
  const show = (part: string) => {
    if (hiding === 0) shown += part;
  };
  for (let from = text.indexOf(open); from >= 0; from = text.indexOf(open, at)) {
    const to = text.indexOf(close, from + open.length);
    if (to < 0) break;
    show(text.slice(at, from));
    const tag = text.slice(from + open.length, to);
    at = to + close.length;
    if (tag.startsWith("{") && text[at] === "}") at++;
    if (/^[#^]/.test(tag)) {
      const isEmpty = empty.includes(tag.slice(0, 1));
      sections.push(isEmpty);
      if (isEmpty) hiding++;
    } else if (tag.startsWith("/")) {
      if (sections.pop()) hiding--;
    }
    // `{{=<% %>=}}`
    else [, open = open, close = close] = /^=\s*(\S+)\s+(\S+?)\s*=$/.exec(tag) ?? [];
  }
  show(text.slice(at));
  return shown;
}
