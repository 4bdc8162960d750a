/** The body of a rule that a sandbox takes, with these actions: each fires on a match, once per change. */
export function esQueryRule(id: string, actions: readonly Record<string, unknown>[]) {
  return {
    name: id,
    rule_type_id: ".es-query",
    consumer: "stackAlerts",
    schedule: { interval: "5m" },
    params: { index: ["logs-*"], threshold: [3], esQuery: '{"query":{"match_all":{}}}' },
    tags: [id],
    actions: actions.map((action) => ({
      group: "query matched",
      frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
      ...action,
    })),
  };
}
