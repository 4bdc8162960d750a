import type { Connector } from "../kibana/connectors.ts";

/**
 * Why Kibana's count of references is above the rules that were found, undefined when it is not
 * (reference/kibana-api.md §5.1: the count spans rules, cases and queued runs, seen by Kibana itself).
 */
export function explainReferences({ references, preconfigured }: Connector, rules: number): string | undefined {
  if (preconfigured || references === undefined || references <= rules) return undefined;
  const more = references - rules;
  return `Kibana counts ${references} reference${references === 1 ? "" : "s"}, ${more} more than the ${rules} rule${rules === 1 ? "" : "s"} found: cases, runs that are still queued, or rules that this key may not read. Kibana does not say which.`;
}
