import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { action, makeRule } from "../support/rules-deployment.ts";

type Dict = Record<string, unknown>;
const owner = "{{#context.owner}}{{context.owner}}{{/context.owner}}";
const mail = (to: unknown, more: Dict = {}): [string, Dict] => ["mail", { to, subject: "s", message: "m", ...more }];
const post = (more: Dict): [string, Dict] => ["channels", { subAction: "postMessage", subActionParams: { text: "t", ...more } }];
const tines: Dict = {
  connector_type_id: ".tines",
  config: { url: "https://t.tines.example" },
  secrets: { email: "a@b.example", token: "t" },
};

/** A rule with one action, or a workflow's step in its place: what the map, and the connector's own page, say of it. */
async function saidOf(id: string, params: Dict, step?: string) {
  const made = await product({ person: accepts, sandbox: { empty: true, version: "9.5" } });
  await made.bare("POST", `/api/actions/connector/${id}`, {
    name: `Connector ${id}`,
    ...(id === "tines" ? tines : rehearsedConnectors[id]),
  });
  const yaml = `name: Tell\nconsts:\n  desk: desk@example.com\ntriggers:\n  - type: alert\nsteps:\n  - name: tell\n    type: ${step}\n    connector-id: ${id}\n    with: ${JSON.stringify(params)}\n`;
  if (step) await made.bare("POST", "/api/workflows/workflow", { id: "wf-1", yaml });
  const workflow = { id: "system-connector-.workflows", params: { subAction: "run", subActionParams: { workflowId: "wf-1" } } };
  await makeRule(made, "r1", [step ? workflow : action(id, { params })], { tags: ["ops@example.com"] });
  const { counts, rules } = (await made.call("map_notifications", {})).body;
  const page = (await made.call("get_connector", { id, include: ["rules"] })).body;
  const rule = [...page.rules, ...(page.users ?? [])].find((one) => one.id === "r1");
  const audit = (await made.call("audit_connectors", { checks: ["notifies_nobody"], detail: true })).body;
  const verdict = ["nobody", "perhaps", "told"].find((one) => counts[one] > 0);
  expect(rule?.verdict ?? "told").toBe(verdict);
  return { verdict, why: JSON.stringify(rules), there: JSON.stringify(rule), findings: audit.findings };
}

test.each<[string, Dict]>([
  mail(["{{context.nothing}}"]),
  mail(["{{context.owner}}"], { cc: [], bcc: ["{{{nothing}}}"] }),
  mail(["{{alert.id}}@example.com"]),
  mail(["{{rule.nothing}}", "{{params.nothing}}"]),
  mail([`${owner}{{^context.owner}}{{context.other}}{{/context.owner}}`]),
  mail([owner]),
  mail(["{{#context.x}}ops@example.com{{/context.x}}"]),
])("whom an alert decides is no certain recipient, and it is said why: %s %j", async (id, params) => {
  const { verdict, why, there, findings } = await saidOf(id, params);
  expect(verdict).toBe("perhaps");
  for (const text of [why, there]) expect(text).toContain("whom it reaches is filled in for each alert");
  expect(findings).toEqual([]);
});

test.each<[string, Dict]>([
  mail(["ops@example.com"]),
  mail(["{{context.nothing}}", "ops@example.com"]),
  mail(["{{context.nothing}}"], { cc: ["ops@example.com"] }),
  mail(["{{rule.tags}}"]),
  mail(["{{params.owner}}{{^params.owner}}ops@example.com{{/params.owner}}"]),
  mail([`${owner}{{^context.owner}}ops@example.com{{/context.owner}}`]),
  mail(["ops@example.com"], { subject: "{{context.nothing}}" }),
  post({ channelIds: ["C0000000001"], text: "{{context.nothing}}" }),
  ["hook", { body: '{"to": "{{context.nothing}}"}' }],
  ["pager", { eventAction: "trigger", dedupKey: "{{rule.id}}-{{alert.id}}", summary: "{{context.nothing}}" }],
])("who is named, or stands in for whom an alert does not name, is told: %s %j", async (id, params) => {
  const { verdict, findings } = await saidOf(id, params);
  expect([verdict, findings]).toEqual(["told", []]);
});

test.each<[string, Dict]>([
  post({ channelIds: ["{{context.channel}}"] }),
  post({ channelNames: ["#{{context.channel}}"], channelIds: ["C1"] }),
  post({ channels: ["{{rule.spaceId}}-{{alert.id}}"] }),
  post({ channelNames: ["#{{rule.name}}"] }),
  post({ channelIds: ["{{rule.tags}}"] }),
  post({ channels: ["#ops{{! the desk }}"] }),
  ["tines", { subAction: "run", subActionParams: { webhookUrl: "https://t.tines.example/{{rule.id}}", body: "{}" } }],
  ["tines", { subAction: "run", subActionParams: { webhookUrl: "{{context.url}}", body: "{}" } }],
])("where Kibana fills nothing in, a template reaches nobody: %s %j", async (id, params) => {
  const { verdict, why, findings } = await saidOf(id, params);
  expect([verdict, why]).toEqual(["nobody", expect.stringContaining("fills in no template in")]);
  expect(findings).toMatchObject([{ evidence: expect.stringContaining("is sent as it is") }]);
});

test.each<[string, string, Dict, string]>([
  ["mail", "email", { to: ["{{ event.owner }}"], subject: "s", message: "m" }, "perhaps"],
  ["channels", "slack_api.postMessage", { channelIds: ["{{ event.channel }}"], text: "t" }, "perhaps"],
  ["mail", "email", { to: ["{{ consts.desk }}"], subject: "s", message: "m" }, "told"],
  ["mail", "email", { to: ["ops@example.com"], subject: "{{ event.x }}", message: "m" }, "told"],
])("the same in a step of a workflow: %s %s %j is %s", async (id, step, params, expected) => {
  const { verdict, why } = await saidOf(id, params, step);
  expect([verdict, why.includes("whom it reaches is decided when it runs")]).toEqual([expected, expected === "perhaps"]);
});

test.each([
  [["#{{rule.name}}"], true],
  [["#{{context.title}}"], true],
  [["#alerts"], false],
])("who attaches to a channel %j is told of a template there: %s", async (channelNames, told) => {
  const made = await product({ person: accepts, sandbox: { empty: true, version: "9.5" } });
  await made.bare("POST", "/api/actions/connector/channels", { name: "Channels", ...rehearsedConnectors.channels, config: {} });
  await makeRule(made, "r1", []);
  const params = { subActionParams: { channelNames } };
  const { warnings } = (await made.call("attach_connector", { connector: "channels", rules: ["r1"], params, dry_run: true })).body;
  expect(JSON.stringify(warnings ?? []).includes("fills in no template there")).toBe(told);
});
