import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Status } from "../kibana/status.ts";
import type { ChosenModel } from "./by-default.ts";
import type { EndpointCall } from "./inference-endpoints.ts";
import type { Called, References } from "./workflow-references.ts";

export type UserKind =
  | "rule"
  | "workflow"
  | "action_policy"
  | "case_settings"
  | "case_template"
  | "case"
  | "agent"
  | "agent_tool"
  | "attack_discovery"
  | "conversation"
  | "playground"
  | "migration"
  | "setting";

/** Something that uses a connector. */
export interface Use {
  kind: UserKind;
  id: string;
  name: string;
  space: string;
  enabled: boolean;
  /** What it reaches the connector through; absent where it names the connector itself. */
  through?: { kind: UserKind; id: string; name: string };
  /** Where the connector stands in it: `step "notify"`. */
  how: string;
  /** Whether replace_connector moves it to another connector. */
  can_be_moved: boolean;
  /** Why not, for a workflow, and for what calls an inference endpoint: others never can. */
  why_not?: string;
}

/** Each user once, however many of its places name the connector. */
export function eachUser<T extends Pick<Use, "kind" | "id">>(uses: readonly T[]): T[] {
  return [...new Map(uses.map((use) => [`${use.kind} ${use.id}`, use])).values()];
}

/** What was not looked at. */
export interface Unseen {
  /** In a sentence, in the plural: `workflows`. */
  what: string;
  why: string;
  fix?: string;
  /** Nobody can list it, whatever the key. */
  permanent: boolean;
  /** Whether the source showed nothing at all. */
  whole: boolean;
  /** This key may not read it. */
  refused?: true;
  /** It is listed: only which connector it takes is not known. */
  listed?: true;
  /** What decides when it runs which connector it takes. */
  decides?: { use: Use; mayTake: (called: Called) => boolean };
  /** It names none, and this connector is the one that Kibana takes: that is no connector which nothing uses. */
  byDefault?: true;
  /** Which connectors may be used there. Absent: any that the source can hold. */
  concerns?: (connector: Connector) => boolean;
}

/** How much of what could use a connector was seen. "Nothing uses it" may be said only under `all`. */
export type Sight = { seen: "all" } | { seen: "part" | "none"; unseen: [Unseen, ...Unseen[]] };

/** A place that names a connector: by its id, or where `byName`, by either (an id comes first), without white space around it. */
export interface Holder {
  use: Use;
  names: string;
  byName?: true;
  /** It may be an inference endpoint of Elasticsearch that goes with no connector. */
  mayBeElsewhere?: true;
  /** A model is chosen there: where Kibana lists endpoints as models, it may be one. */
  asModel?: true;
}

/** What a source saw in one space. */
export interface Found {
  holders: Holder[];
  unseen: Unseen[];
  /** Who calls the inference endpoints that Kibana makes with connectors. */
  endpoints?: { use: Use; call: EndpointCall }[];
  /** Who names no AI connector where one is needed: Kibana takes one. */
  byDefault?: Use[];
  /** What the settings say of that one. */
  chosenModel?: ChosenModel;
  /** The workflows themselves, which rules and action policies start. */
  workflows?: ReadonlyMap<string, WorkflowState>;
}

export interface WorkflowState {
  id: string;
  name: string;
  enabled: boolean;
  valid: boolean;
  /** What it names; undefined where it is not valid. */
  references: References | undefined;
}

/** What decides whether a source can hold a connector. */
export interface Where {
  status: Pick<Status, "version" | "flavour">;
  /** Undefined where connectors of any type are asked about. */
  type?: string;
  /** Of the connector's type, as the deployment lists them; empty where it does not. */
  features: readonly string[];
}

/** @param types of the deployment */
export function whereOf({ type }: Pick<Connector, "type">, types: Iterable<LiveType>, { version, flavour }: Where["status"]): Where {
  for (const { id, features } of types) if (id === type) return { status: { version, flavour }, type, features };
  return { status: { version, flavour }, type, features: [] };
}

/** One way to use connectors. What cannot exist in a deployment is not asked for, and is not unseen. */
export interface Source {
  /** As in `Unseen`. */
  what: string;
  /** Whether a connector can be used there at all. */
  canHold(where: Where): boolean;
  /** It belongs to one solution: on serverless, projects of other kinds do not have it. */
  ofSolution?: true;
  /** It may be switched off, or gone in a later version: without its route there is nothing. */
  mayBeAbsent?: true;
  /** Reads the space once, for all connectors. @throws ToolError, which means that nothing was seen */
  look(reader: Reader, space: string, status: Where["status"]): Promise<Found>;
}

/** Whether the type has one of these features; a deployment that lists none may have any. */
export function hasFeature({ features }: Pick<Where, "features">, ...wanted: readonly string[]): boolean {
  return features.length === 0 || features.some((feature) => wanted.includes(feature));
}
