import type { Config, ConnectorType, Params } from "../catalog/connector-type.ts";
import type { RuleAction } from "../kibana/rules.ts";
import type { Role, Sampled } from "./sample-alert.ts";
import type { RenderTemplate } from "./template-parser.ts";
import type { ParseTemplate } from "./wanted.ts";

/** Something that is wrong with a message, and where. */
export interface Found {
  /** Dotted, from `params` or `frequency`. */
  path: string;
  problem: string;
  fix: string;
}

/** One action of a rule with a made-up alert. */
export interface RehearsedAction {
  action: RuleAction;
  role: Role;
  group: string;
  /** What the connector would be run with. */
  params: Params;
  /** The keys under which incidents open and close, of this alert and of another. */
  keys: { one: string | undefined; other: string | undefined };
  problems: Found[];
  notes: string[];
  /** Texts too large to be filled in here, which are not judged: their paths. */
  notRehearsed: string[];
}

/** What a rehearsal is about. */
export interface Rehearsing extends Sampled {
  connector: { id: string; config?: Config | undefined };
  entry: ConnectorType | undefined;
  /** This Kibana may know more fields of the type than the catalogue. */
  mayKnowMore?: boolean;
  parse: ParseTemplate;
  render: RenderTemplate;
}
