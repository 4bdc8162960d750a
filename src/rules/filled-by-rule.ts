import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { type JudgedParams, judgedParams } from "../catalog/refused-params.ts";
import { type Escape, type Fill, plainRendering } from "../catalog/shared/rendering.ts";
import type { Rule } from "../kibana/rules.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";
import { textsIn } from "./check-templates.ts";
import { goesOutAsItIs, sentAsTheyAre } from "./filled-in.ts";
import { eachText } from "./params.ts";

/** What templates take from a rule whatever its alerts are. */
export type RuleValues = Pick<Rule, "id" | "name" | "tags" | "params" | "rule_type_id">;

/**
 * What Kibana refuses of an action's params once they are filled in, and what only an alert decides.
 * @param rule undefined where none runs them
 * @param mayKnowMore whether this Kibana may know more fields than the catalogue
 */
export function judgedByRule(type: ConnectorType, params: Params, rule: RuleValues | undefined, mayKnowMore: boolean): JudgedParams {
  const filled = rule ? filledByRule(type, params, rule) : params;
  const { refused, undecided } = judgedParams(type, filled, mayKnowMore);
  const asTheyAre = undecided.length > 0 ? sentAsTheyAre(type, params) : [];
  const raw = undecided.filter(({ path }) => asTheyAre.includes(path)).map(({ path }) => ({ path, problem: goesOutAsItIs(type) }));
  const at = (of: Params, path: string) => valueAt({ params: of }, path.split("."));
  const problems = [...(refused?.problems ?? []), ...raw].map(({ path, problem }) => {
    const [given, now] = [at(params, path), at(filled, path)];
    return { path, problem: typeof given === "string" && now !== undefined && given !== now ? `once filled in, ${problem}` : problem };
  });
  return {
    refused:
      problems.length > 0
        ? { problems, unknown: refused?.unknown ?? [], surely: refused?.surely || (raw.length > 0 && !type.fromKibana) }
        : undefined,
    undecided: undecided
      .filter(({ path }) => !asTheyAre.includes(path))
      .map(({ path, problem }) => ({ path, problem: `once filled in, ${problem}` })),
  };
}

const tag = /\{\{(?:&|\{)?\s*((?:rule|params)\.[\w.]+|tags|alertId|alertName)\s*\}?\}\}/g;

/** The params as Kibana fills them in, with what the rule alone decides: where an alert has a say, the template stays. */
function filledByRule(type: ConnectorType, params: Params, rule: RuleValues): Params {
  if (!textsIn(params, "params").some(([, text]) => text.search(tag) >= 0)) return params;
  const one = (text: string, how: Escape): string => {
    let isKnown = true;
    const filled = text.replace(tag, (_all, name: string) => {
      const value = ofRule(name, rule);
      // What may be escaped is known only where nothing is.
      if (value === undefined || value.includes("{{") || (how !== "none" && /[^A-Za-z0-9 ,]/.test(value))) isKnown = false;
      return value ?? "";
    });
    return isKnown && !filled.includes("{{") ? filled : text;
  };
  const fill: Fill = {
    text: (value, how) => (typeof value === "string" ? one(value, how) : value),
    all: (value) => eachText(value, (text) => one(text, "none")),
    variables: { rule: { tags: rule.tags } },
  };
  return JSON.parse(JSON.stringify((type.rendering ?? plainRendering)(params, fill)));
}

function ofRule(name: string, { id, name: title, tags, params, rule_type_id }: RuleValues): string | undefined {
  const view = { rule: { id, name: title, tags, params, type: rule_type_id }, ...{ tags, params, alertId: id, alertName: title } };
  const value = valueAt(view, name.split("."));
  if (Array.isArray(value)) return value.some((each) => Array.isArray(each) || isPlainObject(each)) ? undefined : value.join(",");
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}
