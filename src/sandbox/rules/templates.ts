import mustache from "mustache";
import type { Dict } from "../types.ts";

/** Types whose text params are JSON: values are escaped to keep them JSON. */
const jsonTypes = [".webhook", ".http", ".torq", ".cases-webhook"];

/** Params with their Mustache templates rendered, as by a rule; of the types' own escaping only JSON's is done. */
export function rendered(params: Dict, variables: Dict, type: string): Dict {
  const escaped = jsonTypes.includes(type) ? asJson : asText;
  return Object(filledIn(params, variables, escaped));
}

function filledIn(value: unknown, variables: Dict, escaped: (value: unknown) => string): unknown {
  if (typeof value === "string") return value.includes("{{") ? template(value, variables, escaped) : value;
  if (Array.isArray(value)) return value.map((item) => filledIn(item, variables, escaped));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledIn(item, variables, escaped)]));
}

/** A template that cannot be parsed is replaced by its error: actions/server/lib/mustache_renderer.ts. */
function template(text: string, variables: Dict, escaped: (value: unknown) => string): string {
  try {
    // Mustache takes quadratic time on some templates.
    if (text.length > 20_000) throw new Error("the sandbox reads no template of more than 20,000 characters");
    return mustache.render(text, variables, {}, { escape: escaped });
  } catch (error) {
    return `error rendering mustache template "${text}": ${error instanceof Error ? error.message : String(error)}`;
  }
}

function asText(value: unknown): string {
  return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
}

function asJson(value: unknown): string {
  return JSON.stringify(asText(value)).slice(1, -1);
}
