import { vi } from "vitest";
import type { ProductOptions } from "../support/product.ts";
import { act, eachRun, emptyDeployment, fires, hook, key, login, routing, withoutAuth } from "./deployment.ts";

export const trigger = (id: string, more: object = {}) => act(id, fires, { eventAction: "trigger", dedupKey: key, summary: "x", ...more });
const resolve = (id: string) => act(id, "recovered", { eventAction: "resolve", dedupKey: key });
const slack = { webhookUrl: "https://hooks.slack.com/services/T0/B0/planted" };

/** One fault of each kind, and where it has to be found. */
export async function planted(options: ProductOptions = {}) {
  const made = await emptyDeployment({
    ...options,
    sandbox: {
      deliver: true,
      kibanaYml:
        "xpack.actions.enabledActionTypes: ['.pagerduty', '.slack', '.webhook', '.server-log', '.index', '.servicenow', '.email', '.opsgenie']",
    },
  });
  const { connector, imported, rule } = made;
  await connector("default", "pd", ".pagerduty", "Ops PagerDuty", { apiUrl: null }, routing);
  await connector("default", "ops-slack", ".slack", "Ops channel", {}, slack);
  await connector("default", "night-slack", ".slack", "Night channel", {}, slack);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 30 * 86_400_000 });
  await rule("default", "never-fired", [act("night-slack", fires, { message: "x" })]);
  await rule("default", "hushed", [act("night-slack", fires, { message: "x" })]);
  await made.bare("POST", "/api/alerting/rule/hushed/_mute_all");
  vi.useRealTimers();
  await rule("default", "without-actions", []);
  await connector("default", "moved", ".pagerduty", "Moved PagerDuty", { apiUrl: null }, routing);
  await imported("default", "switched-off", ".teams", "Teams of the office", false);
  await rule("default", "both-broken", [trigger("moved"), resolve("moved"), act("switched-off", fires, { message: "x" })]);
  await rule("default", "through-moved", [trigger("moved"), resolve("moved")]);
  await imported("default", "moved", ".pagerduty", "Moved PagerDuty", true);
  await rule("default", "through-teams", [act("switched-off", fires, { message: "x" })]);
  await rule("default", "of-ann", [act("ops-slack", fires, { message: "x" })], {}, { authorization: "ApiKey YW5uOmtleQ==" });
  await connector("web", "pd-web", ".pagerduty", "Web PagerDuty", { apiUrl: null }, routing);

  await connector("web", "soon-gone", ".slack", "Channel of the web team", {}, slack);
  await rule("web", "dangling", [act("soon-gone", fires, { message: "x" }), trigger("pd-web"), resolve("pd-web")]);
  await made.remove("web", "soon-gone");

  await connector("default", "refused", ".webhook", "Rundeck restart", hook("http://localhost:1/x"), login);
  await rule("default", "fails", [act("refused", fires, { body: "{}" })]);
  for (let run = 0; run < 3; run++) await made.execute("default", "refused", { body: "{}" });

  await rule("default", "never-closes", [trigger("pd")]);
  await rule("default", "never-resolves", [
    trigger("pd"),
    resolve("pd"),
    act("pd", "recovered", { eventAction: "resolved", dedupKey: key }),
  ]);
  await rule("web", "no-key", [trigger("pd-web", { dedupKey: undefined }), resolve("pd-web")]);
  const oneForAll = { eventAction: "trigger", dedupKey: "{{rule.id}}", summary: "x" };
  await rule(
    "web",
    "one-key-for-all",
    [act("pd-web", fires, oneForAll), act("pd-web", "recovered", { ...oneForAll, eventAction: "resolve" })],
    {
      params: {
        index: ["logs-*"],
        threshold: [3],
        esQuery: '{"query":{"match_all":{}}}',
        groupBy: "top",
        termField: "host.name",
        termSize: 5,
      },
    },
  );
  await rule("default", "noisy", [act("ops-slack", fires, { message: "x" }, eachRun)], { schedule: { interval: "1m" } });
  await rule("default", "old-notify", [{ id: "ops-slack", group: fires, params: { message: "x" } }], {
    notify_when: "onActionGroupChange",
  });
  await connector(
    "default",
    "table-api",
    ".servicenow",
    "ServiceNow of IT",
    { apiUrl: "https://acme.service-now.com", isOAuth: false, usesTableApi: true },
    { username: "k", password: "geheim-und-lang" },
  );
  await rule("default", "tickets", [
    act("table-api", fires, { subAction: "pushToService", subActionParams: { incident: { short_description: "s", correlation_id: key } } }),
    act("table-api", "recovered", { subAction: "closeIncident", subActionParams: { incident: { correlation_id: key } } }),
  ]);
  await connector(
    "default",
    "clear-header",
    ".webhook",
    "Deploy gate",
    hook("https://deploy.acme.io/gate", { ...withoutAuth, headers: { "X-Api-Key": "abcdefgh12345678" } }),
  );
  await connector("default", "plain-http", ".webhook", "Billing inbox", hook("http://billing.acme.io/inbox"), login);
  await connector("default", "open-door", ".webhook", "Shop inbox", hook("https://shop.acme.io/inbox", withoutAuth));
  await connector("default", "audit-a", ".index", "Audit trail", { index: "alert-audit" });
  await connector("default", "audit-b", ".index", "Audit trail of alerts", { index: "alert-audit" });
  await connector("default", "generic", ".server-log", "Server log 2");
  for (const space of ["default", "web", "soc"]) {
    await connector(space, `runbook-${space}`, ".index", `Runbook of ${space}`, { index: "runbook" });
    await rule(space, `uses-runbook-${space}`, [act(`runbook-${space}`, fires, { documents: [{}] })]);
  }
  for (const [space, index] of [
    ["default", "deploys"],
    ["web", "deploys"],
    ["soc", "deploys-of-last-year"],
  ] as const) {
    await connector(space, `deploys-${space}`, ".index", "Deploy log", { index });
    await rule(space, `uses-deploys-${space}`, [act(`deploys-${space}`, fires, { documents: [{}] })]);
  }
  await connector("default", "genie", ".opsgenie", "On-call of payments", { apiUrl: "https://api.opsgenie.com" }, { apiKey: "k" });
  await rule("default", "uses-genie", [
    act("genie", fires, { subAction: "createAlert", subActionParams: { message: "x", alias: key } }),
    act("genie", "recovered", { subAction: "closeAlert", subActionParams: { alias: key } }),
  ]);
  await connector("soc", "lonely", ".slack", "Channel of nobody", {}, slack);
  await connector("soc", "tmp-slack", ".slack", "Tmp try", {}, slack);
  await rule(
    "default",
    "users",
    ["clear-header", "plain-http", "open-door", "audit-a", "audit-b", "generic"].map((id) =>
      act(id, fires, id.startsWith("audit") ? { documents: [{}] } : id === "generic" ? { message: "x" } : { body: "{}" }),
    ),
  );
  return made;
}

/** The same in a Kibana with workflows, which have faults of their own. */
export async function withWorkflows() {
  const made = await planted({ sandbox: { version: "9.5" } });
  const workflow = (name: string, connector: string) =>
    made.bare("POST", "/api/workflows/workflow", {
      yaml: `name: ${name}\nenabled: true\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: slack\n    connector-id: ${connector}\n    with:\n      message: hi\n`,
    });
  for (const id of ["twin-a", "twin-b"]) await made.connector("default", id, ".slack", "Twin", {}, slack);
  await made.imported("default", "of-workflow", ".teams", "Teams of a workflow", true);
  await made.imported("default", "old-chat", ".slack", "Old chat", true);
  for (const [name, connector] of [
    ["By a lost id", "lost-id"],
    ["By a lost name", "No such name"],
    ["By a name of two", "Twin"],
    ["Uses a type that is off", "of-workflow"],
    ["Uses one without secrets", "old-chat"],
    ["Uses what fails", "refused"],
  ] as const)
    await workflow(name, connector);
  return made;
}
