import { agents } from "./agents.ts";
import { assistantActions } from "./assistant-actions.ts";
import { attackDiscovery, conversations, defaultModel } from "./assistants.ts";
import { caseSettings } from "./case-settings.ts";
import { caseTemplates } from "./case-templates.ts";
import { synthetics, uptime } from "./default-connectors.ts";
import { migrations } from "./migrations.ts";
import { featureModels, leadGeneration, playgrounds, significantEvents } from "./model-settings.ts";
import { newRuleQueries, ruleQueries } from "./rule-queries.ts";
import type { Source } from "./use.ts";
import { workflows } from "./workflows.ts";

/** The ways to use a connector that are no action of a rule. Cases are read only to explain Kibana's count of references. */
export const besidesRules: readonly Source[] = [
  workflows,
  caseSettings,
  caseTemplates,
  agents,
  attackDiscovery,
  defaultModel,
  conversations,
  featureModels,
  significantEvents,
  leadGeneration,
  playgrounds,
  ...migrations,
  synthetics,
  uptime,
  ruleQueries,
  newRuleQueries,
];

/** Every way to use a connector that leaves no reference which Kibana's search of rules finds: rules are looked up by connector. */
export const sources: readonly Source[] = [...besidesRules, assistantActions];
