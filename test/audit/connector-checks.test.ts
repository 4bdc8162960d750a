import { describe, expect, test } from "vitest";
import type { ConnectorFacts } from "../../src/audit/facts.ts";
import type { Runs } from "../../src/kibana/connector-runs.ts";
import type { LiveType } from "../../src/kibana/connector-types.ts";
import { disabledOnly, facts, idle, inWorkflow, notAllSeen, ofConnector, window } from "./facts.ts";

type Given = Parameters<typeof facts>[0];
/** What is given, and the severity; undefined: nothing to find. */
type Row = [name: string, given: Given, severity: string | undefined];

const severityOf = (check: Parameters<typeof ofConnector>[0], given: Given, more = {}) => ofConnector(check, facts(given), more)?.severity;
const webhook = (config: Record<string, unknown>) => ({
  connector: { type: ".webhook", config: { method: "post", headers: null, hasAuth: false, authType: null, ...config } },
});

describe("missing_secrets", () => {
  test.each<Row>([
    ["an enabled rule uses it", { connector: { missingSecrets: true } }, "critical"],
    ["only disabled rules use it", { connector: { missingSecrets: true }, ...disabledOnly }, "high"],
    ["a case uses it", { connector: { missingSecrets: true, references: 1 }, ...idle }, "high"],
    ["nothing uses it", { connector: { missingSecrets: true, references: 0 }, ...idle }, "medium"],
    ["it has its secrets", {}, undefined],
    ["it needs none", { connector: { type: ".server-log" } }, undefined],
  ])("%s", (_name, given, severity) => expect(severityOf("missing_secrets", given)).toBe(severity));

  test("the ready call asks a person for the fields that the config needs, and is left out where they are not known", () => {
    expect(ofConnector("missing_secrets", facts({ connector: { missingSecrets: true } }))?.next).toMatchObject({
      tool: "update_connector",
      args: { id: "payments-slack", space: "payments", secrets: { webhookUrl: { $ask: true } } },
    });
    expect(ofConnector("missing_secrets", facts({ connector: { missingSecrets: true, type: ".unknown" } }))?.next).toBeUndefined();
  });

  test("where rules could not be read it does not say that no rule uses it", () => {
    const found = ofConnector("missing_secrets", facts({ connector: { missingSecrets: true }, ...idle }), { rulesKnown: false });
    expect(found?.evidence).toContain("could not be read");
    expect(found?.severity).toBe("high");
  });
});

describe("type_unusable", () => {
  test.each<Row>([
    ["the licence does not cover a type in use", { type: { enabledInLicense: false } }, "critical"],
    ["the configuration leaves out a type in use", { type: { enabledInConfig: false } }, "critical"],
    ["this Kibana does not have the type", { type: null }, "critical"],
    ["nobody uses it", { type: { enabledInLicense: false }, ...idle }, "medium"],
    [
      "preconfigured runs although its type is switched off",
      { connector: { preconfigured: true }, type: { enabledInConfig: false } },
      undefined,
    ],
    [
      "preconfigured does not run without the licence",
      { connector: { preconfigured: true }, type: { enabledInLicense: false } },
      "critical",
    ],
    [
      "a preconfigured one of Elastic that nobody uses",
      { connector: { preconfigured: true, type: ".inference" }, type: { enabledInLicense: false }, ...idle },
      "info",
    ],
    ["usable", {}, undefined],
  ])("%s", (_name, given, severity) => expect(severityOf("type_unusable", given)).toBe(severity));
});

describe("deprecated", () => {
  test.each<Row>([
    ["the connector", { connector: { deprecated: true } }, "medium"],
    ["the type", { type: { deprecated: true } }, "medium"],
    ["nobody uses it", { connector: { deprecated: true }, ...idle }, "low"],
    ["neither", { connector: { type: ".servicenow", config: { apiUrl: "https://x.service-now.com", usesTableApi: false } } }, undefined],
  ])("%s", (_name, given, severity) => expect(severityOf("deprecated", given)).toBe(severity));
});

describe("failing", () => {
  const runs = (more: Partial<Runs>): { runs: Runs } => ({
    runs: {
      failures: 10,
      successes: 0,
      lastFailure: { at: "2026-11-20T00:00:00Z", message: "action execution failure: .slack:a: A - no_service" },
      lastSuccess: undefined,
      successesSince: 0,
      failing: undefined,
      ...more,
    },
  });

  const now = { since: "2026-11-19T00:00:00Z", runs: 2, lastSuccess: "2026-11-18T00:00:00Z" };

  test.each<Row>([
    ["each run fails, and rules rely on it", runs({}), "critical"],
    ["each run fails, and no rule uses it", { ...runs({}), ...idle }, "high"],
    ["one run alone, and it failed", runs({ failures: 1 }), "critical"],
    ["most runs fail", runs({ failures: 60, successes: 40 }), "high"],
    ["most runs fail, but the last one worked", runs({ failures: 60, successes: 40, successesSince: 1 }), "medium"],
    ["one failure, and the last run worked", runs({ failures: 1, successes: 1, successesSince: 1 }), "low"],
    ["one failure of many, and the last run worked", runs({ failures: 1, successes: 9, successesSince: 2 }), "info"],
    ["some runs fail", runs({ failures: 15, successes: 85 }), "medium"],
    ["a time-out now and then", runs({ failures: 2, successes: 498 }), "low"],
    ["two of ten, too few to tell", runs({ failures: 2, successes: 8 }), "low"],
    ["an outage that is over", runs({ failures: 40, successes: 60, successesSince: 10 }), "info"],
    ["a long outage that is over", runs({ failures: 90, successes: 10, successesSince: 10 }), "low"],
    ["no failure", runs({ failures: 0, successes: 10, lastFailure: undefined }), undefined],
    ["no runs", {}, undefined],
  ])("%s", (_name, given, severity) => expect(severityOf("failing", given)).toBe(severity));

  test.each<[string, Partial<Runs>, string, string]>([
    ["worked last", { failures: 1, successes: 1, successesSince: 1 }, "1 of 2 runs failed in 7 days, but the last one worked; ", "untidy"],
    [
      "worked last after many failures",
      { successes: 9, successesSince: 2 },
      "10 of 19 runs failed in 7 days, but the last one worked; ",
      "will_break",
    ],
    ["is over", { successes: 9, successesSince: 3 }, "10 of 19 runs failed in 7 days, but not recently; ", "untidy"],
    ["fails", { successes: 9, failing: now }, "10 of 19 runs failed in 7 days; ", "broken_now"],
  ])("says of one that %s so", (_what, given, begin, group) => {
    const found = ofConnector("failing", facts(runs(given)));
    expect(found?.evidence.startsWith(begin)).toBe(true);
    expect(found?.group ?? "broken_now").toBe(group);
  });

  test("says since when in the same words, with and without a last success", () => {
    const said = (lastSuccess: string | undefined, runsOfIt: number) =>
      ofConnector("failing", facts(runs({ successes: 9, failing: { ...now, runs: runsOfIt, lastSuccess } })))?.evidence;
    expect(said(undefined, 10)).toContain("; failing since 2026-11-19T00:00Z or earlier; the last error");
    expect(said("2026-11-18T00:00:00Z", 1)).toContain(
      "; failing since 2026-11-19T00:00Z (1 run; last success 2026-11-18T00:00Z); the last error",
    );
    expect(said("2026-11-18T00:00:00Z", 2)).toContain("; failing since 2026-11-19T00:00Z (2 runs; last success 2026-11-18T00:00Z);");
  });

  test("says how many, since when, who relies on it, and the last error", () => {
    const message = "action execution failure: .webhook:a: A - error calling webhook: 403 for https://x.example/";
    const found = ofConnector("failing", facts(runs({ failures: 3, lastFailure: { at: "2026-11-20T00:00:00Z", message } })));
    expect(found?.evidence).toBe(
      "3 of 3 runs failed in 7 days; 1 enabled rule uses it; the last error: error calling webhook: 403 for https://x.example/.",
    );
  });
});

describe("end_of_life", () => {
  const genie = { connector: { type: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" } } };
  const chat = { connector: { type: ".slack" } };
  const table = (usesTableApi: boolean) => ({
    connector: { type: ".servicenow", config: { apiUrl: "https://a.service-now.com", usesTableApi } },
  });
  const office = { connector: { type: ".teams" } };
  const failed = { failures: 3, successes: 0, lastFailure: undefined, lastSuccess: undefined, successesSince: 0, failing: undefined };
  /** Seven days that end so many days before the end of Opsgenie. */
  const ending = (days: number) => ({
    window: { from: new Date(Date.parse("2027-04-05") - (days + 7) * 86_400_000).toISOString(), days: 7 },
  });
  const offers = (...ids: string[]) => ({ offers: new Map(ids.map((id) => [id, facts({ connector: { type: id } }).type as LiveType])) });

  test.each<[string, Given, object, string | undefined]>([
    ["a year away", genie, ending(365), "low"],
    ["half a year away", genie, ending(180), "medium"],
    ["two months away", genie, ending(60), "high"],
    ["the last day", genie, ending(1), "high"],
    ["over", genie, ending(0), "critical"],
    ["over, and nothing uses it", { ...genie, ...idle }, ending(-10), "medium"],
    ["near, and nothing uses it", { ...genie, ...idle }, ending(30), "low"],
    ["Kibana marks it as deprecated: that is said already", { connector: { ...genie.connector, deprecated: true } }, ending(1), undefined],
    ["only to be replaced, by what this deployment has", chat, offers(".slack", ".slack_api"), "info"],
    ["only to be replaced, by what this deployment does not have", chat, offers(".slack"), undefined],
    ["only to be replaced, and types could not be read", chat, {}, undefined],
    ["the old way in", table(true), {}, undefined],
    ["the new way in", table(false), {}, undefined],
    ["a secret address, all runs failed", { ...office, runs: failed }, {}, "high"],
    ["a secret address, nothing uses it", { ...office, runs: failed, ...idle }, {}, "low"],
    ["a secret address, some runs went well", { ...office, runs: { ...failed, successes: 1 } }, {}, undefined],
    ["a secret address without runs", office, {}, undefined],
    ["another type", { connector: { type: ".pagerduty" } }, {}, undefined],
  ])("%s", (_name, given, space, severity) => expect(severityOf("end_of_life", given, space)).toBe(severity));

  test("says when, what to do and how long is left, and leads to the successor where there is one", () => {
    const found = ofConnector("end_of_life", facts(genie), { ...ending(30), ...offers(".jira-service-management") });
    expect(found?.evidence).toMatch(
      /^Opsgenie with its API ends on 2027-04-05 \(Atlassian.*\): use \.jira-service-management.* \(30 days left\); 1 enabled rule uses it\.$/,
    );
    expect(found?.next).toMatchObject({ tool: "describe_connector_types", args: { types: [".jira-service-management"] } });
    expect(ofConnector("end_of_life", facts(genie), ending(30))?.next).toBeUndefined();
    const older = ofConnector("end_of_life", facts(genie), { ...ending(30), ...offers(".opsgenie") });
    expect(older?.evidence).toMatch(/; 1 enabled rule uses it\. This Kibana does not have \.jira-service-management\.$/);
  });
});

describe("never_run", () => {
  const never = { ran: false };
  test.each<Row>([
    ["rules use it and it never ran", never, "info"],
    ["it ran", { ran: true }, undefined],
    ["whether it ran was not looked up", {}, undefined],
    ["only disabled rules use it", { ...never, ...disabledOnly }, undefined],
    ["its rules are younger than the window", { ...never, usage: { rules: 1, enabled: 1, since: "2026-11-20T00:00:00Z" } }, undefined],
    ["its secrets are missing: that is said already", { ...never, connector: { missingSecrets: true } }, undefined],
  ])("%s", (_name, given, severity) => expect(severityOf("never_run", given)).toBe(severity));
});

describe("unused", () => {
  const free = { connector: { references: 0 }, ...idle };
  test.each<Row>([
    ["nothing refers to it", free, "low"],
    ["it ran of late: a program may use it", { ...free, ran: true }, "info"],
    ["it ran of late, by this server alone", { ...free, ran: "here" }, "info"],
    ["a disabled rule uses it", { connector: { references: 1 }, ...disabledOnly }, undefined],
    ["a case or a queued run refers to it", { connector: { references: 1 }, ...idle }, undefined],
    ["preconfigured: its references are never counted", { connector: { references: 0, preconfigured: true }, ...idle }, undefined],
    ["a workflow uses it", { ...free, others: inWorkflow }, undefined],
    ["workflows were not looked at", { ...free, others: notAllSeen }, undefined],
    ["what else uses it could not be looked at", { ...free, others: undefined }, undefined],
    ["for cases alone, which leave one", { connector: { references: 0, type: ".cases-webhook" }, ...idle }, "low"],
    ["Kibana does not count, and no rule uses it", { connector: { references: undefined }, ...idle }, "low"],
  ])("%s", (_name, given, severity) => expect(severityOf("unused", given)).toBe(severity));

  test("where Kibana gives no count and rules cannot be read, there is no finding", () => {
    expect(severityOf("unused", { connector: { references: undefined }, ...idle }, { rulesKnown: false })).toBeUndefined();
  });
});

describe("unused_as_far_as_seen", () => {
  const free = { connector: { references: 0 }, ...idle };
  const found = (given: { others?: ConnectorFacts["others"] }) => ofConnector("unused_as_far_as_seen", facts({ ...free, ...given }));

  test("says what was not looked at, and proposes no delete", () => {
    expect(found({ others: notAllSeen })).toEqual({
      severity: "info",
      confidence: "likely",
      connector: { id: "payments-slack", name: "Payments on-call", type: ".slack" },
      evidence: "Nothing that could be looked at uses it; not looked at: workflows.",
    });
    expect(found({ others: undefined })?.evidence).toContain("what uses it besides rules could not be looked at");
  });

  test("says nothing where all was looked at, or something uses it", () => {
    expect([found({}), found({ others: inWorkflow })]).toEqual([undefined, undefined]);
  });
});

describe("left_over_test", () => {
  test("is to be deleted only where all was looked at", () => {
    const found = (others: ConnectorFacts["others"]) =>
      ofConnector("left_over_test", facts({ connector: { name: "test", references: 0 }, ...idle, others }));
    expect(found(idle.others)?.next?.tool).toBe("safe_delete_connector");
    expect([found(notAllSeen)?.next, found(notAllSeen)?.evidence]).toEqual([
      undefined,
      expect.stringContaining("not looked at: workflows"),
    ]);
    expect(found(inWorkflow)).toBeUndefined();
  });

  test.each([
    "test",
    "Test Slack",
    "slack-test-2",
    "tmp",
    "Foo",
    "my dummy connector",
    "DELETE ME",
    "delete_me",
    "Demo webhook",
    "PoC Jira",
    "testing 123",
    "TEST!",
  ])("%j that nothing uses is left over", (name) =>
    expect(severityOf("left_over_test", { connector: { name, references: 0 }, ...idle })).toBe("low"),
  );
  test.each([
    "Contest results",
    "Latest deploys",
    "Attestation",
    "Protest",
    "Democracy Now",
    "Footer team",
    "Temperature alerts",
    "Greatest hits",
  ])("%j is none", (name) => expect(severityOf("left_over_test", { connector: { name, references: 0 }, ...idle })).toBeUndefined());
  test("one that a rule or a case uses is in use", () => {
    expect(severityOf("left_over_test", { connector: { name: "Test" } })).toBeUndefined();
    expect(severityOf("left_over_test", { connector: { name: "Test", references: 1 }, ...idle })).toBeUndefined();
  });
  test("its id gives it away as well", () => {
    expect(severityOf("left_over_test", { connector: { id: "connector-test-1", references: 0 }, ...idle })).toBe("low");
  });
});

describe("insecure_url", () => {
  test.each<Row>([
    ["credentials to a public host", webhook({ url: "http://hooks.acme.io/x", hasAuth: true }), "high"],
    ["no credentials, but a public host", webhook({ url: "http://hooks.acme.io/x" }), "medium"],
    ["capitals do not hide it", webhook({ url: "HTTP://hooks.acme.io/x" }), "medium"],
    ["an API key to a public address", { connector: { type: ".opsgenie", config: { apiUrl: "http://203.0.113.9" } } }, "high"],
    ["the token endpoint", webhook({ url: "https://a.acme.io", accessTokenUrl: "http://b.acme.io", hasAuth: true }), "high"],
    ["a private network", webhook({ url: "http://10.1.2.3:8080/x", hasAuth: true }), "low"],
    ["a name within the network", webhook({ url: "http://alert-sink.ops.svc/x" }), "low"],
    ["a single word", webhook({ url: "http://alertsink:9000/x" }), "low"],
    ["any certificate is accepted", webhook({ url: "https://hooks.acme.io/x", verificationMode: "none" }), "low"],
    ["this machine", webhook({ url: "http://localhost:9000/x", hasAuth: true }), undefined],
    ["this machine by address", { connector: { type: ".gen-ai", config: { apiUrl: "http://127.0.0.1:11434/v1" } } }, undefined],
    ["this machine, IPv6", webhook({ url: "http://[::1]:9000/x" }), undefined],
    ["https", webhook({ url: "https://hooks.acme.io/http://x" }), undefined],
    ["http in a header only", webhook({ url: "https://hooks.acme.io/x", headers: { Referer: "http://acme.io" } }), undefined],
    ["config that Kibana hides", { connector: { config: undefined, preconfigured: true } }, undefined],
    ["a proxy", { connector: { type: ".http", config: { url: "https://api.acme.io", proxyUrl: "http://proxy.acme.io:3128" } } }, undefined],
    ["mail with STARTTLS", { connector: { type: ".email", config: { host: "smtp.acme.io", port: 587, secure: false } } }, undefined],
  ])("%s", (_name, given, severity) => expect(severityOf("insecure_url", given)).toBe(severity));
});

describe("secret_in_config", () => {
  test.each<Row>([
    ["a header that signs in", webhook({ url: "https://a.acme.io", headers: { Authorization: "Bearer abcdefgh12345678" } }), "medium"],
    ["a password in the address", webhook({ url: "https://kibana:hunter22@a.acme.io" }), "medium"],
    ["a token in the query, where the service wants it", webhook({ url: "https://a.acme.io/hook?token=abcdefgh12345678" }), "low"],
    [
      "an ordinary header",
      webhook({ url: "https://a.acme.io", headers: { "Content-Type": "application/json", "X-Team": "ops" } }),
      undefined,
    ],
    ["a template", webhook({ url: "https://a.acme.io", headers: { Authorization: "{{context.token}}" } }), undefined],
    [
      "ids and names of keys",
      { connector: { type: ".jira", config: { apiUrl: "https://a.atlassian.net", projectKey: "OPS" } } },
      undefined,
    ],
    ["config that Kibana hides", { connector: { config: undefined, preconfigured: true } }, undefined],
  ])("%s", (_name, given, severity) => expect(severityOf("secret_in_config", given)).toBe(severity));

  test("never shows the secret, and moves headers where that loses nothing", () => {
    const given = facts(webhook({ url: "https://a.acme.io", headers: { Authorization: "Bearer abcdefgh12345678" } }));
    const found = ofConnector("secret_in_config", given, { secretHeaders: true });
    expect(JSON.stringify(found)).not.toContain("abcdefgh");
    expect(found?.next).toMatchObject({
      tool: "update_connector",
      args: { config: { headers: { Authorization: null } }, secrets: { secretHeaders: { Authorization: { $ask: true } } } },
    });
    expect(ofConnector("secret_in_config", given)?.next).toBeUndefined();
    const withPassword = facts(webhook({ url: "https://a.acme.io", hasAuth: true, headers: { "X-Api-Key": "abcdefgh12345678" } }));
    expect(ofConnector("secret_in_config", withPassword, { secretHeaders: true })?.next).toBeUndefined();
  });
});

describe("webhook_without_auth", () => {
  test.each<Row>([
    ["nothing signs in", webhook({ url: "https://hooks.acme.io/kibana" }), "medium"],
    ["a host of the own network", webhook({ url: "https://sink.acme.internal/kibana" }), "info"],
    ["user and password", webhook({ url: "https://hooks.acme.io/kibana", hasAuth: true }), undefined],
    ["a header that signs in", webhook({ url: "https://hooks.acme.io/kibana", headers: { "X-Api-Key": "abcdefgh12345678" } }), undefined],
    ["a token in the query", webhook({ url: "https://hooks.acme.io/kibana?token=abcdefgh12345678" }), undefined],
    ["a token in the path", webhook({ url: "https://hooks.acme.io/in/5f2c1d7e-9a41-4c55-8d1f-0d6a8f1c2b3e" }), undefined],
    ["a user in the address", webhook({ url: "https://abcdefgh12345678@hooks.acme.io/kibana" }), undefined],
    ["a service whose address is the credential", webhook({ url: "https://hooks.zapier.com/hooks/catch/12/ab3/" }), undefined],
    [
      "a program's own calls, whose headers may be secret",
      { connector: { type: ".http", config: { url: "https://api.acme.io", hasAuth: false } } },
      "low",
    ],
    ["this machine", webhook({ url: "http://localhost:9000/kibana" }), undefined],
    ["config that Kibana hides", { connector: { type: ".webhook", config: undefined, preconfigured: true } }, undefined],
    ["another type", { connector: { type: ".teams", config: {} } }, undefined],
  ])("%s", (_name, given, severity) => expect(severityOf("webhook_without_auth", given)).toBe(severity));

  test.each([
    [".webhook", { url: "https://hooks.acme.io/kibana" }],
    [".cases-webhook", { createIncidentUrl: "https://hooks.acme.io/kibana" }],
  ])("from 9.2 on a %s may have headers that nobody can read: it is less sure, and says so", (type, config) => {
    const given = facts({ connector: { type, config: { ...config, hasAuth: false } } });
    const found = ofConnector("webhook_without_auth", given, { secretHeaders: true });
    expect(found).toMatchObject({ severity: "low", confidence: "likely" });
    expect(found?.evidence).toContain("secret headers");
  });
});

test("a window is given in days wherever it is mentioned", () => {
  expect(ofConnector("never_run", facts({ ran: false }))?.evidence).toContain(`${window.days} days`);
});
