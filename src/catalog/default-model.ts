/** Types that Kibana prefers where nothing names a model, the first before the others. */
const preferred = [".inference", ".gen-ai"];
const models = [...preferred, ".bedrock", ".gemini"];

/** What says whether a connector leads to a model. */
interface Model {
  type: string;
  /** Undefined where Kibana does not show it. */
  config?: Record<string, unknown> | undefined;
}

/** Whether Kibana may take it where nothing names a model: inference-common/src/connectors/is_supported_connector.ts. */
export function isModel({ type, config }: Model): boolean {
  return models.includes(type) && (!isEndpoint(type) || config === undefined || config.taskType === "chat_completion");
}

/** Of models in Kibana's order, the one that it takes: inference/common/utils/get_default_connector.ts. */
export function preferredModel<M extends Model>(all: readonly M[]): M | undefined {
  for (const type of preferred) {
    const found = all.find((one) => one.type === type);
    if (found) return found;
  }
  return all[0];
}

/** The one that newer versions take: endpoints of Elasticsearch come last in their list (inference/server/util/get_connector_list.ts). */
export function firstModel<M extends Model>(all: readonly M[]): M | undefined {
  return all.find(({ type }) => !isEndpoint(type)) ?? all[0];
}

function isEndpoint(type: string): boolean {
  return type === ".inference";
}
