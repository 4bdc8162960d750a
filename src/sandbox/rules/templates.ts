import mustache from "mustache";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import { type Escape, plainRendering } from "../../catalog/shared/rendering.ts";
import { asLambdas } from "../../catalog/template-functions/index.ts";
import { readUrl } from "../../read-url.ts";
import type { Dict } from "../types.ts";

/** Params with their Mustache templates rendered, as by a rule: actions/server/lib/mustache_renderer.ts. */
export function rendered(params: Dict, variables: Dict, type: ConnectorType | undefined): Dict {
  const view: Dict = Object.assign(
    Object(withToString(JSON.parse(JSON.stringify(variables)))),
    asLambdas(({ why }) => why),
  );
  const text = (value: unknown, how: Escape) =>
    typeof value === "string" && value.includes("{{") ? template(value, view, escaping[how]) : value;
  const all = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(all);
    if (value === null || typeof value !== "object") return text(value, "none");
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, all(item)]));
  };
  return (type?.rendering ?? plainRendering)(params, { text, all, variables });
}

/** A template that cannot be parsed is replaced by its error. */
function template(text: string, view: Dict, escaped: (value: unknown) => string): string {
  try {
    // Mustache takes quadratic time on some templates.
    if (text.length > 20_000) throw new Error("the sandbox reads no template of more than 20,000 characters");
    return mustache.render(text, view, {}, { escape: escaped });
  } catch (error) {
    return `error rendering mustache template "${text}": ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Objects become JSON where they are written out; lists offer that as `asJSON`. */
function withToString(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const json = JSON.stringify(value);
  for (const [key, item] of Object.entries(value)) {
    const inner = withToString(item);
    Reflect.set(value, key, inner);
    const [first = "", ...rest] = key.split(".");
    if (rest.length > 0 && !Array.isArray(value)) Reflect.set(value, first, withDotted(Reflect.get(value, first), rest, inner));
  }
  Object.defineProperty(value, Array.isArray(value) ? "asJSON" : "toString", { value: () => json });
  return value;
}

function withDotted(into: unknown, [key = "", ...rest]: string[], value: unknown): unknown {
  const object = into !== null && typeof into === "object" ? into : {};
  Reflect.set(object, key, rest.length === 0 ? value : withDotted(Reflect.get(object, key), rest, value));
  return object;
}

const escaping: Readonly<Record<Escape, (value: unknown) => string>> = {
  none: asText,
  json: (value) => JSON.stringify(asText(value)).slice(1, -1),
  markdown: (value) => asText(value).replace(/[-\\|`*_{}[\]()#+.!]/g, "\\$&"),
  slack: (value) => {
    const words = asText(value).replace(/`/g, "'");
    const marked = words.includes("_") || words.includes("*");
    if (marked && readUrl(asText(value)) === undefined) return `\`${words}\``;
    return words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  },
  html: mustache.escape,
};

function asText(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}
