import type { Params } from "../catalog/connector-type.ts";
import { isPlainObject, ownValue } from "../plain-object.ts";

/** Params with others over them: objects key by key, everything else as a whole; null takes away what is there. */
export function laidOver(below: Params, above: Params): Params {
  const merged = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = ownValue(below, key);
    if (value === null) delete merged[key];
    else merged[key] = isPlainObject(value) && isPlainObject(under) ? laidOver(under, value) : value;
  }
  return merged;
}

/** Whether a value holds everything that another one says, so that nothing changes when that is laid over it. */
export function contains(value: unknown, part: unknown): boolean {
  if (Array.isArray(value) && Array.isArray(part)) {
    return value.length === part.length && part.every((item, index) => contains(value[index], item));
  }
  if (isPlainObject(value) && isPlainObject(part)) return Object.entries(part).every(([key, item]) => contains(ownValue(value, key), item));
  return value === part || (part === null && value === undefined);
}

/** Params with a value at a path, which may lead where nothing is yet. */
export function withValueAt(value: Params, [key = "", ...rest]: readonly string[], item: unknown): Params {
  const below = value[key];
  const inner = below !== null && typeof below === "object" && !Array.isArray(below) ? { ...below } : {};
  return { ...value, [key]: rest.length === 0 ? item : withValueAt(inner, rest, item) };
}

/** Params without what is at a path. */
export function withoutPath(params: Params, [key = "", ...rest]: readonly string[]): Params {
  const { [key]: below, ...others } = params;
  return rest.length > 0 && isPlainObject(below) ? { ...others, [key]: withoutPath(below, rest) } : rest.length > 0 ? params : others;
}

/** A value with every text in it changed, at any depth; keys stay. */
export function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => eachText(item, change));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, eachText(item, change)]));
}
