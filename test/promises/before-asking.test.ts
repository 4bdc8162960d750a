import { writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { type Rewrite, rewritingProxy } from "../support/rewriting-proxy.ts";

type Args = Record<string, unknown>;

/** A server whose person would say yes, in front of such a Kibana. */
async function server(args: string[], rewrite: Rewrite = {}, key = "any") {
  const kibana = await startSandboxWith(args);
  onTestFinished(() => kibana.stop());
  const proxy = await rewritingProxy(kibana.url, rewrite);
  const started = await startServer({
    env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: key, CONNECTOR_SECRET_KEY: "0123456789abcdef" },
    person: yes,
  });
  onTestFinished(() => started.close());
  return started;
}

/** The error of a call, where nobody was asked. */
async function refusedUnasked(made: Awaited<ReturnType<typeof server>>, tool: string, args: Args): Promise<string> {
  const { body } = await made.call(tool, args);
  expect(made.questions, JSON.stringify(body)).toEqual([]);
  return body.error?.code ?? body.status;
}

const message = { params: { message: "{{rule.name}}" } };
const ofSlack: [tool: string, args: Args][] = [
  ["update_connector", { id: "ops-slack", name: "Ops" }],
  ["update_connector", { id: "ops-slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_KEY" } } }],
  ["test_connector", { id: "ops-slack", mode: "loud" }],
  ["test_connector", { id: "ops-slack", mode: "loud", rule: "checkout-errors" }],
  ["execute_connector", { id: "ops-slack", params: { message: "x" } }],
  ["attach_connector", { connector: "ops-slack", rules: ["checkout-errors"], ...message }],
  ["replace_connector", { from: "kibana-log", to: "ops-slack" }],
  ["create_connector", { name: "Other", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_KEY" } } }],
];

describe.each<[string, () => Promise<string[]>]>([
  ["the licence does not cover", async () => ["--license", "basic"]],
  [
    "the settings leave out",
    async () => {
      const file = `${await freshFolder()}/kibana.yml`;
      writeFileSync(file, 'xpack.actions.enabledActionTypes: [".server-log", ".index"]\n');
      return ["--kibana-yml", file];
    },
  ],
])("of a type that %s", (_why, args) => {
  test("nothing is asked that Kibana would refuse: every tool says why", async () => {
    const made = await server(await args());
    for (const [tool, call] of ofSlack) expect([tool, call, await refusedUnasked(made, tool, call)]).toEqual([tool, call, "type_unusable"]);
    expect((await made.call("update_connector", { id: "Ops PagerDuty", space: "*", name: "Ops" })).body.error.code).toBe("type_unusable");
    expect(made.questions).toEqual([]);
  });

  test("what Kibana does all the same is asked: a delete, and another type", async () => {
    const made = await server(await args());
    expect((await made.call("safe_delete_connector", { ids: ["ops-slack-2"] })).body.status).toBe("done");
    expect((await made.call("update_connector", { id: "kibana-log", name: "Log" })).body.status).toBe("done");
    expect(made.questions).toHaveLength(2);
  });
});

test.each<[tool: string, args: Args]>([
  ["update_connector", { id: "kibana-log", name: "Log" }],
  ["test_connector", { id: "kibana-log", mode: "loud" }],
  ["execute_connector", { id: "kibana-log", params: { message: "x" } }],
  ["safe_delete_connector", { ids: ["ops-slack-2"] }],
  ["replace_connector", { from: "ops-slack", to: "ops-slack-2" }],
])("nobody is asked about what the key may not do: %s", async (tool, args) => {
  const file = `${await freshFolder()}/auth.yml`;
  writeFileSync(
    file,
    `
users:
  - { username: owner, password: pw, actions: all, rules: all }
api_keys:
  - { key: YWxsOmtleQ==, owner: owner, actions: all, rules: all }
  - { key: cmVhZDprZXk=, owner: owner, actions: read, rules: read }
`,
  );
  const readers = await server(["--auth", file], {}, "cmVhZDprZXk=");
  const mayRun = tool === "execute_connector" || tool === "test_connector";
  if (!mayRun) expect(await refusedUnasked(readers, tool, args)).toBe("forbidden");
  const made = await server(["--auth", file], {}, "YWxsOmtleQ==");
  expect((await made.call(tool, args)).body.status).toBe("done");
  expect(made.questions).toHaveLength(1);
});

test("a space that hides the feature shows no rights: the person is asked", async () => {
  const made = await server([], {
    answer({ path }, body) {
      if (path.includes("/api/core/capabilities")) body.actions = { show: false, execute: false, save: false, delete: false };
    },
  });
  expect((await made.call("update_connector", { id: "kibana-log", name: "Log" })).body.status).toBe("done");
});

test.each<[tool: string, args: Args]>([
  ["attach_connector", { connector: "kibana-log", rules: ["checkout-errors"], ...message }],
  ["replace_connector", { from: "ops-slack", to: "ops-slack-2" }],
  ["replace_connector", { from: "ops-slack", remove: true }],
])("nobody is asked about rules of a type that the licence does not cover: %s %j", async (tool, args) => {
  const made = await server([], {
    answer({ path }, body) {
      if (path.includes("/api/alerting/rule_types")) for (const type of body) type.enabled_in_license = false;
    },
  });
  expect(await refusedUnasked(made, tool, args)).toBe("type_unusable");
});

test.each<[tool: string, args: Args, code: string]>([
  ["update_connector", { id: "ops-mail-preconfigured", name: "Mail" }, "preconfigured"],
  ["safe_delete_connector", { ids: ["ops-mail-preconfigured"] }, "preconfigured"],
  ["update_connector", { id: "system-connector-.cases", name: "Cases" }, "system_action"],
  ["execute_connector", { id: "system-connector-.cases", params: {} }, "system_action"],
  ["attach_connector", { connector: "system-connector-.cases", rules: ["checkout-errors"] }, "system_action"],
  ["replace_connector", { from: "ops-slack", to: "system-connector-.cases" }, "system_action"],
  ["test_connector", { id: "imported-pagerduty", mode: "loud" }, "secrets_needed"],
  ["execute_connector", { id: "imported-pagerduty", params: { eventAction: "trigger", summary: "x" } }, "secrets_needed"],
  ["attach_connector", { connector: "imported-pagerduty", rules: ["checkout-errors"] }, "secrets_needed"],
])("nor about what is not ours to change, or cannot run: %s %j", async (tool, args, code) => {
  expect(await refusedUnasked(await server([]), tool, args)).toBe(code);
});
