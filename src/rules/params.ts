import type { Params } from "../catalog/connector-type.ts";

/** Params with others over them: objects key by key, everything else as a whole. */
export function laidOver(below: Params, above: Params): Params {
  const merged = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = below[key];
    merged[key] = isObject(value) && isObject(under) ? laidOver(under, value) : value;
  }
  return merged;
}

/** Whether a value holds everything that another one says. */
export function contains(value: unknown, part: unknown): boolean {
  if (Array.isArray(value) && Array.isArray(part)) {
    return value.length === part.length && part.every((item, index) => contains(value[index], item));
  }
  if (isObject(value) && isObject(part)) return Object.entries(part).every(([key, item]) => contains(value[key], item));
  return value === part;
}

function isObject(value: unknown): value is Params {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
