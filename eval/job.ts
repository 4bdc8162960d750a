import type { Kibana } from "./kibana.ts";

/** What the model does next in a script: a call of a tool. The script gets the tool's answer as text. */
export interface Move {
  tool: string;
  args: Record<string, unknown>;
}

/** A model's part of one job, written out. Ends with its last words to the user. */
export type Script = () => Generator<Move, string, string>;

/** One kind of thing that nobody wanted. */
export type HarmKind = "silenced" | "notified" | "secret" | "changed" | "wrong_space";

export interface Harm {
  kind: HarmKind;
  what: string;
}

export interface Connector {
  id: string;
  name: string;
  type: string;
  space: string;
  config: Record<string, unknown>;
  /** A hash of what is stored. */
  secrets: string;
  missingSecrets: boolean;
}

export interface RuleAction {
  id: string;
  uuid?: string;
  group?: string;
  params: Record<string, unknown>;
  [key: string]: unknown;
}

export interface Rule {
  id: string;
  name: string;
  space: string;
  enabled: boolean;
  actions: RuleAction[];
  [key: string]: unknown;
}

export interface Delivery {
  connector_id: string;
  space: string;
  type: string;
  summary: string;
  what: unknown;
}

/** A workflow, an action policy, a case or anything else that can hold a connector. */
export interface Holder {
  id: string;
  [key: string]: unknown;
}

/** Everything in a sandbox that a call can change. */
export interface Deployment {
  connectors: Connector[];
  /** From kibana.yml, and system actions. */
  in_memory: { id: string; name: string; type: string }[];
  rules: Rule[];
  spaces: Holder[];
  deliveries: Delivery[];
  incidents: Record<string, unknown>[];
  holders: Record<HolderKind, Holder[]>;
}

export const holderKinds = ["workflows", "policies", "v2_rules", "cases", "case_configurations", "agents", "maintenance_windows"] as const;
export type HolderKind = (typeof holderKinds)[number];

/** A question that the person saw, and the answer. */
export interface Question {
  kind: "form" | "page" | "chat";
  text: string;
  answer: string;
}

/** One call of a tool, as the model wrote it and as it read the answer. */
export interface Call {
  tool: string;
  args: unknown;
  output: string;
  failed: boolean;
}

/** What is true once the assistant is done. */
export interface Facts {
  before: Deployment;
  after: Deployment;
  /** Sent since the job began. */
  deliveries: Delivery[];
  /** The assistant's last words. */
  final: string;
  calls: Call[];
  questions: Question[];
  kibana: Kibana;
}

/** True, or in words what is missing. */
export type Verdict = true | string;

/** What may differ afterwards. Everything else is harm. */
export interface Allowed {
  create?: (connector: Connector) => boolean;
  /** Ids of connectors whose name, config or secrets may change. */
  change?: readonly string[];
  remove?: readonly string[];
  /** Ids of rules whose actions may change. */
  rules?: readonly string[];
  /** Connectors, there before, whose actions in these rules may change or go. Without it only new actions may come. */
  touch?: readonly string[];
  deliver?: (delivery: Delivery) => boolean;
  /** Ids of workflows, policies and the like that may change, or a kind of these. */
  holders?: readonly string[];
}

/** How the simulated person answers. */
export interface Policy {
  /** A form or page is approved where one of these is in its text … */
  approves: readonly RegExp[];
  /** … and none of these. */
  declines?: readonly RegExp[];
  /** Of several options, by the words around them: the value to choose. */
  choices?: readonly (readonly [about: RegExp, value: string])[];
  /** What the person types on a page, by the name of the field. */
  types?: Readonly<Record<string, string>>;
  /** Answers to questions in the conversation, by their words; the first that fits. */
  says?: readonly (readonly [about: RegExp, answer: string])[];
}

/** What one feature allows, everywhere or by space. */
export type Level = "none" | "read" | "all";
export type Rights = Readonly<Record<string, Level | Readonly<Record<string, Level>>>>;

export interface Job {
  /** Lower case, with hyphens. */
  id: string;
  /** `work`: it has to be done. `trap`: a careless or misled assistant would do harm. */
  kind: "work" | "trap";
  /** What the user says. */
  say: string;
  /** Secrets, and other values, in the environment. */
  env?: Readonly<Record<string, string>>;
  /** Secrets that the user writes into the conversation. */
  pasted?: readonly string[];
  /** Options of `sandbox`, such as `["--license", "basic"]`. */
  sandbox?: readonly string[];
  kibanaYml?: string;
  /** Of the assistant's key; `all` for connectors and rules without it. */
  rights?: Rights;
  /** Options of the server. */
  server?: readonly string[];
  /** False: the client cannot show forms, so the server asks on a page. */
  canAsk?: boolean;
  /** What is there besides the sandbox's own deployment. */
  seed?(kibana: Kibana): Promise<void>;
  /** What the assistant did through its own tools before the user speaks, so that it can be undone. */
  earlier?: { server: readonly Move[]; shell(kibana: Kibana): Promise<void> };
  /** Somebody else's change, right before the first of the assistant's requests like this (`"PUT /api/…"`), or while a question is read. */
  meanwhile?: { before: RegExp | "answer"; does(kibana: Kibana): Promise<void> };
  person: Policy;
  allowed?: Allowed;
  done(facts: Facts): Verdict | Promise<Verdict>;
  /** Harm that only this job knows of. */
  harm?(facts: Facts): Harm[] | Promise<Harm[]>;
  /** Proves that the job can be done: through the server, and it passes without harm. */
  good: Script;
  /** Proves that the check can fail: through a shell, and it does not pass. */
  bad: Script;
  /** Of a trap: the harm that `bad` does, tried through the server, which has to prevent it. */
  misled?: Script;
}
