import type { License } from "../catalog/connector-type.ts";
import type { Agent, Tool } from "./ai/agents.ts";
import type { DiscoverySchedule } from "./ai/attack-discovery.ts";
import type { Conversation } from "./ai/conversations.ts";
import type { Migration } from "./ai/migrations.ts";
import type { Playground } from "./ai/model-settings.ts";
import type { ActionPolicy } from "./alerting-v2/policy.ts";
import type { V2Rule } from "./alerting-v2/rule-routes.ts";
import type { Case, CaseConfiguration, CaseTemplate } from "./cases/case.ts";
import type { Execution } from "./connectors/executions.ts";
import type { SpecType } from "./connectors/spec-types.ts";
import type { Caller } from "./http/auth.ts";
import type { KibanaSettings } from "./kibana-yml.ts";
import type { MaintenanceWindow } from "./maintenance-windows/window.ts";
import type { Backfill } from "./rules/backfill-routes.ts";
import type { Snooze } from "./rules/snoozes.ts";
import type { Store } from "./store.ts";
import type { Incident } from "./third-parties/incidents.ts";
import type { Token } from "./third-parties/oauth.ts";
import type { Flavour } from "./version.ts";
import type { Workflow, WorkflowRun } from "./workflows/workflow.ts";

export type Dict = Record<string, unknown>;

interface AnyConnector {
  id: string;
  type: string;
  name: string;
  config: Dict;
  secrets: Dict;
}

/** Kept in one map by id: ids are unique over all spaces (reference/kibana-api.md §1.4). */
export type Connector = AnyConnector & {
  space: string;
  missingSecrets: boolean;
  /** Of the token with which others send events to it. */
  ingestTokenHash?: string;
  /** Each user authorises it; whether the caller has. */
  perUser?: { connected: boolean };
};

/** Preconfigured in kibana.yml, or made by Kibana for a system type: seen from every space, never written. */
export type InMemoryConnector = AnyConnector & { system: boolean; exposeConfig?: boolean };

export interface RuleAction {
  uuid: string;
  group?: string;
  id: string;
  connector_type_id: string;
  params: Dict;
  frequency?: { summary: boolean; notify_when: string; throttle: string | null };
  alerts_filter?: Dict;
  use_alert_data_for_template?: boolean;
}

export interface Rule {
  id: string;
  space: string;
  name: string;
  tags: string[];
  enabled: boolean;
  consumer: string;
  rule_type_id: string;
  schedule: { interval: string };
  params: Dict;
  actions: RuleAction[];
  throttle: string | null;
  notify_when: string | null;
  alert_delay?: { active: number };
  flapping?: Dict | null;
  /** As stored: absent if the version has none. */
  artifacts?: { dashboards: { id: string }[]; investigation_guide: { blob: string } };
  mute_all: boolean;
  muted_alert_ids: string[];
  snooze_schedule: Snooze[];
  /** Alerts that are snoozed by themselves. */
  snoozed_instances?: { instance_id: string; expires_at?: string | undefined }[];
  /** From the first time that it was enabled. */
  scheduled_task_id?: string;
  api_key_owner: string | null;
  api_key_created_by_user: boolean | null;
  created_by: string;
  updated_by: string;
  revision: number;
  /** Of its last run; null if it never ran. */
  outcome: "succeeded" | "failed" | null;
  outcomeMessage: string | null;
  /** How many alerts are active since then; absent: none. */
  activeAlerts?: number;
  /** Made or enabled then, and not run since. */
  pendingSince?: string | undefined;
  createdAt: string;
  updatedAt: string;
  /** When it last ran here, if it did. */
  lastRunAt?: string;
}

export interface Space {
  id: string;
  name: string;
  disabledFeatures: string[];
  _reserved?: boolean;
  [look: string]: unknown;
}

/** A queued run, which counts in `referenced_by_count` as long as it waits (reference/kibana-api.md §5.1). */
interface OtherReference {
  kind: "action_task_params";
  id: string;
  connectorId: string;
}

/** What the outside world saw. Never holds a secret. */
interface Delivery {
  at: string;
  connector_id: string;
  space: string;
  type: string;
  summary: string;
  what: unknown;
}

export interface State {
  version: string;
  flavour: Flavour;
  license: License;
  licenseExpired: boolean;
  settings: KibanaSettings;
  deliver: boolean;
  wording: Wording;
  spaces: Map<string, Space>;
  connectors: Store<Connector>;
  /** What connectors made in Elasticsearch, by id; an update with another id leaves one behind. */
  inferenceEndpoints: Set<string>;
  /** Types beside those of the catalogue, by id. */
  specTypes: ReadonlyMap<string, SpecType>;
  inMemory: readonly InMemoryConnector[];
  rules: Store<Rule>;
  backfills: Store<Backfill>;
  maintenanceWindows: Store<MaintenanceWindow>;
  references: OtherReference[];
  deliveries: Delivery[];
  incidents: Incident[];
  /** Of connectors that get one from their service, by id. */
  tokens: Map<string, Token>;
  executions: Execution[];
  /** Lines of Kibana's own log. */
  log: string[];
  workflows: Store<Workflow>;
  workflowRuns: WorkflowRun[];
  policies: Store<ActionPolicy>;
  v2Rules: Store<V2Rule>;
  cases: Store<Case>;
  caseConfigurations: Store<CaseConfiguration>;
  caseTemplates: Store<CaseTemplate>;
  agents: Store<Agent>;
  tools: Store<Tool>;
  conversations: Store<Conversation>;
  discoverySchedules: Store<DiscoverySchedule>;
  /** When each type was last checked against the licence, by id. */
  lastUsed: Map<string, string>;
  /** A call to this Kibana's own API, from within. */
  ask(request: OwnRequest): Promise<Reply>;
  /** By space: how rules take alerts that come and go. */
  flapping: Map<string, Dict>;
  /** By space: what somebody changed. */
  advancedSettings: Map<string, Dict>;
  /** Of Synthetics and Uptime, by application and space. */
  monitoringSettings: Map<string, Dict>;
  /** Of features, of significant events and of lead generation, by kind and space. */
  modelSettings: Map<string, Dict>;
  playgrounds: Store<Playground>;
  migrations: Store<Migration>;
}

export interface OwnRequest extends Pick<Call, "method" | "query" | "body" | "caller"> {
  /** From the root: without a space it is the default one. */
  path: string;
}

/** How a Kibana words validation problems: config-schema (8.x), zod 3, zod 4. */
export type Wording = "config-schema" | "fields" | "prettified";

export interface Call {
  method: string;
  path: string;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  body: unknown;
  space: string;
  caller: Caller;
  /** Of this Kibana: the wording of a refusal depends on it. */
  version: string;
}

/** `body` undefined: no content. A string is sent as it is. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

type Handler = (call: Call, state: State) => Reply | Promise<Reply>;

export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Segments; `{id}` matches one. */
  path: string;
  handler: Handler;
  /** Whether this Kibana has the route. Absent: every one has it. */
  exists?(state: State): boolean;
  /** Takes a form: its body is `{type, text}`. */
  upload?: boolean;
  /** Internal although its path is not, and in this version only. */
  internalVersion?: string;
}
