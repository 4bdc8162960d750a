import { valueAt } from "../../plain-object.ts";
import type { Dict } from "../types.ts";

/** The part of Liquid that workflows use most: `{{ path }}`, `{{ path | json }}`, and `${{ path }}` for a value that is no text. */
const whole = /^\$\{\{([^{}]*)\}\}$/;
const inText = /\$?\{\{([^{}]*)\}\}/g;

/** A step's `with`, or one text of it, with its templates filled in from the context of the run. */
export function filled(value: unknown, context: Dict): unknown {
  if (typeof value === "string") {
    const [, expression] = whole.exec(value.trim()) ?? [];
    return expression === undefined ? filledText(value, context) : valueIn(expression, context);
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, context));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, context)]));
}

export function filledText(text: string, context: Dict): string {
  return text.replaceAll(inText, (_all, expression: string) => {
    const value = valueIn(expression, context);
    return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
  });
}

/** Filters but `json` are passed over. */
function valueIn(expression: string, context: Dict): unknown {
  const [path = "", ...filters] = expression.split("|").map((part) => part.trim());
  const value = valueAt(context, path.replaceAll(/\[(?:"([^"]*)"|'([^']*)'|(\d+))\]/g, ".$1$2$3").split("."));
  return filters.includes("json") ? JSON.stringify(value) : value;
}
