/**
 * What each tool may cost: tokens in tools/list; and for typical calls, made in this order against the sandbox's
 * deployment by a person who says yes to all, the requests to Kibana and the tokens of the answer. A little above what it
 * was when it was written down: raise it here if more is needed.
 */
export const budgets: Record<string, { listed: number; calls: readonly Call[] }> = {
  // What the key may do is asked in each space, two requests at a time; the licence is one more.
  describe_deployment: { listed: 60, calls: [{ args: {}, requests: 9, tokens: 200 }] },
  list_connectors: {
    listed: 145,
    // The last runs are one request for a space, uses of preconfigured connectors another: no second call is needed for them.
    calls: [
      { args: {}, requests: 5, tokens: 335 },
      { args: { text: "slack" }, requests: 3, tokens: 110 },
      { args: { space: "*" }, requests: 11, tokens: 605 },
    ],
  },
  get_connector: {
    listed: 135,
    // Rules with what is in their way now (maintenance windows, action policies, runs), all other users (the version, and three
    // lists) and runs come without a second call, and several connectors in one.
    calls: [
      { args: { id: "ops-slack" }, requests: 13, tokens: 260 },
      { args: { id: "ops-slack", include: ["rules"] }, requests: 11, tokens: 190 },
      { args: { id: "ops-slack", include: ["rules", "actions"] }, requests: 11, tokens: 270 },
      { args: { ids: ["ops-slack", "ops-slack-2"] }, requests: 18, tokens: 320 },
    ],
  },
  describe_connector_types: {
    listed: 200,
    calls: [
      { args: {}, requests: 1, tokens: 595 },
      { args: { types: [".pagerduty"] }, requests: 1, tokens: 530 },
      { args: { types: [".webhook"] }, requests: 1, tokens: 880 },
    ],
  },
  // Workflows and action policies are one request each for a space; what else may name a connector that is gone is twelve,
  // fewer where the deployment lacks features: the last connector of its kind may be the one that went. Eight more where runs
  // are queued, and it looks once more.
  audit_connectors: { listed: 200, calls: [{ args: {}, requests: 84, tokens: 1150 }] },
  // For each space: connectors, workflows, policies, windows, failures and what came after, rules of both kinds.
  map_notifications: {
    listed: 225,
    calls: [
      { args: {}, requests: 16, tokens: 700 },
      { args: { space: "*", enabled: true, verdict: "nobody" }, requests: 43, tokens: 200 },
      { args: { connector: "ops-pagerduty" }, requests: 16, tokens: 700 },
    ],
  },
  export_connectors: {
    listed: 185,
    calls: [
      { args: { ids: ["ops-slack"] }, requests: 2, tokens: 1000 },
      { args: { format: "kibana_yml", ids: ["ops-slack"] }, requests: 2, tokens: 1200 },
      { args: { format: "api", ids: ["ops-slack"] }, requests: 2, tokens: 1600 },
    ],
  },
  // What waits for its id or name is looked for wherever Kibana keeps connectors.
  create_connector: { listed: 290, calls: [{ args: { name: "Log of tests", type: ".server-log" }, requests: 13, tokens: 140 }] },
  test_connector: {
    listed: 185,
    calls: [
      { args: { id: "log-of-tests" }, requests: 8, tokens: 150 },
      { args: { id: "ops-pagerduty", rule: "high-cpu-on-web-hosts" }, requests: 7, tokens: 260 },
    ],
  },
  execute_connector: { listed: 185, calls: [{ args: { id: "log-of-tests", params: { message: "hello" } }, requests: 8, tokens: 80 }] },
  // A new name: workflows may use the old one. Before a person is asked, whether Kibana would take it: the type, and the key's rights.
  update_connector: { listed: 230, calls: [{ args: { id: "log-of-tests", name: "Log of the tests" }, requests: 17, tokens: 145 }] },
  undo_change: { listed: 180, calls: [{ args: { change: "(the last one)" }, requests: 17, tokens: 135 }] },
  // The filter of rules is a schema of its own.
  attach_connector: {
    listed: 385,
    calls: [
      {
        args: { connector: "log-of-tests", rules: ["disk-almost-full"], params: { message: "{{rule.name}}" } },
        // One asks who the server's user is, so that a rule's key has one owner's name; the answer has the params, or a read would follow.
        requests: 20,
        tokens: 320,
      },
    ],
  },
  // Who goes on using it is read with the plan, with the plan after the question, and once more afterwards.
  replace_connector: { listed: 350, calls: [{ args: { from: "ops-slack", to: "ops-slack-2" }, requests: 34, tokens: 300 }] },
  // What became of connectors and rules, and which types Kibana would still take back.
  list_changes: { listed: 95, calls: [{ args: {}, requests: 5, tokens: 940 }] },
  // What else may use it (workflows, Synthetics, Uptime) is read with the plan, with the plan after the question, and right before the write.
  safe_delete_connector: { listed: 135, calls: [{ args: { ids: ["imported-pagerduty"] }, requests: 30, tokens: 140 }] },
};

interface Call {
  args: Record<string, unknown>;
  requests: number;
  tokens: number;
}

/** What is read before the tools can be listed. */
export const start = { bytes: 242_000, files: 3 };
