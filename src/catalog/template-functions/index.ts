import { plainText } from "../../plain-text.ts";
import { evalMath } from "./eval-math.ts";
import { formatDate } from "./format-date.ts";
import { formatNumber } from "./format-number.ts";
import { parseHjson } from "./hjson.ts";
import { NotComputed } from "./not-computed.ts";

/** A function for templates: from the filled-in text between its tags, to what takes its place. @throws Error for what Kibana cannot read */
type TemplateFunction = (text: string, variables: Readonly<Record<string, unknown>>) => string;

/** Kibana's functions for templates: `{{#FormatDate}}…{{/FormatDate}}`. Source: actions/server/lib/mustache_lambdas.ts. */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  EvalMath: evalMath,
  ParseHjson: (text) => JSON.stringify(parseHjson(text)),
  FormatDate: formatDate,
  FormatNumber: formatNumber,
  EncodeURI: encodeURI,
  EncodeURIComponent: encodeURIComponent,
};

/** These get the text between their tags without the blanks around it. */
const trimmed: readonly string[] = ["EvalMath", "ParseHjson", "FormatDate", "FormatNumber"];

/** Most characters of a text that a function gets. */
const longest = 20_000;

/** Why a function could not be computed. */
export interface NoResult {
  name: string;
  /** As Kibana writes it into the text. */
  why: string;
  /** The filled-in text between its tags, and the error. */
  about: string;
  cause: unknown;
}

/**
 * The functions as Mustache takes them.
 * @param failed gives what takes the place of a result
 */
export function asLambdas(failed: (no: NoResult) => string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(templateFunctions).map(([name, compute]) => [
      name,
      () =>
        function (this: Readonly<Record<string, unknown>>, text: string, render: (text: string) => string) {
          const filled = render(trimmed.includes(name) ? text.trim() : text);
          if (filled.length > longest) throw new NotComputed(`${name} gets more than ${longest} characters`);
          try {
            return compute(filled, this);
          } catch (cause) {
            const said = cause instanceof Error ? cause.message : String(cause);
            const why = `${name} cannot read "${plainText(filled, 60)}": ${said}`;
            return failed({ name, why, about: `${filled} ${said}`, cause });
          }
        },
    ]),
  );
}
