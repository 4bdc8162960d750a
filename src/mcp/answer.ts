import { ToolError } from "../errors.ts";
import { plainJson } from "../plain-text.ts";
import type { Settings } from "../settings/index.ts";

/** The longest answer (reference/mcp.md §7: hosts cut longer ones or move them to a file). */
const maxCharacters = 20_000;

/** The most lists to halve: each cut searches the whole answer, which may have thousands of lists. */
const mostCuts = 40;

type Scrub = <T>(value: T) => T;

/** The result of a call, the same in both eras. */
export type ToolAnswer = {
  content: { type: "text"; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  _meta?: Record<string, unknown>;
};

/**
 * The result of a call that succeeded: structured content, and the same JSON as text.
 * @param maxText characters of one text; longer ones are cut
 */
export function answer(value: object, results: Settings["results"], scrub: Scrub, maxText?: number): ToolAnswer {
  const body = capped({ ...scrub(plainJson(value, maxText)) });
  const text = { type: "text" as const, text: JSON.stringify(body) };
  return {
    content: results === "structured" ? [] : [text],
    ...(results === "text" ? {} : { structuredContent: body }),
  };
}

/**
 * The result of a call that failed. Text only: clients check structured content against the output schema and would
 * replace the error with one of their own (reference/mcp.md §2).
 */
export function failure(error: unknown, scrub: Scrub): ToolAnswer {
  const known =
    error instanceof ToolError
      ? error
      : new ToolError(
          "internal",
          `The server failed: ${error instanceof Error ? error.message : "unknown cause"}`,
          "This is a bug in kibana-connectors-mcp: repeat the call, and report it if it persists.",
        );
  const { code, message, fix, detail } = known;
  const body = capped({ ...scrub(plainJson({ error: { code, message, fix, ...(detail ? { detail } : {}) } })) });
  return { isError: true, content: [{ type: "text", text: JSON.stringify(body) }] };
}

/** Halves the longest list until the answer fits, and says so. */
function capped(body: Record<string, unknown>): Record<string, unknown> {
  let result = body;
  const leftOut = new Map<string, number>();
  for (let cuts = 0; JSON.stringify(result).length > maxCharacters - 300; cuts++) {
    const longest = cuts < mostCuts ? longestList(result, []) : undefined;
    if (!longest || longest.list.length < 2) return tooLong(result);
    const keep = Math.floor(longest.list.length / 2);
    const name = longest.path.join(".");
    leftOut.set(name, (leftOut.get(name) ?? 0) + longest.list.length - keep);
    result = withList(result, longest.path, longest.list.slice(0, keep)) as Record<string, unknown>;
  }
  if (leftOut.size === 0) return result;
  const notes = [...leftOut].map(([name, count]) => `${count} of \`${name}\` are left out of this answer: narrow the call.`);
  return { ...result, warnings: [...(Array.isArray(result.warnings) ? result.warnings : []), ...notes] };
}

function longestList(value: unknown, path: string[]): { path: string[]; list: unknown[]; size: number } | undefined {
  if (value === null || typeof value !== "object") return undefined;
  const inner = Object.entries(value).map(([key, item]) => longestList(item, [...path, key]));
  const own = Array.isArray(value) && value.length > 1 ? { path, list: value, size: JSON.stringify(value).length } : undefined;
  return [own, ...inner].filter((found) => found !== undefined).sort((a, b) => b.size - a.size)[0];
}

function withList(value: unknown, path: string[], list: unknown[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return list;
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? withList(item, rest, list) : item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, name === key ? withList(item, rest, list) : item]));
}

/** Cuts long texts, if shortening lists is not enough. */
function tooLong(body: Record<string, unknown>): Record<string, unknown> {
  for (const most of [1000, 300, 100, 30]) {
    const shorter = plainJson(body, most);
    if (JSON.stringify(shorter).length <= maxCharacters - 300)
      return { ...shorter, warnings: [...(Array.isArray(body.warnings) ? body.warnings : []), `Texts over ${most} characters are cut.`] };
  }
  // There must be an answer: a change that was made has to be reported. Small parts stay, large ones are only named.
  const parts = Object.entries(body).map(([key, value]) => [
    key,
    JSON.stringify(value)?.length > 2000 ? `(left out: ${JSON.stringify(value).length} characters)` : value,
  ]);
  return { ...Object.fromEntries(parts), warnings: ["Parts of this answer are too long to show."] };
}
