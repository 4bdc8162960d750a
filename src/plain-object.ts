/** Whether a value is an object with keys: not null, not an array. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * JSON in which the order of keys does not count.
 * @param leaf the text of a value that is no JSON; undefined for all others
 */
export function canonicalJson(value: unknown, leaf: (value: unknown) => string | undefined = () => undefined): string {
  const own = leaf(value);
  if (own !== undefined) return own;
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, leaf)).join(",")}]`;
  if (!isPlainObject(value)) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const parts = entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item, leaf)}`);
  return `{${parts.join(",")}}`;
}

/** The value under a key of its own: what every object inherits (`constructor`) is no part of what was read. */
export function ownValue(object: Readonly<Record<string, unknown>> | undefined, key: string): unknown {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** What is at a path in an object; undefined where it ends before. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at !== null && typeof at === "object" ? Reflect.get(at, key) : undefined), value);
}

/** Every value in JSON that has none within, with the keys that lead to it. */
export function leaves(value: unknown, path: string[] = []): [path: string[], value: unknown][] {
  if (value === null || typeof value !== "object") return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}
