import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { type Escape, type Fill, plainRendering } from "../catalog/shared/rendering.ts";
import { asLambdas } from "../catalog/template-functions/index.ts";
import { NotComputed } from "../catalog/template-functions/not-computed.ts";
import { isPlainObject } from "../plain-object.ts";
import { readUrl } from "../read-url.ts";
import { eachText } from "./params.ts";
import { isOfUnknownKind, mostParts } from "./sample-alert.ts";
import type { RenderTemplate } from "./template-parser.ts";

export interface Rendered {
  params: Params;
  /** What a function in a template could not read, each once. */
  failed: string[];
  /** What this server does not compute, or cannot for a made-up value: a number or date stands there. */
  unknown: string[];
  /** Templates that are too large to be filled in here, and why: they stay as they are. */
  left: ReadonlyMap<string, string>;
}

/** Most characters that the templates of one action give. */
const mostCharacters = 1_000_000;

/** An action's params as Kibana fills them in when a rule runs it. Source: actions/server/lib/mustache_renderer.ts. */
export function renderParams(
  params: Params,
  variables: Readonly<Record<string, unknown>>,
  type: ConnectorType | undefined,
  render: RenderTemplate,
): Rendered {
  const failed = new Set<string>();
  const unknown = new Set<string>();
  const left = new Map<string, string>();
  let spent = 0;
  const spend = (text: string) => {
    spent += text.length;
    if (spent > mostCharacters) throw new NotComputed(`filled in, the action has more than ${mostCharacters} characters`);
    return text;
  };
  const lambdas = asLambdas(({ name, why, about, cause }) => {
    if (!(cause instanceof NotComputed || isOfUnknownKind(about))) {
      failed.add(why);
      return why;
    }
    unknown.add(why);
    return name === "ParseHjson" ? "{}" : name === "FormatDate" ? "2026-01-02" : "42";
  });
  const view = Object.assign(withTexts(variables, spend), lambdas);
  const one = (text: string, how: Escape) => {
    if (!text.includes("{{")) return text;
    try {
      return render(text, view, escapes[how], spend);
    } catch (error) {
      if (error instanceof NotComputed) {
        left.set(text, error.message);
        return text;
      }
      const why = error instanceof Error ? error.message : String(error);
      failed.add(`is not filled in: ${why}`);
      return `error rendering mustache template "${text}": ${why}`;
    }
  };
  const fill: Fill = {
    text: (value, how) => (typeof value === "string" ? one(value, how) : value),
    all: (value) => eachText(value, (text) => one(text, "none")),
    variables,
  };
  return { params: (type?.rendering ?? plainRendering)(params, fill), failed: [...failed], unknown: [...unknown], left };
}

/** A copy in which an object is written out as JSON, a list has `asJSON`, and names with dots lead into objects. */
function withTexts(variables: Readonly<Record<string, unknown>>, spend: (text: string) => string): Record<string, unknown> {
  function nested(value: unknown): unknown {
    const plain = () => spend(JSON.stringify(value));
    if (Array.isArray(value)) {
      const list = value.map(nested);
      return Object.assign(list, { asJSON: plain, toString: () => spend(list.join(",")) });
    }
    if (!isPlainObject(value)) return value;
    const result: Record<string, unknown> = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, nested(item)]));
    for (const [key, item] of Object.entries(value)) {
      const path = key.split(".");
      if (path.length > 1 && path.length <= mostParts) putAt(result, path, nested(item));
    }
    Object.defineProperty(result, "toString", { value: plain, enumerable: false, configurable: true, writable: true });
    return result;
  }
  const copy = nested(structuredClone(variables));
  return isPlainObject(copy) ? copy : {};
}

function putAt(into: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: unknown): void {
  if (key === "__proto__") return;
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const below = Object.hasOwn(into, key) && isPlainObject(into[key]) ? into[key] : {};
  into[key] = below;
  putAt(below, rest, value);
}

const escapes: Readonly<Record<Escape, (value: unknown) => string>> = {
  none: text,
  json: (value) => JSON.stringify(text(value)).slice(1, -1),
  markdown: (value) => text(value).replace(/[\\|`*_{}[\]()#+\-.!]/g, (sign) => `\\${sign}`),
  slack,
  html: (value) => text(value).replace(/[&<>"'`=/]/g, (sign) => `&${htmlNames[sign] ?? ""};`),
};

const htmlNames: Readonly<Record<string, string>> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "#39",
  "/": "#x2F",
  "`": "#x60",
  "=": "#x3D",
};

/** Slack cannot escape its own signs: a value with one becomes code, unless it is an address. */
function slack(value: unknown): string {
  const plain = text(value);
  if (/[_*]/.test(plain) && readUrl(plain) === undefined) return `\`${plain.replaceAll("`", "'")}\``;
  return plain.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("`", "'");
}

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}
