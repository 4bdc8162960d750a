import * as z from "zod";
import type { Get } from "./http.ts";
import { readAs } from "./read-as.ts";

const Rule = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean().nullish(),
  actions: z.array(z.looseObject({ id: z.string(), group: z.string().nullish() })).nullish(),
});
const Page = z.object({ total: z.number(), data: z.array(Rule) });

export interface Rule {
  id: string;
  name: string;
  enabled: boolean;
  actions: { id: string; group: string | undefined }[];
}

export interface RuleQuery {
  /** Rules that refer to this saved connector. */
  connector?: string;
  /** KQL, for what has no reference. */
  filter?: string;
  page: number;
  /** 0: only the total. page × perPage must stay within 10,000 (reference/kibana-api.md §5.2). */
  perPage: number;
}

export function ruleReads(get: Get) {
  return {
    /** One page of the rules of a space that the key may read. */
    async rules(
      space: string,
      { connector, filter, page, perPage }: RuleQuery,
      signal?: AbortSignal,
    ): Promise<{ total: number; rules: Rule[] }> {
      const body = readAs(
        Page,
        await get({
          path: "/api/alerting/rules/_find",
          space,
          query: {
            page,
            per_page: perPage,
            sort_field: "name",
            has_reference: connector === undefined ? undefined : JSON.stringify({ type: "action", id: connector }),
            filter,
          },
          ...(signal && { signal }),
        }),
      );
      return {
        total: body.total,
        rules: body.data.map((raw) => ({
          id: raw.id,
          name: raw.name,
          enabled: raw.enabled ?? false,
          actions: (raw.actions ?? []).map((action) => ({
            id: action.id,
            group: action.group ?? undefined,
          })),
        })),
      };
    },
  };
}
