import { atLeast } from "./version.ts";

interface Change {
  /** The first minor that has it; one of each major that it was backported to. */
  since: readonly string[];
  /** The pull request (`kibana#…`), or the place in the authors' notes, that says so. */
  source: string;
}

/** All that differs between versions, with who says so. Connector types have their own version: catalog, `since`. */
const changes = {
  "features of connector types": { since: ["8.4"], source: "documentation of 8.3 and 8.11" },
  "snoozing a rule over internal routes": { since: ["8.2"], source: "kibana#127081" },
  "flapping settings of a space": { since: ["8.7"], source: "kibana#147774, #150951" },
  "chosen connector ids": { since: ["8.8"], source: "kibana#155392" },
  "internal maintenance windows": { since: ["8.8"], source: "kibana#153411" },
  "settings by space over internal routes": { since: ["8.8"], source: "core-ui-settings-server-internal; the version is a guess" },
  "system connectors": { since: ["8.11"], source: "reference/kibana-api.md §1.2" },
  "keys in brackets in kibana.yml": { since: ["8.14"], source: "kbn-config, src/raw/utils.ts" },
  "defaults of variables in kibana.yml": { since: ["8.15"], source: "kbn-config, src/raw/read_config.ts" },
  "conversations with the assistant": { since: ["8.15"], source: "reference/workflows-and-policies.md §6; the version is a guess" },
  "templates of cases": { since: ["8.15"], source: "reference/workflows-and-policies.md §6" },
  "sub-features of connector types": { since: ["8.16"], source: "reference/kibana-api.md §2" },
  "bad params blamed on the user": { since: ["8.17"], source: "kibana#197812" },
  "rule types and consumers in the internal search": { since: ["8.18"], source: "kibana#183756" },
  "second features of cases": { since: ["8.18"], source: "cases/common/constants/owner.ts; the version is a guess" },
  "backfills with actions": { since: ["8.18"], source: "alerting, routes/backfill; the version is a guess" },
  "exposed config of preconfigured connectors": { since: ["8.18"], source: "kibana#207654" },
  "automatic migrations of rules": { since: ["8.18"], source: "kibana#211315" },
  "last execution of migrations": { since: ["8.19", "9.1"], source: "kibana#219597, #221635" },
  "artifacts of rules": { since: ["8.19", "9.1"], source: "kibana#219462" },
  "restricted mail services": { since: ["8.19", "9.1"], source: "reference/kibana-api.md §9" },
  "schedules of attack discovery": { since: ["8.19", "9.1"], source: "security-docs#6951, docs-content#2023" },
  "snooze schedules over public routes": { since: ["8.19", "9.1"], source: "kibana#210584, #214566, #213247" },
  "no routes from before 7.13": { since: ["9.0"], source: "kibana#197510" },
  "internal routes need their header": { since: ["9.0"], source: "kibana#193792" },
  "public settings of Synthetics": { since: ["9.0"], source: "synthetics, routes/settings; the version is a guess" },
  "public maintenance windows": { since: ["9.1"], source: "kibana#216756, #237666" },
  "third features of cases": { since: ["9.1"], source: "cases/common/constants/owner.ts; the version is a guess" },
  "saved playgrounds": { since: ["9.1"], source: "search_playground, routes/saved_playgrounds; the version is a guess" },
  "limited rate of mails": { since: ["9.1"], source: "kibana#224784" },
  "deprecated connector types": { since: ["9.2"], source: "kibana#231015" },
  "allow list of mail recipients": { since: ["9.2"], source: "reference/kibana-api.md §9" },
  "secret headers of webhooks": { since: ["9.2"], source: "kibana#230042" },
  "refusals of a service blamed on the user": { since: ["9.2"], source: "kibana#233715" },
  agents: { since: ["9.2"], source: "reference/workflows-and-policies.md §6" },
  "public schedules of attack discovery": { since: ["9.2"], source: "kibana#236736" },
  "secrets of Tines webhooks stay in Tines": { since: ["9.3"], source: "stack_connectors, tines/tines.ts; the version is a guess" },
  "zod 3 checks connectors": { since: ["9.3"], source: "kibana#238309, #240315, #240507" },
  "flapping can be switched off": { since: ["9.3"], source: "kibana#243855" },
  "source of connector types": { since: ["9.3"], source: "reference/kibana-api.md §2" },
  "longest mail": { since: ["9.3"], source: "reference/kibana-api.md §9" },
  "Slack channels by name": { since: ["9.3"], source: "reference/corrections.md §3" },
  "automatic migrations of dashboards": { since: ["9.3"], source: "security_solution, experimental_features.ts; the version is a guess" },
  workflows: { since: ["9.3"], source: "reference/workflows-and-policies.md §1" },
  "alerts looked up before they are muted": { since: ["9.3"], source: "kibana#242847" },
  "zod 4 checks connectors": { since: ["9.4"], source: "kibana#252702" },
  "specification of a connector type": { since: ["9.4"], source: "actions, server/routes/connector/get_spec; the version is a guess" },
  "strict connector ids": { since: ["9.4"], source: "kibana#255922" },
  "authentication per user": { since: ["9.4"], source: "kibana#252262" },
  "default authentication of .cases-webhook": { since: ["9.4"], source: "terraform-provider-elasticstack#2003" },
  "mail replies to": { since: ["9.4"], source: "kibana#251013" },
  "new words for unknown keys": { since: ["9.4"], source: "kbn-config-schema, src/types/object_type.ts; the version is a guess" },
  "limits of the execution log": { since: ["9.4"], source: "kibana#271197; the version is a guess" },
  "model settings of features": { since: ["9.4"], source: "kibana#256349" },
  "lead generation": { since: ["9.4"], source: "kibana#262931" },
  "significant events": { since: ["9.4"], source: "streams, _significant_events/settings; the version is a guess" },
  "visibility of agents": { since: ["9.4"], source: "kibana#260498" },
  "public workflows": { since: ["9.4"], source: "reference/workflows-and-policies.md §1" },
  "connectors and workflows of agents": { since: ["9.4"], source: "reference/workflows-and-policies.md §6" },
  "pages of attack discovery from 0": { since: ["9.4"], source: "reference/workflows-and-policies.md §6" },
  "access control of agents": { since: ["9.5"], source: "kibana#273500" },
  "default model by setting": { since: ["9.5"], source: "kibana#268019; the version is a guess" },
  "artifacts in public answers": { since: ["9.5"], source: "kibana#247279" },
  "context of ServiceNow's errors": { since: ["9.5"], source: "kibana#273886" },
  "snoozing one alert": { since: ["9.5"], source: "kibana#264090" },
  "HTML mail by setting": { since: ["9.5"], source: "kibana#276584" },
  "pages of attack discovery from 1 again": { since: ["9.5"], source: "reference/workflows-and-policies.md §6" },
  "specifications of all connector types": { since: ["9.5"], source: "actions, server/routes/connector/get_specs; the version is a guess" },
  "templates of cases in YAML": { since: ["9.5"], source: "kibana#275690, docs-content#7410" },
  "managed workflows": { since: ["9.5"], source: "reference/workflows-and-policies.md §1" },
  "missing workflows are not found": { since: ["9.5"], source: "reference/workflows-and-policies.md §2" },
  "new alerting": { since: ["9.5"], source: "reference/workflows-and-policies.md §4" },
  "inbound connectors": { since: ["9.6"], source: "kibana#286628, #290908" },
  "automatic migrations of workflows": { since: ["9.6"], source: "security_solution, siem_migrations/workflows; the version is a guess" },
  "private workflows": { since: ["9.6"], source: "reference/workflows-and-policies.md §1" },
  "new agents are private": { since: ["9.6"], source: "kibana#282015" },
  "policies by tags": { since: ["9.6"], source: "reference/workflows-and-policies.md §4.1" },
} as const satisfies Record<string, Change>;

export type VersionChange = keyof typeof changes;

/** Whether a Kibana of this version has that change; a backport holds for its own major only. */
export function has(version: string, change: VersionChange): boolean {
  const { since }: Change = changes[change];
  return since.some((minor, at) => {
    const [major = 0, patch = 0] = minor.split(".").map(Number);
    const ownMajor = Number(version.split(".")[0]);
    return atLeast(version, major, patch) && (at === since.length - 1 || ownMajor === major);
  });
}
