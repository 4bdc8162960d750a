import type { TemplateSpans } from "mustache";
import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import type { Workflow } from "../catalog/shared/recipe.ts";
import type { Connector } from "../kibana/connectors.ts";

/** When an action runs: once when an alert begins or changes, on every run, or at most once in a while. */
export const notifyWhen = ["onActionGroupChange", "onActiveAlert", "onThrottleInterval"] as const;

/** How often an action runs, as Kibana takes it. `throttle`: a duration such as "30m", for `onThrottleInterval` alone. */
export interface Frequency {
  summary: boolean;
  notify_when: (typeof notifyWhen)[number];
  throttle: string | null;
}

/** Mustache's parser, loaded on demand. @throws Error where the text is not a template */
export type ParseTemplate = (text: string) => TemplateSpans;

/** What is to be attached, the same for every rule. */
export interface Wanted {
  connector: { id: string; type: string; name?: string; config?: Connector["config"] };
  /** The type as the catalogue has it; undefined for one that it does not know. */
  type: ConnectorType | undefined;
  /** This Kibana may know more fields of it than the catalogue. */
  mayKnowMore?: boolean | undefined;
  workflow: Workflow | undefined;
  groups: readonly string[] | undefined;
  /** They override the recipe's. */
  params: Params | undefined;
  /** The connector's present actions in the rule are replaced. */
  replace?: boolean | undefined;
  recovery: "auto" | "none";
  dedupKey: string | undefined;
  frequency: { [Key in keyof Frequency]?: Frequency[Key] | undefined } | undefined;
}
