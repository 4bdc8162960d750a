import { describe, expect, test } from "vitest";
import { ruleKeyOwner } from "../../src/audit/checks/rule-key-owner.ts";
import type { RuleContext } from "../../src/audit/facts.ts";
import { type Deployment, deployment, logs, makeConnector, makeRule, serve } from "./race-deployment.ts";

interface Finding {
  check: string;
  severity: string;
  evidence: string;
  connector?: { id: string };
  rule?: { id: string };
  user?: { kind: string; name: string };
  next?: { tool: string; args: Record<string, unknown>; why: string };
  tool?: string;
}

async function findings(made: Deployment, check: string, options: Parameters<typeof serve>[1] = {}) {
  const server = await serve(made, options);
  const audit = async (): Promise<Finding[]> =>
    (await server.call("audit_connectors", { checks: [check], detail: true, limit: 50 })).body.findings;
  return { ...server, audit };
}

describe("a rule whose connector is gone comes with a call that shows something", () => {
  test.each([
    ["of its type, where there are some", ["gone", "left"], { type: ".server-log" }],
    ["of another type, where there is none of it", ["gone"], {}],
  ])("%s", async (_what, connectors, args) => {
    const made = await deployment({ connectors, rules: { r: ["gone"] } });
    await makeConnector(made.bare, "chat", {
      connector_type_id: ".slack",
      secrets: { webhookUrl: "https://hooks.slack.com/services/T/B/x" },
    });
    await made.bare("DELETE", "/api/actions/connector/gone");
    const { audit, call } = await findings(made, "dangling_reference");
    const [found] = await audit();
    expect(found?.next).toMatchObject({ tool: "list_connectors", args: { space: "default", ...args } });
    const { body } = await call("list_connectors", found?.next?.args);
    expect(body.connectors).not.toEqual([]);
  });

  test("or with the tool that makes one, where none is left", async () => {
    const made = await deployment({ connectors: ["gone"], rules: { r: ["gone"] } });
    await made.bare("DELETE", "/api/actions/connector/gone");
    const [found] = await (await findings(made, "dangling_reference")).audit();
    expect([found?.next, found?.tool]).toEqual([undefined, "create_connector"]);
  });
});

describe("a case whose connector is gone is found", () => {
  const about = { title: "Phishing", description: "d", tags: [], owner: "cases", settings: { syncAlerts: false } };
  const connector = { id: "tickets", name: "Tickets", type: ".jira", fields: { issueType: null, priority: null, parent: null } };
  const jira = {
    connector_type_id: ".jira",
    config: { apiUrl: "https://example.atlassian.net", projectKey: "OPS" },
    secrets: { email: "a@example.com", apiToken: "token-of-jira" },
  };
  async function withCase(status: "open" | "closed", isGone = true) {
    const made = await deployment();
    await makeConnector(made.bare, "tickets", jira);
    const { id, version } = JSON.parse(await made.bare("POST", "/api/cases", { ...about, connector }));
    if (status !== "open") await made.bare("PATCH", "/api/cases", { cases: [{ id, version, status }] });
    if (isGone) await made.bare("DELETE", "/api/actions/connector/tickets");
    return made;
  }

  test("while it is open, with what a person does about it", async () => {
    const found = await (await findings(await withCase("open"), "dangling_reference")).audit();
    expect(found).toEqual([
      expect.objectContaining({
        severity: "low",
        connector: { id: "tickets" },
        user: expect.objectContaining({ kind: "case", name: "Phishing" }),
        evidence: expect.stringContaining("In Kibana, choose another connector in the case, or delete the case."),
      }),
    ]);
    expect(found[0]).not.toHaveProperty("tool");
  });

  test.each([
    ["one that is closed", "closed", true],
    ["one whose connector is there", "open", false],
  ] as const)("innocent neighbours: %s", async (_what, status, isGone) => {
    expect(await (await findings(await withCase(status, isGone), "dangling_reference")).audit()).toEqual([]);
  });
});

test("a connector that failed until this server replaced its secrets: the audit says so, and proposes a test", async () => {
  const made = await deployment({}, []);
  const env = { CONNECTOR_SECRET_SLACK: "https://hooks.slack.com/services/T1/B2/another" };
  const { audit, call } = await findings(made, "failing", { env });
  const secrets = { webhookUrl: { $env: "CONNECTOR_SECRET_SLACK" } };
  expect((await call("update_connector", { id: "soc-slack", space: "security", secrets })).body.status).toBe("done");
  const found = await audit();
  const of = (id: string) => found.find(({ connector }) => connector?.id === id);
  expect(of("soc-slack")).toMatchObject({
    evidence: expect.stringMatching(/; since then this server replaced its secrets \(.+Z\), and no run shows yet whether that helped\.$/),
    next: { tool: "test_connector", args: { id: "soc-slack", space: "security" } },
  });
  // Nothing was changed in this one.
  expect(of("deploy-hook")).toMatchObject({ evidence: expect.not.stringContaining("this server"), next: { tool: "get_connector" } });
  const { body: shown } = await call("get_connector", { id: "soc-slack", space: "security" });
  expect(shown.warnings).toContainEqual(expect.stringContaining("Since its last failure this server replaced its secrets"));
  expect(shown.next).toEqual([expect.objectContaining({ tool: "test_connector" })]);
  const { body: other } = await call("get_connector", { id: "deploy-hook" });
  expect(other.next).toEqual([expect.objectContaining({ tool: "test_connector", args: { id: "deploy-hook", space: "default" } })]);
  expect(JSON.stringify(other.warnings)).not.toContain("this server");
});

describe("a rule that this server's own save gave its key is noted as that, with what to do", () => {
  test("and no alarm is made of it, beside one of somebody else's", async () => {
    const { audit, call } = await findings(await deployment({}, []), "rule_key_owner");
    expect((await call("attach_connector", { connector: "ops-slack", rules: ["deploy-watch"] })).body.status).toBe("done");
    const found = await audit();
    const of = (id: string) => found.find(({ rule }) => rule?.id === id);
    expect(of("deploy-watch")).toMatchObject({
      severity: "info",
      evidence: expect.stringMatching(/: this server saved it with its own at .+Z, as was said then\. Before that key .+ Update API key/),
    });
    expect(of("login-failures")).toMatchObject({ severity: "low", evidence: expect.not.stringContaining("this server") });
  });

  test.each([
    ["somebody saved it since", "2026-11-30T12:00:00.000Z", "low"],
    ["its own save was the last", "2026-11-30T10:00:01.000Z", "info"],
    ["Kibana does not say when it was saved", undefined, "info"],
  ])("%s", (_what, updated, severity) => {
    const rule = { id: "r", name: "R", enabled: true, api_key_owner: "ops", api_key_created_by_user: true, updated_at: updated };
    const saved = () => ({ at: "2026-11-30T10:00:00.000Z", did: "saved it" });
    const drafts = ruleKeyOwner.find({ ...rule, actions: [{ id: "a" }] } as never, { saved } as unknown as RuleContext);
    expect(drafts.map((one) => one.severity)).toEqual([severity]);
  });
});

test("a rule with its own actions is none of this", async () => {
  const made = await deployment({ connectors: ["one"] });
  await makeRule(made.bare, "r", [logs("one")]);
  expect(await (await findings(made, "dangling_reference")).audit()).toEqual([]);
});
