/** Nothing listens there, on the sandbox's machine or on Kibana's. */
export const closedPort = "http://127.0.0.1:2/";

/** Basic licence, no secrets; never executed, so that no index is created. */
export function indexConnector(id: string) {
  return { name: `Contract ${id}`, connector_type_id: ".index", config: { index: `${id}-index` } };
}

export const serverLog = { connector_type_id: ".server-log", config: {} };

/** Gold. Without secrets. */
export const webhook = {
  connector_type_id: ".webhook",
  config: { url: closedPort, method: "post", headers: null, hasAuth: false, authType: null },
};

/** Gold. With a user and a password that it cannot do without. */
export const webhookWithLogin = {
  connector_type_id: ".webhook",
  config: { url: closedPort, method: "post", headers: null, hasAuth: true, authType: "webhook-authentication-basic" },
  secrets: { user: "contract", password: "s3cr3t-of-the-contract" },
};

export const group = "threshold met";

export function thresholdRule(id: string) {
  return {
    name: `Contract ${id}`,
    rule_type_id: ".index-threshold",
    consumer: "stackAlerts",
    enabled: false,
    tags: ["contract"],
    schedule: { interval: "1d" },
    params: {
      index: [`${id}-index`],
      timeField: "@timestamp",
      aggType: "count",
      groupBy: "all",
      thresholdComparator: ">",
      threshold: [1_000_000],
      timeWindowSize: 5,
      timeWindowUnit: "m",
    },
    actions: [] as unknown[],
  };
}

const frequency = { summary: false, notify_when: "onActiveAlert", throttle: null };

/** An action of a rule for `.index`, with a frequency of its own. */
export function indexAction(id: string, given: Record<string, unknown> = {}) {
  return { group, id, params: { documents: [{ rule: "{{rule.id}}" }] }, frequency, ...given };
}

/** What PUT takes of a rule as GET gives it (§6.1). */
export function replacement(rule: Record<string, unknown>, given: Record<string, unknown> = {}) {
  const { name, schedule, params, tags } = rule;
  const actions = (rule.actions as Record<string, unknown>[]).map(({ connector_type_id: _type, ...action }) => action);
  return { name, schedule, params, tags, actions, ...given };
}
