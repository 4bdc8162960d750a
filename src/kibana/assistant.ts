import * as z from "zod";
import type { Get } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Model = z.object({ connectorId: z.string().nullish() }).nullish();
const Schedules = z.object({
  total: z.number(),
  data: listOf(
    z.object({
      id: z.string(),
      name: z.string(),
      enabled: z.boolean().default(true),
      params: z.object({ api_config: Model, apiConfig: Model }).nullish(),
      actions: z.array(z.object({ id: z.string() })).nullish(),
    }),
  ),
});
const Conversations = z.object({
  total: z.number(),
  data: listOf(z.object({ id: z.string(), title: z.string().nullish(), apiConfig: Model })),
});

/** Something of Elastic Security's assistant, with the connector to its model. */
export interface ModelUser {
  id: string;
  name: string;
  enabled: boolean;
  connector: string | undefined;
}

/** Also whom it tells what was found: connectors, by their ids. */
export interface Schedule extends ModelUser {
  tells: string[];
}

const internalSchedules = "/internal/elastic_assistant/attack_discovery/schedules/_find";

/** How many are asked for at once. */
const onAPage = 100;

export function assistantReads(get: Get) {
  return {
    /**
     * The first schedules of attack discovery. 9.4.3 counts pages from 0, others from 1: without `page` all answer the first.
     * @param internal the route that Kibana has before 9.2
     */
    async attackDiscoverySchedules(space: string, internal = false): Promise<{ total: number; schedules: Schedule[] }> {
      const body = await get(
        internal
          ? { path: internalSchedules, space, internal: true, version: "1", query: { perPage: onAPage } }
          : { path: "/api/attack_discovery/schedules/_find", space, query: { per_page: onAPage } },
      );
      const { total, data } = readAs(Schedules, body);
      return {
        total,
        schedules: data.map(({ params, actions, ...rest }) => ({
          ...rest,
          tells: [...new Set((actions ?? []).map(({ id }) => id))],
          connector: params?.api_config?.connectorId ?? params?.apiConfig?.connectorId ?? undefined,
        })),
      };
    },
    /** One page of the conversations of the key's user: nobody reads those of others. */
    async conversations(space: string, at: number): Promise<{ total: number; conversations: ModelUser[] }> {
      const path = "/api/security_ai_assistant/current_user/conversations/_find";
      const { total, data } = readAs(Conversations, await get({ path, space, largest: 32, query: { page: at, per_page: onAPage } }));
      return {
        total,
        conversations: data.map(({ id, title, apiConfig }) => ({
          id,
          name: title ?? id,
          enabled: true,
          connector: apiConfig?.connectorId ?? undefined,
        })),
      };
    },
  };
}
