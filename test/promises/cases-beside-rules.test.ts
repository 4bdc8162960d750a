import { describe, expect, test } from "vitest";
import { type Deployment, deployment, logs, makeConnector, makeRule, serve } from "./race-deployment.ts";

const jira = {
  connector_type_id: ".jira",
  config: { apiUrl: "https://example.atlassian.net", projectKey: "OPS" },
  secrets: { email: "a@example.com", apiToken: "token-of-jira" },
};
const issue = { subAction: "pushToService", subActionParams: { incident: { summary: "{{rule.name}}" }, comments: [] } };
const about = {
  ...{ title: "Phishing", description: "d", tags: [], owner: "cases" },
  ...{ settings: { syncAlerts: false }, category: null, customFields: [], assignees: [] },
};

/** Two connectors for tickets; a rule and, where it is asked for, a case and a setting of cases use the first. */
async function made(users: { case?: boolean; setting?: boolean }): Promise<Deployment> {
  const all = await deployment();
  for (const id of ["tickets", "others"]) await makeConnector(all.bare, id, jira);
  await makeRule(all.bare, "disk", [logs("tickets", { params: issue })]);
  const connector = { id: "tickets", name: "The tickets", type: ".jira", fields: null };
  if (users.case)
    await all.bare("POST", "/api/cases", {
      ...about,
      connector: { ...connector, fields: { issueType: null, priority: null, parent: null } },
    });
  if (users.setting) await all.bare("POST", "/api/cases/configure", { owner: "cases", closure_type: "close-by-user", connector });
  return all;
}

describe("a case that uses a connector is named also where something else uses it", () => {
  test("by a refused delete, beside the rule", async () => {
    const { call } = await serve(await made({ case: true }));
    const { body } = await call("safe_delete_connector", { ids: ["tickets"] });
    expect(body.error.message).toContain('1 rule: "Rule disk" and 1 case: "Phishing"');
    expect(body.error.detail).not.toHaveProperty("note");
  });

  test.each([
    ["of all rules", {}],
    ["of rules that are named", { rules: ["disk"] }],
  ])("by a move %s: still_used_by names it", async (_what, more) => {
    const { call } = await serve(await made({ case: true }));
    const { body } = await call("replace_connector", { from: "tickets", to: "others", ...more });
    expect(body.result.still_used_by).toBe('1, and among them 1 case: "Phishing"');
  });

  test("by the audit, in what it says of who uses a connector", async () => {
    const { call } = await serve(await deployment({}, []));
    const { body } = await call("audit_connectors", { checks: ["deprecated"], spaces: ["default"] });
    expect(body.findings[0]).toMatchObject({
      connector: "servicenow-itsm",
      evidence: expect.stringContaining('; it is used by 1 case: "case disk incident 77"'),
    });
  });

  test("innocent neighbours: a setting of cases is counted once, and nothing is said to be hidden", async () => {
    const { call } = await serve(await made({ setting: true }));
    const { body } = await call("replace_connector", { from: "tickets", to: "others" });
    expect(body.result.still_used_by).toBe(1);
    expect(JSON.stringify(body.warnings)).not.toContain("Kibana counts");
  });

  test("innocent neighbours: no case, and the number alone", async () => {
    const { call } = await serve(await made({}));
    const { body } = await call("replace_connector", { from: "tickets", to: "others" });
    expect(body.result.still_used_by).toBe(0);
  });
});
