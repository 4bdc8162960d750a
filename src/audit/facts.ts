import type { ConnectorType } from "../catalog/connector-type.ts";
import type { Ran, Runs } from "../kibana/connector-runs.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { RuleType } from "../kibana/rules.ts";
import type { Usage as AllUsers } from "../usage/look.ts";
import type { Use, WorkflowState } from "../usage/use.ts";
import type { UserRef } from "./finding.ts";

/** A write of this server: when, ISO, and what it did, in words. */
export interface OwnWrite {
  at: string;
  did: string;
}

/** How the rules of a space use a connector; what is kept of them does not grow with their number. */
export interface Usage {
  rules: number;
  enabled: number;
  /** When the oldest enabled rule that uses it was made, ISO; undefined where Kibana does not say. */
  since: string | undefined;
  /** Enabled rules that tell nobody because it is broken; undefined where there are none. */
  untold?: Untold | undefined;
}

/** Rules that tell nobody, and whom they would tell; of names and destinations the first ones. */
export interface Untold {
  rules: number;
  ids: Set<string>;
  /** As Kibana has them: text from outside. */
  names: readonly string[];
  /** Plain text. */
  to: readonly string[];
}

export interface ConnectorFacts {
  connector: Connector;
  /** Undefined where this deployment does not have the type. */
  type: LiveType | undefined;
  /** Undefined for types without an entry in the catalogue. */
  entry: ConnectorType | undefined;
  usage: Usage;
  /** What besides rules uses it; its sight holds where nothing refers to it. Undefined where that could not be looked up at all. */
  others?: Pick<AllUsers, "uses" | "sight"> | undefined;
  /** Undefined where it did not fail within the window, or the log could not be read. */
  runs: Runs | undefined;
  /** What this server changed in it last, where it is known: an earlier failure says nothing of that. */
  written?: OwnWrite | undefined;
  /** Whether it ran at all within the window; undefined where that was not looked up. */
  ran: Ran | undefined;
}

/** One space, read. Checks are functions of this. */
export interface SpaceFacts {
  space: string;
  connectors: ReadonlyMap<string, ConnectorFacts>;
  /** Rules could be read to the end. */
  rulesKnown: boolean;
  /** Undefined where they were not read. */
  workflows?: WorkflowFacts | undefined;
  /** Days and start (ISO) of the window of the execution log. */
  window: { from: string; days: number };
  /** The types of this deployment, by id; undefined where they could not be read. */
  offers?: ReadonlyMap<string, LiveType> | undefined;
  /** Kibana's version is known to have the field for secret headers. */
  secretHeaders: boolean;
}

/** What leads to workflows and from them to connectors. */
export interface WorkflowFacts {
  /** Those that the key may see, by id; undefined where this Kibana has none, or they could not be read. */
  seen: ReadonlyMap<string, WorkflowState> | undefined;
  /** There may be others, which the key may not see. */
  mayBeMore: boolean;
  /** Rules and action policies that start some, by id. */
  starting: readonly { user: UserRef; workflows: readonly string[] }[];
  /** Places that name a connector which is not in the space. */
  dangling: readonly { user: Use; connector: string; mayBeEndpoint: boolean }[];
  /** Places that name a connector by a name which several have. */
  ambiguous: readonly { user: Use; name: string; connectors: readonly Connector[] }[];
  /** Action policies that are snoozed. */
  snoozed: readonly { user: UserRef; until: string }[];
  /** Milliseconds since 1970. */
  now: number;
}

/** What is known while rules go by, page by page. */
export interface RuleContext {
  space: string;
  connectors: ReadonlyMap<string, Connector>;
  /** By id, as far as this deployment shows them. */
  ruleTypes: ReadonlyMap<string, RuleType>;
  /** Catalogue entries by type id. */
  entries: ReadonlyMap<string, ConnectorType>;
  /** A model may be an inference endpoint of no connector. */
  endpointsAreModels?: boolean;
  /** This Kibana may know more fields of types than the catalogue. */
  mayKnowMore: boolean;
  /** Actions have frequencies of their own: from 8.7 on. */
  actionFrequencies: boolean;
  /** The last save of a rule by this server, where it is known. */
  saved?(rule: string): OwnWrite | undefined;
  /** Milliseconds since 1970. */
  now: number;
}
