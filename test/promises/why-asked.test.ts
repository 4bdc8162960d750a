import { describe, expect, test } from "vitest";
import { look } from "../pages/form.ts";
import { accepts, product } from "../support/product.ts";
import { references, seedConnector } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;

const hook = ["https://hooks.slack.com", "services", "T0", "B0", "abcdefgh"].join("/");
const { env, args } = references({ slack: hook, user: "hook-user", password: "hook-password" });
const config = { url: "https://intake.example.net/x", method: "post", hasAuth: true, authType: "webhook-authentication-basic" };
const webhook = { name: "Intake", type: ".webhook", config, secrets: { user: args.user, password: args.password } };
const slack = (name: string) => ({ name, type: ".slack", secrets: { webhookUrl: args.slack } });
const started = () => product({ person: accepts, env, sandbox: { empty: true } });
const secretOnly =
  "CONNECTOR_SECRET_SLACK goes to hooks.slack.com, as the secret says: Kibana shows of no connector whether it goes there already";

const asked: [string, Args, string][] = [
  [
    "a host in the config that is new",
    webhook,
    "CONNECTOR_SECRET_PASSWORD goes to intake.example.net, which nobody has agreed to for it yet in this space, as far as is known",
  ],
  ["a host that only the secret holds", slack("Chat"), secretOnly],
];

describe("why a person is asked", () => {
  test.each(asked)("stands in one line of the form, as it does in the plan and on the page: %s", async (_what, call, reason) => {
    const made = await started();
    await made.call("create_connector", call);
    const lines = made.questions[0]?.message.split("\n") ?? [];
    expect(lines.filter((one) => one.startsWith("You are asked because ") && one.includes(reason))).toHaveLength(1);
    const { body } = await (await product({ env, sandbox: { empty: true } })).call("create_connector", call);
    expect(body.plan.needs_a_person.join()).toContain(reason);
    const { html } = await look(body.confirm.url);
    expect(html).toContain("A person is asked because");
    expect(html).toContain(reason.slice(0, 40));
  });

  test("and for the alerts of rules that go to a new host", async () => {
    const made = await product({ person: accepts });
    const config = { url: "https://open.example.net/x", method: "post", hasAuth: false };
    await made.call("create_connector", { id: "open", name: "Open", type: ".webhook", config });
    await made.call("attach_connector", { connector: "open", rules: ["disk-almost-full"], params: { body: "{}" } });
    expect(made.questions.at(-1)?.message).toContain(
      "You are asked because alerts of rules go to open.example.net, which nobody has agreed to yet in this space, as far as is known.",
    );
  });

  const tools = { serverUrl: "https://mcp.corp.example/mcp", hasAuth: true, authType: "bearer" };
  const mcp = { id: "tools", name: "Tools", type: ".mcp", config: tools, secrets: { token: args.user } };

  test("is not a host that the person agreed to when the connector was created: its safe test then asks nobody", async () => {
    const made = await started();
    expect((await made.call("create_connector", mcp)).body).toMatchObject({ status: "done", asked: "form" });
    expect((await made.call("test_connector", { id: "tools" })).body).toMatchObject({ status: "done", asked: "none" });
    const run = { id: "tools", params: { subAction: "callTool", subActionParams: { name: "t" } } };
    await made.call("execute_connector", run);
    expect([made.questions.length, made.questions[1]?.message]).toEqual([2, expect.not.stringContaining("nobody has agreed")]);
  });

  test.each<[string, (made: Awaited<ReturnType<typeof started>>) => Promise<unknown>]>([
    ["somebody else made it", (made) => seedConnector(made, { ...mcp, secrets: { token: "t" } })],
    [
      "somebody else gave it another host since",
      async (made) => {
        await made.call("create_connector", { ...mcp, config: { ...tools, serverUrl: "https://other.corp.example/mcp" } });
        await made.bare("PUT", "/api/actions/connector/tools", { name: "Tools", config: tools, secrets: { token: "t" } });
      },
    ],
    [
      "they only agreed to another name",
      async (made) => {
        await seedConnector(made, { ...mcp, config: { ...tools, hasAuth: false, authType: "none" }, secrets: {} });
        await made.call("update_connector", { id: "tools", name: "Our tools", assert_no_other_secrets: true });
      },
    ],
  ])("is the host of a connector where nobody agreed to it: %s", async (_what, make) => {
    const made = await started();
    await make(made);
    const asked = made.questions.length;
    await made.call("test_connector", { id: "tools" });
    expect(made.questions.length).toBe(asked + 1);
    expect(made.questions.at(-1)?.message).toContain(
      "goes to mcp.corp.example, which nobody has agreed to yet in this space, as far as is known.",
    );
  });

  test.each<[string, Args]>([
    ["a rename", { name: "Renamed" }],
    ["a rotation", { secrets: webhook.secrets }],
  ])("is not repeated where the plan itself says it: %s", async (_what, change) => {
    const made = await started();
    await seedConnector(made, { id: "intake", ...webhook, secrets: { user: "u", password: "p" } });
    expect((await made.call("update_connector", { id: "intake", secrets: webhook.secrets, ...change })).body.status).toBe("done");
    expect(made.questions[0]?.message).not.toContain("You are asked because");
  });

  test("never says of a host within a secret that nobody agreed to it, though they did", async () => {
    const made = await started();
    for (const name of ["Chat", "Chat two"]) {
      expect((await made.call("create_connector", slack(name))).body.status).toBe("done");
      expect(made.questions.at(-1)?.message).toContain(`You are asked because ${secretOnly}.`);
    }
  });
});
