import { objectIn } from "../json-depth.ts";

/** One value in JSON. */
interface Leaf {
  /** The keys that lead to it; the places in lists are left out. */
  path: readonly string[];
  /** A text as it is; anything else as JSON, numbers as they are written. */
  text: string;
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Every value in a JSON text, also under a key that comes twice, of which JSON.parse keeps only the last. In linear time.
 * @param reads whether a text under this key is looked into where it is JSON itself
 */
export function jsonLeaves(json: string, path: readonly string[], reads: (key: string) => boolean): Leaf[] {
  const leaves: Leaf[] = [];
  const open: (readonly string[])[] = [];
  const tokens = json.match(token) ?? [];
  let at = path;
  for (const [n, one] of tokens.entries()) {
    const within = open.at(-1) ?? path;
    if (one === "{" || one === "[") open.push(at);
    else if (one === ",") at = within;
    else if (one === "}" || one === "]") {
      open.pop();
      const before = tokens[n - 1] ?? "";
      if (before === "{" || before === "[") leaves.push({ path: within, text: before + one });
    } else if (one !== ":") {
      if (tokens[n + 1] === ":") at = [...within, JSON.parse(one)];
      else if (one.startsWith('"')) leaves.push(...leavesOfText(JSON.parse(one), at, reads));
      else leaves.push({ path: at, text: one });
    }
  }
  return leaves;
}

function leavesOfText(text: string, path: readonly string[], reads: (key: string) => boolean): Leaf[] {
  return objectIn(text) !== undefined && reads(path.at(-1) ?? "") ? jsonLeaves(text, path, reads) : [{ path, text }];
}

/** Every text in a value, its keys and numbers too, and in each that is JSON itself the texts of it. */
export function textsWithin(value: unknown): Set<string> {
  const texts = new Set<string>();
  const look = (one: unknown): void => {
    if (one !== null && typeof one === "object") {
      for (const [key, item] of Object.entries(one)) {
        if (!Array.isArray(one)) texts.add(key);
        look(item);
      }
    } else if (typeof one === "number") texts.add(String(one));
    if (typeof one !== "string") return;
    texts.add(one);
    for (const { path, text } of leavesOfText(one, [], () => true)) for (const part of [...path, text]) texts.add(part);
  };
  look(value);
  return texts;
}
