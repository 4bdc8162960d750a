import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

const env = {
  CONNECTOR_SECRET_A: "a-user-or-key",
  CONNECTOR_SECRET_B: "a-password",
  CONNECTOR_SECRET_HOOK: "http://hooks.example.com/services/A/A/aaaaaaaa",
};
const [a, b] = [{ $env: "CONNECTOR_SECRET_A" }, { $env: "CONNECTOR_SECRET_B" }];
const mail = { type: ".email", secrets: { user: a, password: b } };
const from = { service: "other", host: "smtp.example.com", from: "kibana@example.com", hasAuth: true };
const hook = { type: ".webhook", secrets: { user: a, password: b } };
const signed = { method: "post", hasAuth: true, authType: "webhook-authentication-basic" };
const maybe = "The way to smtp.example.com: TLS only if the server offers it. Whoever is in between may read what is sent, secrets too.";

describe("a way on which others may read along", () => {
  test.each<[string, object, string]>([
    ["mail on port 587", { ...mail, config: { ...from, port: 587 } }, maybe],
    ["mail on port 25, said so", { ...mail, config: { ...from, port: 25, secure: false } }, maybe],
    ["a webhook", { ...hook, config: { url: "http://hooks.example.com/a", ...signed } }, "The way to hooks.example.com: no encryption."],
    [
      "a webhook whose certificate is not checked",
      { ...hook, config: { url: "https://hooks.example.com/a", ...signed, verificationMode: "none" } },
      "The way to hooks.example.com: TLS, whoever answers: the certificate or its name is not checked.",
    ],
    [
      "an address that is a secret",
      { type: ".teams", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } },
      "The way to hooks.example.com: no encryption.",
    ],
  ])("is said in words: %s", async (_what, connector, words) => {
    const { call, questions } = await product({ person: accepts, env, sandbox: { empty: true } });
    const { body } = await call("create_connector", { name: "New", ...connector });
    expect([body.status, body.warnings?.join(" ")]).toEqual(["done", expect.stringContaining(words)]);
    expect(questions.at(-1)?.message).toContain(words);
    expect(questions.at(-1)?.message).toContain("Whoever is in between may read what is sent");
  });

  test("also where an update makes it one", async () => {
    const { call, questions } = await product({ person: accepts, env, sandbox: { empty: true }, settings: { targetHosts: ["*"] } });
    await call("create_connector", { name: "Mail", id: "mail", ...mail, config: { ...from, port: 465 } });
    const { body } = await call("update_connector", { id: "mail", config: { port: 587 }, secrets: mail.secrets });
    const words = "the way to smtp.example.com is another one: TLS only if the server offers it";
    expect(body.warnings.join(" ")).toContain(words);
    expect(questions.at(-1)?.message).toContain(words);
  });

  test("also where only the secrets are new", async () => {
    const { call, questions } = await product({ person: accepts, env, sandbox: { empty: true } });
    await call("create_connector", { name: "Mail", id: "mail", ...mail, config: { ...from, port: 587 } });
    await call("create_connector", {
      name: "Chat",
      id: "chat",
      type: ".teams",
      secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } },
    });
    const { body } = await call("update_connector", { id: "mail", secrets: mail.secrets });
    expect(body.warnings).toContain(maybe);
    expect(questions.at(-1)?.message).toContain(maybe);
    const again = await call("update_connector", { id: "chat", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } });
    expect(again.body.warnings.join(" ")).toContain("The way to hooks.example.com: no encryption.");
  });

  test.each<[string, object]>([
    ["mail with TLS from the start", { ...mail, config: { ...from, port: 587, secure: true } }],
    ["mail on port 465", { ...mail, config: { ...from, port: 465 } }],
    ["a webhook with https", { ...hook, config: { url: "https://hooks.example.com/a", ...signed } }],
    ["this machine", { ...hook, config: { url: "http://127.0.0.1:9/a", ...signed } }],
  ])("is not what another is: %s", async (_what, connector) => {
    const { call } = await product({ person: accepts, env, sandbox: { empty: true } });
    const { body } = await call("create_connector", { name: "New", ...connector, dry_run: true });
    expect([body.status, JSON.stringify(body)]).toEqual(["planned", expect.not.stringContaining("The way to")]);
  });

  describe("of a connector that is there", () => {
    const open = { name: "Hook", id: "hook", ...hook, config: { url: "http://hooks.example.com/a", ...signed } };
    const way = "The way to hooks.example.com: no encryption. Whoever is in between may read what is sent, secrets too.";
    async function withHook(connector: object) {
      const made = await product({ person: accepts, env, settings: { targetHosts: ["*"] } });
      expect((await made.call("create_connector", connector as Record<string, unknown>)).body.status).toBe("done");
      return made;
    }
    const calls: [string, string, Record<string, unknown>][] = [
      ["alerts of a rule get it", "attach_connector", { connector: "hook", rules: ["checkout-errors"], params: { body: "{}" } }],
      ["alerts of rules move to it", "replace_connector", { from: "deploy-hook", to: "hook", params: { body: "{}" } }],
      ["a test sends by it", "test_connector", { id: "hook", mode: "loud" }],
      ["a run sends by it", "execute_connector", { id: "hook", params: { body: "{}" } }],
    ];
    test.each(calls)("is said where %s", async (_what, tool, args) => {
      const { call, questions } = await withHook(open);
      const { body } = await call(tool, args);
      expect([body.status, body.warnings]).toEqual([expect.stringMatching(/done|failed/), expect.arrayContaining([way])]);
      expect(questions.at(-1)?.message).toContain(way);
    });

    test.each(calls)("nothing is said of one that is protected where %s", async (_what, tool, args) => {
      const { call, questions } = await withHook({ ...open, config: { ...open.config, url: "https://hooks.example.com/a" } });
      await call(tool, args);
      expect(questions.at(-1)?.message).not.toContain("The way to");
    });

    test.each<[string, Record<string, unknown>]>([
      ["test_connector", {}],
      ["execute_connector", { params: { subAction: "issueTypes", subActionParams: {} } }],
    ])("is said in the answer where nobody is asked: %s", async (tool, args) => {
      const { call } = await product({ person: accepts, env, sandbox: { empty: true }, settings: { targetHosts: ["*"] } });
      const config = { apiUrl: "http://hooks.example.com", projectKey: "A" };
      const secrets = { email: { $env: "CONNECTOR_SECRET_HOOK" }, apiToken: { $env: "CONNECTOR_SECRET_HOOK" } };
      await call("create_connector", { name: "Tickets", id: "tickets", type: ".jira", config, secrets });
      const { body } = await call(tool, { id: "tickets", ...args });
      expect([body.asked, body.warnings]).toEqual(["none", expect.arrayContaining([way])]);
    });
  });
});
