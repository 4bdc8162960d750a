import { firstByName } from "./first-by-name.ts";

/** Types that Kibana prefers where nothing names a model, the first before the others. */
const preferred = [".inference", ".gen-ai"];
const models = [...preferred, ".bedrock", ".gemini"];

/** What says whether a connector leads to a model. */
interface Model {
  name: string;
  type: string;
  /** Undefined where Kibana does not show it. */
  config?: Record<string, unknown> | undefined;
}

/** Whether Kibana may take it where nothing names a model: inference-common/src/connectors/is_supported_connector.ts. */
export function isModel({ type, config }: Omit<Model, "name">): boolean {
  return models.includes(type) && (!isEndpoint({ type }) || config === undefined || config.taskType === "chat_completion");
}

/**
 * Those of all models that Kibana may take, by type: inference/common/utils/get_default_connector.ts.
 * @param byEndpoint newer versions list endpoints of Elasticsearch in place of their connectors, in an order of their own
 * (inference/server/util/get_connector_list.ts)
 */
export function preferredModels<M extends Model>(all: readonly M[], byEndpoint: boolean): M[] {
  for (const type of preferred) {
    const found = all.filter((one) => one.type === type);
    if (found.length > 0) return byEndpoint && isEndpoint({ type }) ? found : firstByName(found);
  }
  return firstByName(all);
}

/** Those that newer versions may take as the first of that list, in which endpoints come last. */
export function firstModels<M extends Model>(all: readonly M[]): M[] {
  const others = all.filter((one) => !isEndpoint(one));
  return others.length > 0 ? firstByName(others) : [...all];
}

/** Whether a connector is made with an inference endpoint of Elasticsearch. */
export function isEndpoint({ type }: { type?: string | undefined }): boolean {
  return type === ".inference";
}
