/** Calls that agents make, on the sandbox's deployment: mutation starts from these. */
export const corpus: readonly (readonly [tool: string, args: Record<string, unknown>])[] = [
  ["describe_deployment", {}],
  ["list_connectors", {}],
  ["list_connectors", { space: "*", type: ".slack", text: "ops", state: "unused", limit: 3 }],
  ["list_connectors", { space: "default,security", cursor: "WyJkZWZhdWx0IiwiT3BzIFNsYWNrIiwib3BzLXNsYWNrIl0" }],
  ["get_connector", { id: "ops-pagerduty", include: ["rules"] }],
  ["get_connector", { id: "Deploy hook", space: "default" }],
  ["get_connector", { id: "settlement-hook", space: "team-payments", include: ["rules"] }],
  ["describe_connector_types", {}],
  ["describe_connector_types", { text: "chat" }],
  ["describe_connector_types", { types: [".webhook", "pagerduty"], parts: ["config", "secrets", "example"] }],
  ["get_connector", { id: "ops-pagerduty", include: ["rules", "health"] }],
  ["audit_connectors", {}],
  ["audit_connectors", { spaces: ["default", "security"], min_severity: "medium", days: 30, detail: true, limit: 5 }],
  ["export_connectors", {}],
  ["export_connectors", { format: "kibana_yml", space: "*" }],
  ["export_connectors", { format: "api", ids: ["ops-pagerduty", "deploy-hook"] }],
  ["list_changes", { limit: 5 }],
  ["list_changes", { space: "default", id: "ops-slack" }],
  ["create_connector", { name: "Log of the fuzz", type: ".server-log", id: "log-of-the-fuzz" }],
  [
    "create_connector",
    { name: "Pager of the fuzz", type: ".pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_CANARY" } }, if_exists: "use" },
  ],
  [
    "create_connector",
    {
      name: "Hook of the fuzz",
      type: ".webhook",
      config: {
        url: "https://hooks.example.com/x",
        method: "post",
        headers: { "x-team": "ops" },
        hasAuth: true,
        authType: "webhook-authentication-basic",
      },
      secrets: { user: "kibana", password: { $ask: true } },
      space: "security",
    },
  ],
  [
    "create_connector",
    {
      name: "Mail of the fuzz",
      type: ".email",
      config: { from: "a@example.com", service: "other", host: "smtp.example.com", port: 587, hasAuth: true },
      secrets: { user: { $env: "CONNECTOR_SECRET_CANARY" }, password: { $file: "canary" } },
    },
  ],
  ["create_connector", { name: "Copy of the fuzz", from: { id: "kibana-log" } }],
  ["update_connector", { id: "kibana-log", name: "Kibana log, renamed" }],
  ["update_connector", { id: "deploy-hook", config: { headers: { "X-Team": "ops" }, method: "put" }, assert_no_other_secrets: true }],
  ["update_connector", { id: "ops-pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_CANARY" } } }],
  ["test_connector", { id: "ops-pagerduty" }],
  ["test_connector", { id: "kibana-log", mode: "loud" }],
  ["execute_connector", { id: "ops-slack", params: { message: "hello" } }],
  ["execute_connector", { id: "batch-jira", params: { subAction: "issueTypes", subActionParams: {} }, retries: 2 }],
  ["safe_delete_connector", { ids: ["ops-slack-2", "kibana-log"] }],
  ["safe_delete_connector", { ids: ["ops-pagerduty"], dry_run: true }],
  ["attach_connector", { connector: "ops-slack", rules: ["Disk almost full"] }],
  ["attach_connector", { connector: "ops-pagerduty", rules: ["nightly-batch-is-late"], recovery: "none", dedup_key: "{{rule.id}}" }],
  [
    "attach_connector",
    {
      connector: "ops-mail-preconfigured",
      rules: ["deploy-watch", "disk-almost-full"],
      params: { to: ["a@example.com"] },
      frequency: { summary: false, notify_when: "onThrottleInterval", throttle: "1h" },
    },
  ],
  ["replace_connector", { from: "ops-slack", to: "ops-slack-2" }],
  ["replace_connector", { from: "ops-pagerduty", remove: true, rules: ["disk-almost-full"], on_error: "continue" }],
  ["replace_connector", { from: "batch-jira", to: "ops-slack", params: { message: "late" }, recovery_params: { message: "well" } }],
  ["undo_change", { change: "(a change)", dry_run: true }],
  ["undo_change", { change: "(a change)", secrets: { routingKey: { $env: "CONNECTOR_SECRET_CANARY" } } }],
];

/** Values for arguments of these names that reach something. */
export const words: Record<string, readonly string[]> = {
  id: ["ops-pagerduty", "ops-slack", "deploy-hook", "kibana-log", "ops-mail-preconfigured", "system-connector-.cases", "Ops Slack"],
  rule: ["disk-almost-full", "High CPU on web hosts", "deploy-watch", "checkout-errors", "no-such-rule"],
  space: ["default", "team-payments", "security", "*", "nowhere", "default,security"],
  type: [".slack", ".pagerduty", "webhook", ".email", ".gen-ai", ".cases", "Jira"],
  change: ["(a change)"],
  confirm: ["(a confirm id)", "page-AAAAAAAAAAAAAAAAAAAA"],
  $env: ["CONNECTOR_SECRET_CANARY", "CONNECTOR_SECRET_NONE", "HOME", "KIBANA_API_KEY"],
  $file: ["canary", "../canary", "/etc/passwd"],
};

/** The value of the one secret that the fuzzed server knows: it must never be seen. */
export const canary = "canary-5c1f09d27ab84e36";
