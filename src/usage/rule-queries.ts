import { isEndpoint } from "../catalog/default-model.ts";
import type { Rule } from "../kibana/rules.ts";
import { isAtLeast } from "../kibana/status.ts";
import { rulePages } from "../rules/rule-pages.ts";
import { endpointsInQueries } from "./inference-endpoints.ts";
import { namesEndpoint } from "./named.ts";
import type { Found, Source } from "./use.ts";
import { wholeList } from "./whole-list.ts";

const how = "its query";

/** What frees a connector of such a rule. */
export const freeQuery = "In Kibana, edit the rule: name another inference endpoint in its query, or take out what calls it.";

/** Types whose rules have a query in ES|QL or in Elasticsearch's Query DSL: others have one in KQL, which calls no model. */
const types = [
  ".es-query",
  "siem.esqlRule",
  "siem.queryRule",
  "siem.savedQueryRule",
  "siem.eqlRule",
  "siem.thresholdRule",
  "siem.indicatorRule",
  "siem.newTermsRule",
  "observability.rules.custom_threshold",
];
const withQueries = `alert.attributes.alertTypeId: (${types.map((type) => `"${type}"`).join(" or ")})`;
/** Params that hold queries: others are words, as a guide that quotes one. */
const holdsQuery = /quer|filter|search/i;

function callsIn({ id, name, enabled }: Pick<Rule, "id" | "name" | "enabled">, queries: unknown, space: string) {
  const use = { kind: "rule" as const, id, name, space, enabled, how, can_be_moved: false, why_not: namesEndpoint };
  return endpointsInQueries(queries, how).map((call) => ({ use, call }));
}

/** Rules whose query calls an inference endpoint, as ES|QL's COMPLETION does: Kibana keeps no reference to its connector. */
export const ruleQueries: Source = {
  what: "rules whose query may call an inference endpoint",
  canHold: isEndpoint,
  async look(reader, space): Promise<Found> {
    const endpoints: NonNullable<Found["endpoints"]> = [];
    for await (const { rules } of rulePages(reader, space, { filter: withQueries })) {
      for (const rule of rules) {
        const queries = Object.entries(rule.params).filter(([key]) => holdsQuery.test(key));
        endpoints.push(...callsIn(rule, Object.fromEntries(queries), space));
      }
    }
    return { holders: [], unseen: [], endpoints };
  },
};

/** The same of rules of the new alerting. */
export const newRuleQueries: Source = {
  what: "rules of the new alerting",
  mayBeAbsent: true,
  canHold: (where) => isEndpoint(where) && isAtLeast(where.status, "9.5"),
  async look(reader, space): Promise<Found> {
    const { items, total, complete } = await wholeList(async (at) => {
      const page = await reader.v2Rules(space, at);
      return page && { total: page.total, items: page.rules };
    });
    const why = `Kibana lists ${items.size} of ${total}.`;
    return {
      holders: [],
      unseen: complete ? [] : [{ what: newRuleQueries.what, why, permanent: false, whole: false }],
      endpoints: [...items.values()].flatMap((rule) => callsIn(rule, rule.queries, space)),
    };
  },
};
