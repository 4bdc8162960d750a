import { evalMath } from "./eval-math.ts";
import { formatDate } from "./format-date.ts";
import { formatNumber } from "./format-number.ts";
import { parseHjson } from "./hjson.ts";

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

/**
 * The functions as Mustache takes them.
 * @param failed hears why one could not be computed; Kibana writes that into the text
 */
export function asLambdas(failed: (why: string) => void): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(templateFunctions).map(([name, compute]) => [
      name,
      () =>
        function (this: Readonly<Record<string, unknown>>, text: string, render: (text: string) => string) {
          const filled = render(trimmed.includes(name) ? text.trim() : text);
          try {
            return compute(filled, this);
          } catch (error) {
            const why = `${name} cannot read "${filled.trim().slice(0, 60)}": ${error instanceof Error ? error.message : String(error)}`;
            failed(why);
            return why;
          }
        },
    ]),
  );
}
