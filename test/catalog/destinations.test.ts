import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { destinations } from "../../src/catalog/destinations.ts";
import { entry } from "./type-examples.ts";

const nobody = () => undefined;

test.each([
  [".webhook", { url: "https://Hooks.Example.com/a?b" }, ["hooks.example.com"]],
  [".webhook", { url: "https://user:pass@hooks.example.com.:443/a" }, ["hooks.example.com"]],
  [".webhook", { url: "http://hooks.example.com:80" }, ["http://hooks.example.com"]],
  [".webhook", { url: "https:hooks.example.com/x" }, ["hooks.example.com"]],
  [".webhook", { url: "https:evil.example.net", accessTokenUrl: "https://known.example.com" }, ["evil.example.net", "known.example.com"]],
  [".webhook", { url: "https://hooks.example.com:8443" }, ["hooks.example.com:8443"]],
  [".webhook", { url: "https://[2001:DB8::1]:9243/x" }, ["[2001:db8::1]:9243"]],
  [".webhook", { url: "https://z.example.com", accessTokenUrl: "https://a.example.com/token" }, ["a.example.com", "z.example.com"]],
  [".webhook", { url: "https://a.example.com", accessTokenUrl: "https://A.example.com/token" }, ["a.example.com"]],
  [".webhook", { url: "not a url" }, ["unreadable address not a url"]],
  [".pagerduty", {}, ["events.pagerduty.com"]],
  [".pagerduty", { apiUrl: null }, ["events.pagerduty.com"]],
  [".pagerduty", { apiUrl: "https://events.eu.pagerduty.com/v2/enqueue" }, ["events.eu.pagerduty.com"]],
  [".index", { index: "a" }, []],
  [".server-log", {}, []],
  [".email", { host: "SMTP.example.com", port: 587 }, ["smtp://smtp.example.com"]],
  [".email", { host: "SMTP.example.com", port: 25 }, ["smtp://smtp.example.com"]],
  [".email", { host: "SMTP.example.com", port: 465 }, ["smtp.example.com"]],
  [".email", { host: "SMTP.example.com", port: 465, secure: false }, ["smtp://smtp.example.com"]],
  [".email", { host: "SMTP.example.com", port: 587, secure: true }, ["smtp.example.com"]],
  [".email", { service: "other", host: "smtp.example.com", port: 2600 }, ["smtp://smtp.example.com:2600"]],
  [".email", { service: "other", host: "smtp.example.com", port: 2600, secure: true }, ["smtp.example.com:2600"]],
  [".email", { service: "outlook365" }, ["smtp://smtp.office365.com"]],
  [".email", { service: "proton" }, ["smtp.protonmail.ch"]],
  [".webhook", { url: "https://a.example.com", verificationMode: "none" }, ["unverified://a.example.com"]],
  [".webhook", { url: "https://a.example.com", verificationMode: "certificate" }, ["unverified://a.example.com"]],
  [".webhook", { url: "https://a.example.com", verificationMode: "full" }, ["a.example.com"]],
  [".webhook", { url: "http://a.example.com", verificationMode: "none" }, ["http://a.example.com"]],
  [".webhook", { url: "ftp://a.example.com" }, ["ftp://a.example.com"]],
  [".webhook", { url: "ht\ntp://a.example.com" }, ["http://a.example.com"]],
  [".webhook", { url: "https://a.example.com", headers: { hOST: "b.example.com" } }, ["a.example.com", "b.example.com"]],
  [".webhook", { url: "https://{{x}}.example.com" }, ["unreadable address https://{{x}}.example.com"]],
  [".webhook", { url: "https://*.example.com" }, ["unreadable address https://*.example.com"]],
  [".webhook", { url: "https://b\u00fccher.example" }, ["xn--bcher-kva.example"]],
  [
    ".http",
    { url: "https://a.example.com", proxyUrl: "https://p.example.com:3128", proxyVerificationMode: "none" },
    ["a.example.com", "unverified://p.example.com:3128"],
  ],
  [".gen-ai", { apiProvider: "Other", apiUrl: "https://llm.example.com/v1", verificationMode: "none" }, ["unverified://llm.example.com"]],
  [
    ".inference",
    { provider: "azureaistudio", providerConfig: { url: "https://known.example.com", target: "https://evil.example.net" } },
    ["evil.example.net", "known.example.com"],
  ],
  [".inference", { provider: "openai", taskTypeConfig: { url: "https://evil.example.net" } }, ["api.openai.com", "evil.example.net"]],
  [".inference", { provider: "openai", providerConfig: { url: "https://own.example.com/v1" } }, ["own.example.com"]],
  [".inference", { provider: "openai", headers: { Host: "b.example.com:8443" } }, ["api.openai.com", "b.example.com:8443"]],
  [
    ".inference",
    { provider: "openai", providerConfig: { host: "a.example/b" } },
    ["api.openai.com", 'unreadable address {"address":"a.example/b"}'],
  ],
  [
    ".inference",
    { provider: "amazonbedrock", providerConfig: { region: "x/" } },
    ['unreadable address {"host":"bedrock-runtime.x/.amazonaws.com"}'],
  ],
  [".webhook", { url: "https://a.example.com", note: "{{ is no template" }, ["a.example.com"]],
  [".webhook", { url: "https://a.example.com", note: "{{x.b.example.net" }, ["a.example.com", "unreadable address {{x.b.example.net"]],
  [".inference", { provider: "in.example.com" }, ["a host not known beforehand"]],
  [
    ".inference",
    { provider: "newai", providerConfig: { url: "https://in.example.com" } },
    ["a host not known beforehand", "in.example.com"],
  ],
  [".inference", { provider: "hugging_face", providerConfig: { url: "https://in.example.com" } }, ["in.example.com"]],
  [
    ".bedrock",
    { apiUrl: "https://bedrock-runtime.us-east-1.amazonaws.com", region: "us-east-1" },
    ["bedrock-runtime.us-east-1.amazonaws.com"],
  ],
  [".bedrock", { apiUrl: "https://in.example.com" }, ["bedrock-runtime.us-east-1.amazonaws.com", "in.example.com"]],
  [".bedrock", { apiUrl: "https://in.example.com", region: null }, ["bedrock-runtime.us-east-1.amazonaws.com", "in.example.com"]],
  [".bedrock", { apiUrl: "https://bedrock-runtime.eu-west-3.amazonaws.com" }, ["bedrock-runtime.eu-west-3.amazonaws.com"]],
  [
    ".bedrock",
    { apiUrl: "https://bedrock-runtime-fips.us-east-2.amazonaws.com" },
    ["bedrock-runtime-fips.us-east-2.amazonaws.com", "bedrock-runtime.us-east-2.amazonaws.com"],
  ],
  [".bedrock", { apiUrl: "https://in.example.com", region: "eu-west-3" }, ["bedrock-runtime.eu-west-3.amazonaws.com", "in.example.com"]],
  [
    ".bedrock",
    { apiUrl: "https://in.example.com", region: "x.evil.example.net/#" },
    ["in.example.com", 'unreadable address {"region":"x.evil.example.net/#"}'],
  ],
  [".mcp", { serverUrl: "https://a.example.com", apiKeyHeaderName: "HOST" }, ["a.example.com", 'unreadable address {"HOST":"{{apiKey}}"}']],
  [".email", { host: "smtp.example.com/.example.net", port: 465 }, ['unreadable address {"host":"smtp.example.com/.example.net"}']],
  [".email", { host: "2001:db8::1", port: 2600 }, ["smtp://[2001:db8::1]:2600"]],
  [".webhook", { url: "https://{{x}}@a.example.com/y" }, ["unreadable address https://{{x}}@a.example.com/y"]],
  [".webhook", { url: "https://a.example.com/{{x}}?{{y}}" }, ["a.example.com"]],
  [".email", { service: "gmail" }, ["smtp.gmail.com"]],
  [".email", { service: "Gmail", host: null }, ["smtp.gmail.com"]],
  [".email", { service: "SES-EU-WEST-1" }, ["email-smtp.eu-west-1.amazonaws.com"]],
  [".email", { service: "elastic_cloud" }, ["smtp://dockerhost:10025"]],
  [".email", { service: "exchange_server" }, ["graph.microsoft.com", "login.microsoftonline.com"]],
  [".email", { service: "exchange_server", oauthTokenUrl: "https://id.example.com/t" }, ["graph.microsoft.com", "id.example.com"]],
])("%s %j goes to %j", async (id, config, hosts) => {
  expect(destinations(await entry(id), config, nobody)).toEqual(hosts);
});

test("a host that is itself secret is told by the caller or not at all", async () => {
  const slack = await entry(".slack");
  expect(destinations(slack, {}, (field) => (field === "webhookUrl" ? "Hooks.Slack.com" : undefined))).toEqual(["hooks.slack.com"]);
  expect(destinations(slack, {}, nobody)).toEqual([]);
});

test("however a URL is written, the same host is the same destination", async () => {
  const webhook = await entry(".webhook");
  fc.assert(
    fc.property(fc.domain(), fc.boolean(), fc.boolean(), fc.boolean(), fc.webPath(), (host, upper, dot, user, path) => {
      const written = `https://${user ? "me:pw@" : ""}${upper ? host.toUpperCase() : host}${dot ? "." : ""}:443${path}`;
      expect(destinations(webhook, { url: written }, nobody)).toEqual([host.toLowerCase()]);
    }),
  );
});

test("of a type that only Kibana describes every text that is a host is a destination, whatever its key", async () => {
  const type = { ...(await entry(".webhook")), fromKibana: true as const };
  const config = {
    url: "https://docs.example.com/x",
    ...{
      relay: "evil.example.net:8443",
      account: " 10.0.0.7 ",
      deep: { authority: ["db.internal"] },
      note: "a word. And another.",
      tier: "gold",
    },
  };
  expect(destinations(type, config, nobody)).toEqual(["10.0.0.7", "db.internal", "docs.example.com", "evil.example.net:8443"]);
});

test.each<[string, unknown]>([
  ["a list in a text", "docs.example.com:9092,evil.example.net:9092"],
  ["a list with blanks", "docs.example.com evil.example.net:9092"],
  ["other separators", "docs.example.com;evil.example.net:9092|docs.example.com"],
  ["a path", "evil.example.net:9092/api"],
  ["a slash at the end", "evil.example.net:9092/"],
  ["a backslash", "evil.example.net:9092\\x"],
  ["a query", "evil.example.net:9092?x=1"],
  ["a user", "docs.example.com@evil.example.net:9092"],
  ["a scheme without slashes", "tcp:evil.example.net:9092"],
  ["no scheme", "//evil.example.net:9092"],
  ["a wildcard", "*.evil.example.net:9092"],
  ["quotation marks", '"evil.example.net:9092"'],
  ["brackets", "(evil.example.net:9092)"],
  ["ideographic dots", "evil。example．net:9092"],
  ["a soft hyphen", "ev\u00adil.example.net:9092"],
  ["a zero width space", "evil\u200b.example.net:9092"],
  ["an escape", "evil%2Eexample.net:9092"],
  ["brackets of addresses", "[evil.example.net]:9092"],
  ["a pair", "host=evil.example.net:9092 port=5432"],
  ["a pair with a scheme", "Server=tcp:evil.example.net:9092;Database=x"],
  ["a list", ["docs.example.com", "evil.example.net:9092/"]],
  ["a key", { "evil.example.net:9092": "primary" }],
])("of such a type a host is one in %s", async (_what, given) => {
  const type = { ...(await entry(".webhook")), fromKibana: true as const };
  for (const key of ["brokers", "account", "site", "map"])
    expect(destinations(type, { url: "https://docs.example.com/x", [key]: given }, nobody)).toContain("evil.example.net:9092");
});

test.each([
  ["a name with a port", "kafka-evil:9092", "kafka-evil:9092"],
  ["a port that is left out", "evil.example.net:", "evil.example.net"],
  ["a template in it", "{{x}}.evil.example.net", "unreadable address {{x}}.evil.example.net"],
  ["a pair with a port of its own", "Server=tcp:evil.example.net,1433;Database=x", "evil.example.net"],
])("of such a type a host is one with %s", async (_what, given, named) => {
  const type = { ...(await entry(".webhook")), fromKibana: true as const };
  expect(destinations(type, { url: "https://docs.example.com/x", brokers: given }, nobody)).toContain(named);
});

test("of such a type words, versions' letters and codes are no hosts", async () => {
  const type = { ...(await entry(".webhook")), fromKibana: true as const };
  const config = { url: "https://docs.example.com/x", tier: "gold", mode: "a:b", text: "one, two; three.", n: "12:30", path: "/a/b.c" };
  expect(destinations(type, config, nobody)).toEqual(["docs.example.com"]);
});

describe("a word with dots in a config", () => {
  type Config = Record<string, unknown>;
  const inTypeOfKibana = async (config: Config) =>
    destinations({ ...(await entry(".webhook")), fromKibana: true as const }, { url: "https://a.example.com/x", ...config }, nobody);
  const underUnknownKey = async (config: Config) =>
    destinations(await entry(".webhook"), { url: "https://a.example.com/x", ...config }, nobody);

  test.each<Config>([
    { apiVersion: "2024.05.01" },
    { apiVersion: "2024.05" },
    { apiVersion: "v1.2-preview" },
    { "api-version": "8.17.0-SNAPSHOT" },
    { api: { version: "1.0" } },
    { baseModel: "gpt-4.1" },
    { model: "gpt-4.1" },
    { note: "2024.05.01" },
    { note: "It needs 8.17.0 or newer, as report.pdf says of host.name" },
    { groupBy: "host.name" },
    { groupBy: ["host.name", "kibana.alert.rule.name"] },
    { query: { kql: "event.category : network and host.ip : 10" } },
    { termField: "host.name.keyword" },
    { setting: "index.refresh_interval" },
    { note: "index.refresh_interval" },
    { attachment: "report.pdf" },
    { attachment: "report-2024.05.final.pdf" },
    { fields: { "host.name": "name" } },
  ])("is no host: %j", async (config) => {
    expect(await inTypeOfKibana(config)).toEqual(["a.example.com"]);
    expect(await underUnknownKey(config)).toEqual(["a.example.com"]);
  });

  test.each<[Config, string]>([
    [{ apiVersion: "evil.example.net" }, "evil.example.net"],
    [{ apiVersion: "10.0.0.5" }, "10.0.0.5"],
    [{ apiVersion: "evil.example.net/2024.05.01" }, "evil.example.net"],
    [{ apiVersion: "2.dev" }, "2.dev"],
    [{ groupBy: "evil.example.net" }, "evil.example.net"],
    [{ groupBy: "service.evil.name" }, "service.evil.name"],
    [{ tenant: "host.name" }, "host.name"],
    [{ tenant: "db.corp" }, "db.corp"],
    [{ tenant: "printer.local" }, "printer.local"],
    [{ tenant: "node.pdf.corp" }, "node.pdf.corp"],
    [{ tenant: "my_host.example.net" }, "my_host.example.net"],
    [{ tenant: "report.pdf:8443" }, "report.pdf:8443"],
    [{ tenant: "https://report.pdf/x" }, "report.pdf"],
    [{ tenant: "https://evil.example.net/a_b" }, "evil.example.net"],
    [{ tenant: "https://evil.example.net/report.pdf" }, "evil.example.net"],
    [{ tenant: "evil.example.net/report.pdf" }, "evil.example.net"],
    [{ tenant: "u@report.pdf" }, "report.pdf"],
    [{ note: "one, two, three and evil.example.net" }, "evil.example.net"],
    [{ note: "host=evil.example.net port=443" }, "evil.example.net"],
    [{ note: "host:8443" }, "host:8443"],
    [{ host: "report.pdf" }, "report.pdf"],
    [{ host: "index.refresh_interval" }, "index.refresh_interval"],
    [{ host: "127.1" }, "127.0.0.1"],
    [{ apiUrl: "api.example.com/x" }, "api.example.com"],
    [{ host: "internal-name" }, "internal-name"],
  ])("is one all the same: %j", async (config, host) => {
    expect(await inTypeOfKibana(config)).toContain(host);
    expect(await underUnknownKey(config)).toContain(host);
  });

  test.each<[Config, string]>([
    [{ tenant: "127.1" }, "127.0.0.1"],
    [{ note: "PROXY 10.1" }, "10.0.0.1"],
    [{ note: "a=b host=10.1 port=5432 user=x" }, "10.0.0.1"],
    [{ tenant: "db.dc1" }, "db.dc1"],
  ])("is one too where only Kibana knows the type: %j", async (config, host) => {
    expect(await inTypeOfKibana(config)).toContain(host);
  });
});
