import { ruleFeatures } from "../catalog/connector-type.ts";
import type { ConnectorFacts, SpaceFacts } from "./facts.ts";

/** Features whose users leave a reference (reference/kibana-api.md §5.1); assistants, agents and workflows leave none. */
const leaveReferences = [...ruleFeatures, "cases"];

/** Whether nothing refers to a saved connector, as far as can be known for its type. */
export function isIdle({ connector, usage, type, entry }: ConnectorFacts, { rulesKnown }: SpaceFacts): boolean {
  if (connector.preconfigured || usage.rules > 0) return false;
  const features = type && type.features.length > 0 ? type.features : (entry?.features ?? []);
  if (!features.some((feature) => leaveReferences.includes(feature))) return false;
  return connector.references === undefined ? rulesKnown : connector.references === 0;
}
