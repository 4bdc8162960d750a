import * as z from "zod";
import type { Get } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Advanced = z.object({ settings: z.record(z.string(), z.object({ userValue: z.unknown() })) });
const Features = z.object({
  invalidEndpoints: z.array(z.string()).nullish(),
  data: z.object({ features: listOf(z.object({ feature_id: z.string(), endpoints: z.array(z.object({ id: z.string() })).nullish() })) }),
});
const Id = z.string().nullish();
const SignificantEvents = z.object({
  connectorIdKnowledgeIndicatorExtraction: Id,
  connectorIdRuleGeneration: Id,
  connectorIdDiscovery: Id,
});
const Playgrounds = z.object({ _meta: z.object({ total: z.number() }), items: listOf(z.object({ id: z.string(), name: z.string() })) });
const Playground = z.object({ data: z.object({ summarizationModel: z.object({ connectorId: z.string() }).nullish() }) });
const Leads = z.object({ isEnabled: z.boolean(), connectorId: Id });
const Defaults = z.object({ defaultConnectors: z.array(z.string()).nullish() });

/** What the advanced settings of a space say of AI connectors. */
export interface ModelChoice {
  /** The one that is used where none is named. */
  id: string | undefined;
  /** No other is used. */
  only: boolean;
  /** What other settings hold whose key says that it is a connector. */
  others: { key: string; id: string }[];
}

const defaultKey = "genAiSettings:defaultAIConnector";
const isOther = /connector(?:[-_]?id)?$/i;

/** Settings of a space that name connectors. */
export function featureSettingReads(get: Get) {
  return {
    /** The connector to the language model that is used where none is named, undefined for none, and whether no other is. */
    async chosenModels(space: string): Promise<ModelChoice> {
      const { settings } = readAs(Advanced, await get({ path: "/internal/kibana/settings", space, internal: true }));
      const named = Object.entries(settings).flatMap(([key, { userValue: id }]) =>
        isOther.test(key) && typeof id === "string" && id !== "" && id !== "NO_DEFAULT_CONNECTOR" ? [{ key, id }] : [],
      );
      return {
        id: named.find(({ key }) => key === defaultKey)?.id,
        only: settings[`${defaultKey}Only`]?.userValue === true,
        others: named.filter(({ key }) => key !== defaultKey),
      };
    },
    /**
     * By feature, what its model settings name: ids of connectors or of inference endpoints (search_inference_endpoints, inference_settings.ts).
     * @returns `gone`: those that newer versions know to be neither
     */
    async featureModels(space: string): Promise<{ features: { feature: string; ids: string[] }[]; gone: string[] }> {
      const path = "/internal/search_inference_endpoints/settings";
      const { data, invalidEndpoints } = readAs(Features, await get({ path, space, internal: true, version: "1" }));
      const features = data.features.map(({ feature_id: feature, endpoints }) => ({ feature, ids: (endpoints ?? []).map(({ id }) => id) }));
      return { features, gone: invalidEndpoints ?? [] };
    },
    /** The connectors that Streams uses for significant events. */
    async significantEventModels(space: string): Promise<string[]> {
      const path = "/internal/streams/_significant_events/settings";
      const models = readAs(SignificantEvents, await get({ path, space, internal: true }));
      return [...new Set(Object.values(models).flatMap((id) => (id ? [id] : [])))];
    },
    /** The connector with which Elastic Security looks for leads on a schedule, undefined where it does not. */
    async leadModel(space: string): Promise<string | undefined> {
      const path = "/internal/entity_analytics/leads/status";
      const { isEnabled, connectorId } = readAs(Leads, await get({ path, space, internal: true, version: "1" }));
      return (isEnabled && connectorId) || undefined;
    },
    /** One page of the saved playgrounds. */
    async playgrounds(space: string, at: number): Promise<{ total: number; items: { id: string; name: string }[] }> {
      const path = "/internal/search_playground/playgrounds";
      const body = await get({ path, space, internal: true, version: "1", query: { page: at, size: 100 } });
      const { _meta: meta, items } = readAs(Playgrounds, body);
      return { total: meta.total, items };
    },
    /** The connector to the model of a saved playground, which its list does not show. */
    async playgroundModel(space: string, id: string): Promise<string | undefined> {
      const path = `/internal/search_playground/playgrounds/${encodeURIComponent(id)}`;
      return readAs(Playground, await get({ path, space, internal: true, version: "1" })).data.summarizationModel?.connectorId;
    },
    /**
     * The connectors through which the default rules of Synthetics or Uptime notify.
     * @param internal the route that older versions have for Synthetics
     */
    async defaultConnectors(space: string, of: "synthetics" | "uptime", internal = false): Promise<string[]> {
      const path = `/${internal ? "internal" : "api"}/${of}/settings`;
      return readAs(Defaults, await get({ path, space, internal })).defaultConnectors ?? [];
    },
  };
}
