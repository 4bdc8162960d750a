import { agents } from "./agents.ts";
import { attackDiscovery, conversations, defaultModel } from "./assistants.ts";
import { caseSettings } from "./case-settings.ts";
import { synthetics, uptime } from "./default-connectors.ts";
import { featureModels, playgrounds, significantEvents } from "./model-settings.ts";
import type { Source } from "./use.ts";
import { workflows } from "./workflows.ts";

/**
 * Every way to use a connector that leaves no reference which Kibana's search of rules finds. Rules are looked up by connector,
 * cases only to explain Kibana's count of references.
 */
export const sources: readonly Source[] = [
  workflows,
  caseSettings,
  agents,
  attackDiscovery,
  defaultModel,
  conversations,
  featureModels,
  significantEvents,
  playgrounds,
  synthetics,
  uptime,
];
