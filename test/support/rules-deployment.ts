import type { product } from "./product.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const onChange = { summary: false, notify_when: "onActionGroupChange", throttle: null };

/** An action that Kibana saves. */
export function action(id: string, more: Dict = {}): Dict {
  return { id, group: "query matched", params: { message: "{{rule.name}} matched" }, frequency: onChange, ...more };
}

/** A rule made behind the server's back, with every field that a rule can have. */
export async function makeRule(made: Made, id: string, actions: Dict[], more: Dict = {}, space = "default"): Promise<void> {
  const prefix = space === "default" ? "" : `/s/${space}`;
  await made.bare("POST", `${prefix}/api/alerting/rule/${id}`, {
    name: `Rule ${id}`,
    rule_type_id: ".es-query",
    consumer: "stackAlerts",
    schedule: { interval: "5m" },
    params: { index: ["logs-*"], threshold: [3], esQuery: '{"query":{"match_all":{}}}' },
    tags: ["team:a", "prod"],
    alert_delay: { active: 2 },
    flapping: { look_back_window: 10, status_change_threshold: 3 },
    actions,
    ...more,
  });
}

export async function makeConnector(made: Made, id: string, type = ".slack", more: Dict = {}): Promise<void> {
  const secrets: Record<string, Dict> = {
    ".slack": { webhookUrl: "https://hooks.slack.com/services/T/B/x" },
    ".pagerduty": { routingKey: "k".repeat(32) },
  };
  await made.bare("POST", `/api/actions/connector/${id}`, {
    name: `Connector ${id}`,
    connector_type_id: type,
    config: {},
    secrets: secrets[type] ?? {},
    ...more,
  });
}

/** Deletes the connector without regard to the rules that use it. */
export const deleteBlindly = (made: Made, id: string) => made.bare("DELETE", `/api/actions/connector/${id}`);

/** A rule as Kibana returns it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into rules freely
export async function ruleOf(made: Made, id: string, space = "default"): Promise<any> {
  const prefix = space === "default" ? "" : `/s/${space}`;
  return JSON.parse(await made.bare("GET", `${prefix}/api/alerting/rule/${id}`));
}

/** A rule without the fields that every save changes. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into rules freely
export function steady({ revision, updated_at, updated_by, api_key_owner, api_key_created_by_user, execution_status, ...rest }: any): Dict {
  return rest;
}
