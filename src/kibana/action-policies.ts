import * as z from "zod";
import { KibanaError } from "./errors.ts";
import type { Get } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Policy = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean().default(true),
  destinations: z.array(z.object({ type: z.string(), id: z.string() })).default([]),
});
const Page = z.object({ total: z.number(), items: listOf(Policy) });
/** Without a `statusCode`: alerting_v2/server/routes/base_alerting_route.ts. */
const Refusal = z.object({ code: z.string().nullish(), statusCode: z.number().nullish(), message: z.string().default("Forbidden") });

export interface ActionPolicy {
  id: string;
  name: string;
  enabled: boolean;
  /** The ids of the workflows that it starts. */
  workflows: string[];
}

/** The most that Kibana takes. */
const onAPage = 100;

export function actionPolicyReads(get: Get) {
  return {
    /**
     * One page of the action policies of a space; undefined where the new alerting is switched off.
     * @throws ToolError forbidden
     */
    async actionPolicies(space: string, at: number): Promise<{ total: number; policies: ActionPolicy[] } | undefined> {
      const query = { page: at, per_page: onAPage };
      const body = await get({ path: "/api/alerting/v2/action_policies", space, query, tolerate: [403, 503] });
      const refused = Refusal.safeParse(body).data;
      if (refused?.code === "ALERTING_DISABLED") return undefined;
      if (refused?.code != null || refused?.statusCode != null) {
        const forbidden = refused.code === "FORBIDDEN" || refused.statusCode === 403;
        throw new KibanaError(
          forbidden ? "forbidden" : "kibana_error",
          forbidden ? "The credentials may not read action policies." : "Kibana failed to list action policies.",
          forbidden ? "It needs read access to the action policies of the new alerting. Ask whoever made the key." : "Repeat the call.",
          { applied: "no", status: forbidden ? 403 : 503 },
        );
      }
      const { total, items } = readAs(Page, body);
      return {
        total,
        policies: items.map(({ destinations, ...rest }) => ({
          ...rest,
          workflows: destinations.filter(({ type }) => type === "workflow").map(({ id }) => id),
        })),
      };
    },
  };
}
