import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hclWarnings, terraformFiles } from "../../src/as-code/terraform.ts";
import { nastyJson, nastyNames, nastyText } from "./nasty.ts";
import { origin, sources } from "./sources.ts";
import { hcl, resourcesOf } from "./terraform-values.ts";

const keys = nastyText.filter((key) => key !== "__proto__");
const uuid = "0b7f1c9e-5d3a-4c7e-9f51-2f6f1f0c7a11";

async function files(given: Parameters<typeof sources>, inState = false): Promise<Record<string, string>> {
  return Object.fromEntries(terraformFiles(await sources(...given), origin(), inState).map(({ name, text }) => [name, text]));
}

const few = [
  { id: uuid, name: "Ops Slack", type: ".slack", needed: ["webhookUrl"], space: "payments" },
  {
    id: "deploy-hook",
    name: 'Deploy "hook" \u0024{now}',
    type: ".webhook",
    config: {
      url: "https://hooks.slack.com/services/T000/B000/aaaaBBBB1111",
      method: "post",
      headers: { "X-Team": "ops", Authorization: "Bearer abcdefgh12345678" },
      hasAuth: true,
      tags: ["a", 1, null, true, { deep: [] }],
    },
    needed: ["user", "password"],
    possible: ["secretHeaders"],
  },
  { id: "Old.Id", name: "Log", type: ".server-log" },
] satisfies Parameters<typeof sources>;

test("the files match their golden files", async () => {
  for (const [name, text] of Object.entries(await files(few))) await expect(text).toMatchFileSnapshot(`golden/${name}`);
});

test("the files with secrets in the state match their golden files", async () => {
  for (const [name, text] of Object.entries(await files(few, true))) await expect(text).toMatchFileSnapshot(`golden/in-state/${name}`);
});

test("a provider block, an import for each connector, and variables that are sensitive", async () => {
  const all = await files(few);
  const head = await hcl(all["providers.tf"] ?? "");
  expect(head.provider).toHaveProperty("elasticstack");
  expect(JSON.stringify(head.terraform)).toContain('"source":"elastic/elasticstack"');
  expect((await hcl(all["imports.tf"] ?? "")).import?.map(({ id }) => id)).toEqual([
    `payments/${uuid}`,
    "default/deploy-hook",
    "default/Old.Id",
  ]);
  const { variable } = await hcl(all["variables.tf"] ?? "");
  const blocks = Object.values(variable ?? {}).map(([one]) => one);
  expect(blocks.length).toBe(6);
  for (const block of blocks) expect(block).toMatchObject({ sensitive: true });
});

test("secrets are write-only with a version; config secrets are variables within their text", async () => {
  const all = await files(few);
  const variables = {
    slack_fe76cbba_webhook_url: "https://x",
    deploy_hook_url_token: "T0/B0/secret$\u0024{",
    deploy_hook_headers_authorization: 'Bearer "x"',
    deploy_hook_user: "u",
    deploy_hook_password: "p",
    deploy_hook_secret_headers: null,
  };
  const [hook, log, slack] = await resourcesOf(all["connectors.tf"] ?? "", variables);
  expect(slack).toMatchObject({
    connector_id: uuid,
    space_id: "payments",
    secrets: { webhookUrl: "https://x" },
    secretsIn: "secrets_wo",
    secrets_wo_version: "1",
  });
  expect(hook).toMatchObject({ name: 'Deploy "hook" \u0024{now}', secrets: { user: "u", password: "p" } });
  expect(hook).not.toHaveProperty("connector_id");
  expect(hook?.config).toEqual({
    ...few[1]?.config,
    url: "https://hooks.slack.com/services/T0/B0/secret$\u0024{",
    headers: { "X-Team": "ops", Authorization: 'Bearer "x"' },
  });
  expect(log).toMatchObject({ secrets: undefined, config: {} });
});

test("an optional secret that is given is sent", async () => {
  const all = await files([{ id: "hook", type: ".webhook", possible: ["secretHeaders"] }]);
  const [hook] = await resourcesOf(all["connectors.tf"] ?? "", { hook_secret_headers: { "X-Key": "v" } });
  expect(hook?.secrets).toEqual({ secretHeaders: { "X-Key": "v" } });
  expect((await hcl(all["variables.tf"] ?? "")).variable?.hook_secret_headers?.[0]).toMatchObject({
    type: "\u0024{map(string)}",
    default: null,
  });
});

test("a type that the catalogue does not know gets one variable for all its secrets", async () => {
  const all = await files([{ id: "spec", type: ".unheard-of" }]);
  const [spec] = await resourcesOf(all["connectors.tf"] ?? "", { spec: { token: "t" } });
  expect(spec?.secrets).toEqual({ token: "t" });
});

describe("names", () => {
  test("are the id if it is readable, otherwise type and a hash; each once", async () => {
    const given = [{ id: uuid }, { id: "ops-slack" }, { id: "1st" }, { id: "a.b" }, { id: "ops-slack", space: "b" }, { id: "über" }];
    const labels = (await sources(...given)).map(({ label }) => label);
    expect(labels.slice(1, 5)).toEqual([
      "ops-slack",
      expect.stringMatching(/^server-log-[0-9a-f]{8}$/),
      expect.stringMatching(/^server-log-[0-9a-f]{8}$/),
      "ops-slack-2",
    ]);
    expect(new Set(labels).size).toBe(labels.length);
    for (const label of labels) expect(label).toMatch(/^[A-Za-z_][\w-]*$/);
  });

  test("do not depend on the connector's name or on the others", async () => {
    const [alone] = await sources({ id: uuid, name: "One" });
    const [, among] = await sources({ id: "first" }, { id: uuid, name: "Another" });
    expect(among?.label).toBe(alone?.label);
  });

  test("of variables are unique, even if their words are the same", async () => {
    const all = await sources({ id: "a-b", type: ".slack", needed: ["webhookUrl"] }, { id: "a_b", type: ".slack", needed: ["webhookUrl"] });
    expect(all.flatMap(({ secrets }) => secrets.map(({ variable }) => variable))).toEqual([
      "CONNECTOR_SECRET_A_B_WEBHOOK_URL",
      "CONNECTOR_SECRET_A_B_WEBHOOK_URL_2",
    ]);
  });
});

test.each(nastyNames)("the name %j, and an id like it, come out as data", async (name) => {
  const all = await files([{ id: name, name, config: { [name]: name } }]);
  const resources = await resourcesOf(all["connectors.tf"] ?? "");
  const plain = name.normalize("NFC");
  expect(resources).toMatchObject([{ name: plain, config: { [plain]: plain } }]);
  const { import: imports = [] } = name.includes("/") ? {} : await hcl(all["imports.tf"] ?? "");
  expect(imports.length).toBe(name.includes("/") ? 0 : 1);
  for (const text of Object.values(all)) expect(text).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
});

test("any connector comes out as data", async () => {
  await fc.assert(
    fc.asyncProperty(nastyText, nastyText, nastyJson(keys), async (id, name, config) => {
      const all = await files([{ id, name, config }]);
      const { variable = {} } = await hcl(all["variables.tf"] ?? "");
      const [one] = await resourcesOf(all["connectors.tf"] ?? "", Object.fromEntries(Object.keys(variable).map((key) => [key, "S"])));
      expect(one?.name).toBe(name.normalize("NFC"));
      if (Object.keys(variable).length === 0) expect(one?.config).toEqual(withoutNull(JSON.parse(JSON.stringify(config).normalize("NFC"))));
    }),
    { numRuns: 50 },
  );
});

test("warns about what Terraform does differently", async () => {
  const warnings = hclWarnings(await sources({ id: uuid }, { id: "a/b" }, { id: "cafe", name: "Cafe\u0301" }));
  expect(warnings).toEqual([
    "The provider takes only UUIDs as connector_id, and 2 of these ids are not UUIDs (a/b, cafe): imports.tf keeps them; in a new deployment they change.",
    "No import for ids with a slash, which the provider cannot read: a/b.",
    "Terraform stores text in Unicode form NFC: cafe differ from Kibana in bytes that are not visible.",
  ]);
  expect(hclWarnings(await sources({ id: uuid }))).toEqual([]);
});

test.each<[type: string, config: Record<string, unknown>, fields: string | undefined]>([
  [".gemini", { apiUrl: "https://a.example", contextWindowLength: 5, temperature: 0.5 }, "contextWindowLength, temperature"],
  [".gemini", { apiUrl: "https://a.example", later: 1 }, undefined],
  [".jira", { apiUrl: "https://a.example", projectKey: "OPS" }, undefined],
  [".jira", { apiUrl: "https://a.example", projectKey: "OPS", later: 1 }, "later"],
  [".opsgenie", { apiUrl: "https://a.example", later: 1 }, "later"],
  [".pagerduty", { apiUrl: null, later: 1 }, "later"],
  [".resilient", { apiUrl: "https://a.example", orgId: "1", later: 1 }, "later"],
  [".tines", { url: "https://a.example", later: 1 }, "later"],
  [".webhook", { url: "https://a.example", later: 1 }, undefined],
])("of %s with %j it names what the provider may store in another form: %s", async (type, config, fields) => {
  const warnings = hclWarnings(await sources({ id: uuid, type, config }));
  expect(warnings).toEqual(
    fields === undefined ? [] : [expect.stringContaining(`The provider may store ${fields} of ${uuid} in another form`)],
  );
});

/** What the provider reads back. */
function withoutNull(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}
