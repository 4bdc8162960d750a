import type * as z from "zod";
import type { InAddress } from "./in-address.ts";
import type { Recipe } from "./shared/recipe.ts";
import type { Rendering } from "./shared/rendering.ts";

/** A connector type as data: what it takes, how to test it, how it recovers. Source: reference data on elastic/kibana. */
export interface ConnectorType {
  /** With the leading dot: `.slack`. */
  id: string;
  name: string;
  /** What people also call it. A word for several types is listed at each. */
  aliases?: readonly string[];
  category: Category;
  license: License;
  /** Kibana's feature ids: where the type is offered. The live deployment's list counts, this one describes. */
  features: readonly Feature[];
  status: "ga" | "preview" | "deprecated";
  /** System types are made by Kibana: never created, never run through the API. */
  system: boolean;
  /** First version that has it, where known. */
  since?: string;
  /** Made from the schema that the deployment itself offers: its words and names are from outside. */
  fromKibana?: true;
  /** It runs nothing: others send events to it, with a token that Kibana makes. */
  takesEvents?: true;
  /** Loads the schemas: called when a value has to be checked or its fields described. */
  schemas: () => Schemas;
  /** The JSON Schema of a part that they were made from, with what its references lead to. Absent: they were made from none. Ask `leftOut`. */
  described?: (
    part: "config" | "secrets" | "params",
    value: unknown,
  ) => { schema: unknown; followed: (schema: unknown) => Record<string, unknown> | undefined };
  /** Fields that Kibana compares with `xpack.actions.allowedHosts` when the connector is saved, e.g. `config.url`. */
  allowedHosts: readonly string[];
  /** Where requests and the secrets in them go. */
  target: Target;
  /** Where kibana.yml may choose the server of a mail service: in which configs, and the target by what Kibana says of it, if it does. */
  operators?: {
    mayChoose(config: Config): boolean;
    target(ask: (service: string) => Promise<MailServer | undefined>): Promise<Target>;
  };
  /** Params that choose where one call goes. Absent: no call leaves the hosts of `target`. Ask `hostsInParams`. */
  paramTargets?: readonly ParamTarget[];
  /**
   * Params that the service itself interprets, dotted: it, or a gateway in front of it, may call an address in them
   * (`api_base` of LiteLLM). People see such hosts.
   */
  freeParams?: readonly string[];
  /**
   * Params and config fields that say whom or what a call reaches or acts on, dotted from the part: `params.to`. People
   * see their values whole before they agree. `*` means every field at its place except `notRecipients`, `**` at the end
   * everything within: only the service knows which of it names somebody. That holds for labels, categories and kinds of
   * events as well: services decide by them whom they notify and which automation runs.
   */
  recipients?: readonly string[];
  /** Those of `recipients`, without `**`, that say what a call does, or to which record, and never whom it reaches. */
  acting?: readonly string[];
  /** Params, dotted, of which one at least has to say whom a message reaches. */
  addressees?: readonly string[];
  /** Params, dotted, of which one counts before another: one that is given takes the others away. */
  alternatives?: readonly string[];
  /** Fields that a `*` in `recipients` leaves out. */
  notRecipients?: readonly string[];
  /** Params that are left out of the call since others decide, and why: dotted, with the place in a list. */
  unused?: (params: Params) => Unrunnable[];
  /** What each group of credentials consists of, by the name of the way to authenticate; empty: the type has no secrets. */
  credentials: readonly Credentials[];
  /** The field among the secrets, and in the config, that holds the name of the way to authenticate. It is no secret. */
  wayField?: string;
  /** What a rule's templates become in its params. Absent: every text is filled in, unescaped. */
  rendering?: Rendering;
  /** Params that people read first, dotted: an action without them says nothing, and the first that it has is marked in a test. */
  headlines?: readonly string[];
  /** What the service refuses or cuts in filled-in params that Kibana takes: the field, and what becomes of it. */
  limits?: (params: Params) => Unrunnable[];
  /** What a run does to the outside world, for types whose params are flat. */
  effect?: Effect;
  /** What each sub-action does, for types whose params are `{subAction, subActionParams}`. Ask `effectOf` for one call. */
  subActions?: Readonly<Record<string, SubAction>>;
  /** Values of open lists, by dotted path: the list grows between versions, so another value is a warning only. */
  knownValues?: Readonly<Record<string, readonly string[]>>;
  /** Why a run with params that have the right form would end before anything is sent. Source: the type's executor. */
  unrunnable?: (params: Params) => Unrunnable[];
  /** Ask `probesFor` which of them hold for one connector. */
  tests: { safe?: Probe; near_safe?: Probe; loud?: Probe; safeWhen?: { when: When; probe: Probe } };
  /** Why there is no safe test. */
  noSafeTest?: string;
  /** What an action of a rule writes unless its params are given. Absent: they have to be. */
  recipe?: Recipe;
  /** Params that close on recovery what the active action opened, and the first Kibana that can. Absent: the type cannot close. */
  recovery?: { params: Params; since?: string };
  /** What to do instead, for types that cannot close. */
  recoveryHint?: string;
  /** The param that ties the recovery action to its incident. */
  dedupField?: string;
  /** Further params, dotted, under which the service may know an alert or case. */
  otherKeys?: readonly string[];
  /** What Kibana takes for a key that is left out, as it is: by then the templates of a rule are filled in. */
  defaultKey?: string;
  /** The key where nobody chose one. Absent: `{{rule.id}}-{{alert.id}}`. */
  usualKey?: string;
  /** What becomes of alerts that share a key, as a clause. Absent: an incident that the first to recover closes, or nothing where the type cannot close. */
  sharedKey?: string;
  /** Opens another incident without looking for an open one with the key. */
  opensAnew?: true;
  /** Without a key the service groups events by their other fields. */
  groupsWithoutKey?: true;
  /** Makes something act that may close an incident by itself. */
  automation?: true;
  /** Where it stores or logs what it is handed, and does no more: whoever is told reads it there. `an index` */
  onlyRecordsIn?: string;
  /** A secret decides who is reached: with the same config two connectors serve different teams. */
  secretTarget?: true;
  /** May send without signing in, and since when it may have headers that Kibana shows to nobody. */
  openAddress?: { secretHeaders: "always" | "since 9.2" };
  /** What the person who decides on a new action should know: always, or where it runs for each alert. */
  attachNotes?: { always?: string; eachAlert?: string };
  /**
   * Config that the Terraform provider may store in another form than it was given, so that an apply ends with "inconsistent
   * result": these fields, or with `other` whatever this entry does not know.
   */
  terraformChanges?: { fields?: readonly string[]; other?: true };
  /** What Kibana makes elsewhere with such a connector, changes with it and deletes with it: `inference endpoint "llm" in Elasticsearch`. */
  madeWithIt?: (config: Config) => string;
  /** What makes an action with these params fail at a connector with this config, in words: "messageHTML, without allowHtml". */
  risks?: (params: Params, config: Config) => string[];
  /** How an action's params become those of another type, by that type. Absent: nothing is known to correspond, and new ones are needed. */
  translations?: Readonly<Record<string, Translation>>;
  /** What differs when it is run by hand. */
  runNote?: string;
  endOfLife?: EndOfLife;
  /** What surprises people, one sentence each. */
  traps: readonly string[];
  /** A config that Kibana accepts, for examples. */
  exampleConfig: Config;
  /** The secret fields that go with `exampleConfig`, dotted where they are nested. */
  exampleSecrets: readonly string[];
}

export type Config = Record<string, unknown>;
export type Params = Record<string, unknown>;

/**
 * What corresponds to params at a connector of another type: texts and templates stay as they are, byte for byte.
 * @param to the config of that connector
 * @param over what will be laid over the result
 * @returns undefined where nothing corresponds
 */
export type Translation = (params: Params, to: Config, over: Params) => Translated | undefined;

export interface Translated {
  params: Params;
  /** What the other type cannot take. */
  lost: readonly Lost[];
  /** What is carried over as it is and may mean something else there. */
  unsure: readonly string[];
}

/** A value, or one of a list, and the field that it was in. */
export interface Lost {
  field: string;
  value: unknown;
}

/**
 * What zod checks. Config and secrets list every known key and are strict where Kibana is, with Kibana's defaults;
 * cross-field rules inside one part are refinements; `connector` holds the rules between config and secrets.
 * Field notes are `.describe()`d: agents read them.
 */
interface Schemas {
  config: z.ZodType<Config>;
  secrets: z.ZodType<Config>;
  params: z.ZodType<Params>;
  /**
   * Problems between config and secrets, in words near Kibana's; [] when they fit. Never quotes a secret. Kibana looks
   * at both as they were sent, before defaults (actions/server/application/connector/methods/create/create.ts).
   */
  connector?: (config: Config, secrets: Config) => string[];
}

/**
 * `config`: hosts come from these config fields (URLs or host names) and from the URLs in the `secrets` fields if there are any, or from
 * `fallback` where they are empty. `secret`: the URL itself is a secret field, so two connectors cannot be compared. `computed`: hosts
 * follow from several config fields; whatever is not a text among them cannot be read. `fixed`: the type has one host. `none`: nothing
 * leaves Kibana and Elasticsearch. Ask `destinations` for the hosts of one connector.
 */
export type Target =
  | {
      kind: "config";
      fields: readonly string[];
      secrets?: readonly string[];
      fallback?: string;
      /** By field: the config field that says how far TLS to it is checked. */
      verifiedBy?: Readonly<Record<string, string>>;
    }
  | { kind: "secret"; field: string }
  | { kind: "computed"; fields: readonly string[]; hosts: (config: Config) => readonly unknown[] }
  | { kind: "fixed"; host: string }
  | { kind: "none" };

/**
 * A field of params that leads one call elsewhere: a `url` in place of the one in config, a `path` after it, `headers`
 * with their own Host, or a switch that skips the check of TLS.
 */
export interface ParamTarget {
  /** Dotted: `subActionParams.webhookUrl`. */
  field: string;
  kind: "url" | "path" | "headers" | "skips_verification";
  /** The config field with the connector's own address. */
  replaces: string;
  /** Whether what is stored in the connector travels with the request. */
  withSecrets: boolean;
}

/**
 * One way to authenticate: fields that must be given together. `when` says in which config it applies; without it the
 * config does not decide. Ask `credentialsFor` which ways one connector has.
 */
export interface Credentials {
  name: string;
  fields: readonly string[];
  optional?: readonly string[];
  when?: When;
  /** Those of the optional ones that Kibana keeps and never sends. */
  unsent?: readonly string[];
  /** What to tell whoever takes it without any of its secrets, a sentence: Kibana saves that, and it is seldom meant. */
  unlessGiven?: string;
  /** Needed, where `when` holds, on top of the way that signs in: what a proxy asks for. Elsewhere it may still be stored. */
  beside?: true;
}

/** What a config must hold: each of these fields with this value. Ask `whenText` for words. */
export type When = Readonly<Record<string, string | boolean>>;

/** What a call does to the outside world: nothing, adds to it, changes it, tells somebody, or makes something act. */
type Effect = "none" | "creates" | "updates" | "sends" | "executes";

/** One sub-action; `cost` says that each call is paid for. */
export interface SubAction {
  effect: Effect;
  /** What it does, where that is in Kibana alone and nothing leaves: `creates a dashboard`. */
  withinKibana?: string;
  cost?: "tokens";
  /** What is surprising about it. */
  note?: string;
  /** Params that become part of the address of its request, dotted from `subActionParams`. Ask `unfitForAddress`. Source: the type's executor. */
  inAddress?: Readonly<Record<string, InAddress>>;
}

/**
 * One way to test. `effect` is what the outside world notices; `proves` and `doesNotProve` are honest about it.
 * `{unique}` in params is replaced by a fresh word, `{now}` by an ISO time; a `{name}` listed in `needs` by the caller.
 */
export interface Probe {
  params: Params;
  effect: string;
  /** What the same call does with other values, where `effect` speaks of this test's alone. */
  inGeneral?: string;
  /** Each run is paid for. */
  cost?: "tokens";
  proves: readonly string[];
  doesNotProve: readonly string[];
  /** What a near-safe probe relies on. */
  reliesOn?: string;
  /** Placeholders the caller must fill, with what each is: `{ to: "a mailbox of yours" }`. */
  needs?: Record<string, string>;
  /** Params that take back what the probe did, or how a person does it. */
  undo?: { params: Params } | { how: string };
}

export const licenses = ["basic", "standard", "gold", "platinum", "enterprise", "trial"] as const;
export type License = (typeof licenses)[number];

export type Category =
  | "LLM"
  | "Incident management"
  | "Endpoint security"
  | "Messaging"
  | "Logs & observability"
  | "Webhook"
  | "Elastic"
  | "Other";

export type Feature =
  | "alerting"
  | "cases"
  | "uptime"
  | "siem"
  | "workflows"
  | "agentBuilder"
  | "contextEngine"
  | "generativeAIForSecurity"
  | "generativeAIForObservability"
  | "generativeAIForSearchPlayground"
  | "endpointSecurity";

/** With one of these a type can be used by rules. */
export const ruleFeatures: readonly string[] = ["alerting", "siem", "uptime"] satisfies Feature[];

/** The announced end of a service, or of one way to reach it. Ask `endOf` whether it holds for one connector. */
export interface EndOfLife {
  /** `Opsgenie with its API` */
  what: string;
  /** The last day, ISO. Absent: none is announced. */
  date?: string;
  /** Who announced it. */
  source: string;
  /** The type that takes its place. Absent: the same, set up otherwise. */
  successor?: string;
  /** What to do, one clause. */
  instead: string;
  /** In which config; absent: in any. */
  when?: When;
  /** Which hosts it is about (patterns), where only some of the type's are. */
  hosts?: readonly string[];
}

/** A field of params, dotted, and what is wrong with it. */
export interface Unrunnable {
  field: string;
  problem: string;
}

/** The problem with one value: where, what, and which way out. `path` is dotted from the part: `config.url`. */
export interface Problem {
  path: string;
  problem: string;
  suggestion?: string;
}

/** Where mail of a service goes. */
export interface MailServer {
  host: string;
  port?: number | undefined;
}
