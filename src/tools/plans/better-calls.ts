import type { NextCall } from "../../change/plan.ts";
import { grouped } from "../../grouped.ts";
import type { Rule } from "../../kibana/rules.ts";
import type { Attachment } from "../../rules/attach.ts";
import type { Wanted } from "../../rules/wanted.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { compact } from "../fields.ts";
import type { MeantRules } from "../rules/filtered-rules.ts";

/** Most rules that a next call names one by one where a filter names them too. */
const idsShown = 20;
/** Next calls that mend actions. */
const mostMends = 3;

/** What attach_connector was told. */
interface Asked {
  connector: string;
  rules: MeantRules;
  params?: Record<string, unknown> | undefined;
  frequency?: Wanted["frequency"];
}

/** What mends or replaces actions that stay as they are. */
export function betterCalls(args: Asked, all: readonly { rule: Rule; attachment: Attachment }[], space: string): NextCall[] {
  const mends = all.flatMap(({ rule, attachment }) =>
    attachment.refused.flatMap(({ mend }) => (mend ? [{ rule: rule.id, args: mend }] : [])),
  );
  const calls = [...grouped(mends, (one) => JSON.stringify(one.args)).values()].slice(0, mostMends).map((some): NextCall => {
    const [first] = some;
    const ids = [...new Set(some.map(({ rule }) => rule))].slice(0, idsShown);
    return {
      tool: "attach_connector",
      args: { connector: args.connector, rules: ids, ...first?.args, replace: true, space },
      why: "Mends an action in place that Kibana refuses in each run.",
    };
  });
  return [...calls, ...inTheirPlace(args, all, space)];
}

/** The same call with `replace`, for the rules that keep actions which differ from what was asked for. */
function inTheirPlace(args: Asked, all: readonly { rule: Rule; attachment: Attachment }[], space: string): NextCall[] {
  const beside = all.filter(({ attachment }) => attachment.beside);
  const ids = beside.map(({ rule }) => rule.id);
  const [summary, ...more] = new Set(beside.map(({ attachment }) => attachment.summary));
  if (ids.length === 0) return [];
  const those = ids.length > idsShown && !Array.isArray(args.rules) ? { rules: undefined, filter: args.rules } : { rules: ids };
  const why = "Replaces the connector's present action in the rule with the new one; otherwise both are sent.";
  return [
    {
      tool: "attach_connector",
      args: compact({
        ...args,
        params: undefined,
        ...those,
        replace: true,
        ...(summary !== undefined && more.length === 0 && { frequency: { ...args.frequency, summary } }),
        space,
        ...(args.params && { params: hideSecrets(args.params).config }),
      }),
      why,
    },
  ];
}
