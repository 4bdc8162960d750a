import { isPlainObject } from "../../plain-object.ts";
import type { Params } from "../connector-type.ts";

/** How Kibana escapes what it fills into two braces: actions/server/lib/mustache_renderer.ts. */
export type Escape = "none" | "json" | "markdown" | "slack" | "html";

/** Fills templates in as Kibana does. */
export interface Fill {
  /** One text; what is no text stays. */
  text(value: unknown, escaped: Escape): unknown;
  /** Every text within, unescaped. */
  all(value: unknown): unknown;
  /** What templates are filled in from. */
  variables: Readonly<Record<string, unknown>>;
}

/** What Kibana makes of an action's params before it runs them: `renderParameterTemplates` of a type. */
export type Rendering = (params: Params, fill: Fill) => Params;

/** Every text as it is: types without a rendering of their own. */
export const plainRendering: Rendering = (params, { all }) => Object(all(params));

/** What a type makes of a rule's params with the templates left as they are: what it drops is gone, what it sets itself is there. */
export function handedOn(rendering: Rendering, params: Params): Params {
  const asItIs: Fill = { text: (value) => value, all: (value) => value, variables: {} };
  // Without what is undefined.
  return JSON.parse(JSON.stringify(rendering(params, asItIs)));
}

/** One field filled in, and nothing beside it. */
export function only(field: string, escaped: Escape): Rendering {
  return (params, { text }) => (params[field] ? { [field]: text(params[field], escaped) } : params);
}

/** One field of `subActionParams`; all others go out as they are. */
export function inSubAction(field: string, escapeOf: (params: Params) => Escape | undefined): Rendering {
  return (params, { text }) => {
    const how = escapeOf(params);
    const sub = Object(params.subActionParams);
    return how === undefined ? params : { ...params, subActionParams: { ...sub, [field]: text(sub[field], how) } };
  };
}

/** The tag that stands for each tag of the rule. Source: opsgenie/render_template_variables.ts. */
const ruleTags = "{{rule.tags}}";

export const createAlertRendering: Rendering = (params, fill) => {
  const { tags } = Object(params.subActionParams);
  if (params.subAction !== "createAlert" || !Array.isArray(tags) || !tags.includes(ruleTags)) return plainRendering(params, fill);
  const { rule } = fill.variables;
  const own = isPlainObject(rule) && Array.isArray(rule.tags) ? rule.tags : [];
  const each = [...tags.filter((tag) => tag !== ruleTags), ...own.filter((tag) => typeof tag === "string")];
  return plainRendering({ ...params, subActionParams: { ...Object(params.subActionParams), tags: each } }, fill);
};

/** The severity that a security rule has, where the action asks for that. Source: {xsoar,thehive}/render.ts. */
export function severityOfRule(other: number): Rendering {
  const numbers = ["", "low", "medium", "high", "critical"];
  return (params, { all, text }) => {
    const sub = Object(params.subActionParams);
    const severity = numbers.indexOf(String(text("{{context.rule.severity}}", "json")));
    return {
      ...params,
      subActionParams: { ...Object(all(sub)), severity: sub.isRuleSeverity === true ? (severity > 0 ? severity : other) : sub.severity },
    };
  };
}
