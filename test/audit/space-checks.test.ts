import { describe, expect, test } from "vitest";
import { targetOf } from "../../src/audit/same-target.ts";
import type { Connector } from "../../src/kibana/connectors.ts";
import { connector, disabledOnly, entries, facts, idle, ofDeployment, ofSpace } from "./facts.ts";

const webhook = (config: Record<string, unknown>): Partial<Connector> => ({
  type: ".webhook",
  config: { url: "https://hooks.acme.io/kibana", method: "post", headers: null, hasAuth: true, ...config },
});
const mail = (config: Record<string, unknown>): Partial<Connector> => ({
  type: ".email",
  config: { service: "other", host: "smtp.acme.io", port: 587, secure: false, from: "kibana@acme.io", hasAuth: true, ...config },
});
const jira = (config: Record<string, unknown>): Partial<Connector> => ({
  type: ".jira",
  config: { apiUrl: "https://acme.atlassian.net", projectKey: "OPS", ...config },
});

describe("duplicate_target", () => {
  const pair = (one: Partial<Connector>, other: Partial<Connector>) =>
    ofSpace("duplicate_target", [facts({ connector: { ...one, id: "a" } }), facts({ connector: { ...other, id: "b" }, ...idle })]);

  test.each<[string, Partial<Connector>, Partial<Connector>]>([
    ["one address", webhook({}), webhook({})],
    ["in other letters, with a slash at the end", webhook({}), webhook({ url: "https://HOOKS.acme.io/kibana/" })],
    ["signing in otherwise", webhook({}), webhook({ hasAuth: false, authType: null })],
    ["null for nothing", webhook({}), webhook({ headers: {} })],
    [
      "one index",
      { type: ".index", config: { index: "audit", refresh: true } },
      { type: ".index", config: { index: "audit", executionTimeField: "@timestamp" } },
    ],
    ["one sender at one host", mail({}), mail({ hasAuth: false })],
    ["one project", jira({}), jira({})],
    [
      "one instance",
      { type: ".servicenow", config: { apiUrl: "https://a.service-now.com", usesTableApi: true } },
      { type: ".servicenow", config: { apiUrl: "https://a.service-now.com/", usesTableApi: false } },
    ],
  ])("%s is the same", (_name, one, other) => {
    const found = pair(one, other);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity: "low", connector: { id: "b" }, others: [{ id: "a" }] });
  });

  test.each<[string, Partial<Connector>, Partial<Connector>]>([
    ["another path", webhook({}), webhook({ url: "https://hooks.acme.io/grafana" })],
    [
      "another channel in the query",
      webhook({ url: "https://hooks.acme.io/k?channel=a" }),
      webhook({ url: "https://hooks.acme.io/k?channel=b" }),
    ],
    ["another header that routes", webhook({ headers: { "X-Team": "a" } }), webhook({ headers: { "X-Team": "b" } })],
    ["another method", webhook({}), webhook({ method: "put" })],
    ["another project", jira({}), jira({ projectKey: "WEB" })],
    ["another sender", mail({}), mail({ from: "soc@acme.io" })],
    [
      "another type",
      { type: ".servicenow", config: { apiUrl: "https://a.service-now.com" } },
      { type: ".servicenow-sir", config: { apiUrl: "https://a.service-now.com" } },
    ],
    ["PagerDuty: the key decides", { type: ".pagerduty", config: { apiUrl: null } }, { type: ".pagerduty", config: { apiUrl: null } }],
    ["Slack: the address is a secret", { type: ".slack", config: {} }, { type: ".slack", config: {} }],
    ["Slack API: the channel is in the action", { type: ".slack_api", config: {} }, { type: ".slack_api", config: {} }],
    [
      "Opsgenie: the key decides",
      { type: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" } },
      { type: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" } },
    ],
    [
      "xMatters with a secret address",
      { type: ".xmatters", config: { usesBasic: false, configUrl: null } },
      { type: ".xmatters", config: { usesBasic: false, configUrl: null } },
    ],
    [
      "another model",
      { type: ".gen-ai", config: { apiUrl: "https://api.openai.com/v1", defaultModel: "a" } },
      { type: ".gen-ai", config: { apiUrl: "https://api.openai.com/v1", defaultModel: "b" } },
    ],
    ["a log, which goes nowhere", { type: ".server-log", config: {} }, { type: ".server-log", config: {} }],
  ])("%s is another", (_name, one, other) => expect(pair(one, other)).toEqual([]));

  test("three are one finding, which names them all and keeps the one that most rules use", () => {
    const three = [
      facts({ connector: { ...webhook({}), id: "a", references: 0 }, ...idle }),
      facts({ connector: { ...webhook({}), id: "b" } }),
      facts({ connector: { ...webhook({}), id: "c" }, ...disabledOnly }),
    ];
    const [found, ...more] = ofSpace("duplicate_target", three);
    expect(more).toEqual([]);
    expect([found?.connector, ...(found?.others ?? [])].map((one) => one?.id)).toEqual(["a", "c", "b"]);
    expect(found?.next).toMatchObject({ tool: "replace_connector", args: { from: "c", to: "b", space: "payments" } });
  });

  test("it proposes neither which unused one to delete, nor moving rules to one that does not work or without knowing the rules", () => {
    const keep = { ...webhook({}), id: "b" };
    const next = (one: object, other: object, known = true) =>
      ofSpace("duplicate_target", [facts(one), facts(other)], { rulesKnown: known })[0]?.next;
    expect(next({ connector: { ...webhook({}), id: "a", references: 0 }, ...idle }, { connector: keep })).toBeUndefined();
    const used = { connector: { ...webhook({}), id: "c" }, ...disabledOnly };
    expect(next(used, { connector: keep })).toMatchObject({ args: { from: "c", to: "b" } });
    expect(next(used, { connector: keep }, false)).toBeUndefined();
    expect(next(used, { connector: { ...keep, missingSecrets: true } })).toBeUndefined();
  });

  test("config that Kibana hides, and unknown types, are not compared", () => {
    expect(targetOf({ type: ".webhook", config: undefined }, entries.get(".webhook"))).toBeUndefined();
    expect(targetOf({ type: ".new", config: { url: "https://a" } }, undefined)).toBeUndefined();
  });
});

describe("generic_name", () => {
  const named = (...names: string[]) =>
    ofSpace(
      "generic_name",
      names.map((name, at) => facts({ connector: { id: `c${at}`, name } })),
    );
  test.each([
    "Slack",
    "my slack",
    "webhook 2",
    "Email connector",
    "PagerDuty",
    "connector",
    "Test",
    "New Jira",
    "Notifications",
    "Alerts",
    "Slack (1)",
    "Copy of Webhook",
    "Untitled",
  ])("%j says nothing", (name) => expect(named(name)).toMatchObject([{ severity: "info", connector: { name } }]));
  test.each(["Ops Slack", "Payments on-call", "Slack #payments", "SOC PagerDuty", "Jira WEB", "Webhook to Rundeck", "Alerts of the shop"])(
    "%j says something",
    (name) => expect(named(name)).toEqual([]),
  );
  test("a name that two of a type share is one finding; of two types it is none", () => {
    expect(named("Ops Slack", "ops slack ")).toMatchObject([{ connector: { id: "c0" }, others: [{ id: "c1" }] }]);
    const two = [facts({ connector: { id: "a", name: "Ops" } }), facts({ connector: { id: "b", name: "Shop", type: ".webhook" } })];
    expect(ofSpace("generic_name", [two[1] ?? facts(), facts({ connector: { id: "c", name: "Shop" } })])).toEqual([]);
  });
});

describe("preconfigured_candidate", () => {
  const inSpaces = (spaces: string[], config = webhook({})) =>
    spaces.map((space) => ({
      space,
      connector: connector({ ...config, id: space, name: "Rundeck" }),
      entry: entries.get(config.type ?? ""),
    }));

  test("one target in three spaces is one finding, however many targets there are", () => {
    const connectors = [...inSpaces(["a", "b", "c"]), ...inSpaces(["a", "b", "c"], jira({}))];
    expect(ofDeployment("preconfigured_candidate", { selfManaged: true, connectors })).toMatchObject([{ severity: "info" }]);
  });
  test("two spaces are none, nor is one space with three, nor a Kibana without a kibana.yml", () => {
    const found = (selfManaged: boolean, spaces: string[]) =>
      ofDeployment("preconfigured_candidate", { selfManaged, connectors: inSpaces(spaces) });
    expect(found(true, ["a", "b"])).toEqual([]);
    expect(found(true, ["a", "a", "a"])).toEqual([]);
    expect(found(false, ["a", "b", "c", "d"])).toEqual([]);
  });
});

describe("drift", () => {
  const copies = (configs: Record<string, Partial<Connector>>, name = "Rundeck") =>
    Object.entries(configs).map(([space, given]) => {
      const made = connector({ id: `rundeck-${space}`, name, ...given });
      return { space: space.split(" ")[0] ?? space, connector: made, entry: entries.get(made.type) };
    });
  const found = (configs: Record<string, Partial<Connector>>, name?: string) =>
    ofDeployment("drift", { selfManaged: true, connectors: copies(configs, name) });
  const login = { hasAuth: true, authType: "webhook-authentication-basic" };
  const open = { hasAuth: false, authType: null };
  const unknownType = (config: Record<string, unknown>): Partial<Connector> => ({ type: ".new-type", config });

  test.each(["X-ghp_0123456789abcdefABCDEF0123456789abcd", "X-AKIAIOSFODNN7EXAMPLE"])(
    "a header whose name looks like a token is told without it: %s",
    (header) => {
      const [only] = found({ default: webhook({ headers: { [header]: "a" } }), web: webhook({ headers: { [header]: "b" } }) });
      expect(only?.evidence).toContain("Its copies in 2 spaces differ in config");
      expect(only?.evidence).not.toContain(header.slice(2));
    },
  );

  test.each<[string, Partial<Connector>, Partial<Connector>]>([
    ["the same config", webhook({}), webhook({})],
    ["keys in another order", webhook({ headers: { a: "1", b: "2" } }), webhook({ headers: { b: "2", a: "1" } })],
    ["header names in other letters", webhook({ headers: { "X-Team": "a" } }), webhook({ headers: { "x-team": "a" } })],
    ["an address in other letters, with a slash at the end", webhook({}), webhook({ url: "https://HOOKS.acme.io/kibana/" })],
    ["null for nothing", webhook({ headers: null }), webhook({ headers: {} })],
    ["a default left out", { type: ".webhook", config: { url: "https://hooks.acme.io/kibana" } }, webhook({})],
    ["the usual way to sign in left out", webhook({}), webhook(login)],
    ["the usual check of certificates left out", webhook({}), webhook({ verificationMode: "full" })],
    ["a number as text", mail({}), mail({ port: "587" })],
    ["another type", webhook({}), { type: ".http", config: { url: "https://elsewhere.acme.io" } }],
    ["a key that a newer version may have filled in, of a type that is not known", unknownType({ a: 1 }), unknownType({ a: 1, b: true })],
    ["no config that could be read", webhook({}), { type: ".webhook", config: undefined }],
  ])("%s is none", (_name, one, other) => expect(found({ default: one, web: other })).toEqual([]));

  test("nor is another name, or a name that a space has twice", () => {
    const [one, other] = [copies({ default: webhook({}) }), copies({ web: webhook({ method: "put" }) }, "Rundeck of the web team")];
    expect(ofDeployment("drift", { selfManaged: true, connectors: [...one, ...other] })).toEqual([]);
    expect(found({ "default one": webhook({}), "default two": webhook({ method: "put" }), web: webhook({}) })).toEqual([]);
  });

  test.each<[string, Partial<Connector>, Partial<Connector>, string]>([
    [
      "an address",
      webhook({}),
      webhook({ url: "https://old.acme.io/kibana" }),
      'url is "https://hooks.acme.io/kibana" in default and "https://old.acme.io/kibana" in web',
    ],
    [
      "a path",
      webhook({}),
      webhook({ url: "https://hooks.acme.io/grafana" }),
      'url is "https://hooks.acme.io/kibana" in default and "https://hooks.acme.io/grafana" in web',
    ],
    ["a method", webhook({}), webhook({ method: "put" }), 'method is "post" in default and "put" in web'],
    ["a header", webhook({ headers: { "X-Team": "a" } }), webhook({}), 'headers.X-Team is "a" in default and not set in web'],
    ["no authentication", webhook(login), webhook(open), "hasAuth is true in default and false in web"],
    ["a key of a type that is not known", unknownType({ a: 1 }), unknownType({ a: 2, b: 3 }), "a is 1 in default and 2 in web"],
    [
      "a token",
      webhook({ headers: { Authorization: "Bearer abcdefgh12345678" } }),
      webhook({ headers: { Authorization: "Bearer 87654321hgfedcba" } }),
      "headers.Authorization, which is not shown, is one in default and another in web",
    ],
  ])("%s is one, with its values and no guess which is right", (_name, one, other, values) => {
    const [only, ...more] = found({ default: one, web: other });
    expect([only, more]).toMatchObject([
      {
        severity: "low",
        others: [{}],
        evidence: `Its copies in 2 spaces differ in config: ${values}. They are rundeck-default in default, rundeck-web in web.`,
      },
      [],
    ]);
    expect(only?.next).toBeUndefined();
  });

  test("the one that differs from most is told, with the call that gives it what they have", () => {
    const most = webhook({ ...login, headers: { "X-Team": "ops", "X-Env": "prod" } });
    const odd = webhook({ ...login, method: "put", headers: { "X-Env": "prod", "X-Old": "1" } });
    expect(found({ a: most, b: odd, c: most, d: most })).toMatchObject([
      {
        severity: "low",
        connector: { id: "rundeck-b" },
        others: [{ id: "rundeck-a" }, { id: "rundeck-c" }, { id: "rundeck-d" }],
        next: {
          tool: "update_connector",
          args: {
            id: "rundeck-b",
            space: "b",
            config: { method: "post", headers: { "X-Team": "ops", "X-Old": null } },
            secrets: { user: { $ask: true }, password: { $ask: true } },
          },
          why: "Gives the copy in b what the copies in 3 spaces have. If its own config is right, change the others instead.",
        },
      },
    ]);
  });

  test("the call is complete: what hangs on a value that differs goes with it", () => {
    const [most, odd] = [webhook(open), webhook({ ...login, url: "https://HOOKS.acme.io/kibana/" })];
    expect(found({ a: most, b: most, c: odd })[0]?.next?.args).toEqual({
      id: "rundeck-c",
      space: "c",
      config: { url: "https://hooks.acme.io/kibana", hasAuth: false, authType: null },
    });
  });

  test("no call would write a secret of another space", () => {
    const token = (value: string) => webhook({ ...open, headers: { Authorization: `Bearer ${value}` } });
    const [only] = found({ a: token("abcdefgh12345678"), b: token("87654321hgfedcba"), c: token("abcdefgh12345678") });
    expect(only).toMatchObject({ severity: "low", connector: { id: "rundeck-b" } });
    expect([only?.next, JSON.stringify(only)]).toEqual([undefined, expect.not.stringMatching(/abcdefgh|hgfedcba/)]);
  });

  test("each space with its own value, or a generic name, is only for information", () => {
    const own = (space: string) => webhook({ url: `https://hooks.acme.io/${space}` });
    expect(found({ a: own("a"), b: own("b"), c: own("c") })).toMatchObject([{ severity: "info" }]);
    expect(found({ a: own("a"), b: own("b") }, "Webhook 2")).toMatchObject([{ severity: "info" }]);
  });

  test("many keys and many spaces are said in short", () => {
    const all = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [
        `s${n}`,
        webhook({ headers: Object.fromEntries(["a", "b", "c", "d", "e"].map((key) => [key, `${n % 7}`])) }),
      ]),
    );
    const [only] = found(all);
    expect(only?.evidence.length).toBeLessThan(600);
    expect(only?.evidence).toContain("; 2 more. They are ");
  });
});
