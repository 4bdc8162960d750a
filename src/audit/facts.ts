import type { ConnectorType } from "../catalog/connector-type.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { RuleType } from "../kibana/rules.ts";

/** How the rules of a space use a connector; what is kept of them does not grow with their number. */
export interface Usage {
  rules: number;
  enabled: number;
  /** When the oldest enabled rule that uses it was made, ISO; undefined where Kibana does not say. */
  since: string | undefined;
}

/** What the execution log says about a connector within the window. */
export interface Runs {
  failures: number;
  successes: number;
  lastFailure: { at: string; message: string } | undefined;
  lastSuccess: string | undefined;
  /** Successes after the last failure, as far as they were looked at (at most 10). */
  successesSince: number;
}

export interface ConnectorFacts {
  connector: Connector;
  /** Undefined where this deployment does not have the type. */
  type: LiveType | undefined;
  /** Undefined for types without an entry in the catalogue. */
  entry: ConnectorType | undefined;
  usage: Usage;
  /** Undefined where it did not fail within the window, or the log could not be read. */
  runs: Runs | undefined;
  /** Whether it ran at all within the window; undefined where that was not looked up. */
  ran: boolean | undefined;
}

/** One space, read. Checks are functions of this. */
export interface SpaceFacts {
  space: string;
  connectors: ReadonlyMap<string, ConnectorFacts>;
  /** Rules could be read to the end. */
  rulesKnown: boolean;
  /** Days and start (ISO) of the window of the execution log. */
  window: { from: string; days: number };
  /** Kibana's version is known to have the field for secret headers. */
  secretHeaders: boolean;
}

/** What is known while rules go by, page by page. */
export interface RuleContext {
  space: string;
  connectors: ReadonlyMap<string, Connector>;
  /** By id, as far as this deployment shows them. */
  ruleTypes: ReadonlyMap<string, RuleType>;
  /** Catalogue entries by type id. */
  entries: ReadonlyMap<string, ConnectorType>;
  /** Actions have frequencies of their own: from 8.7 on. */
  actionFrequencies: boolean;
}
