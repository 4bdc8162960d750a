import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

const env = { CONNECTOR_SECRET_PASSWORD: "p".repeat(20), CONNECTOR_SECRET_HOOK: "http://chat.example.com/services/1" };
const password = { $env: "CONNECTOR_SECRET_PASSWORD" };
const mail = { service: "other", host: "smtp.example.com", port: 587, from: "kibana@example.com" };
const hook = { url: "http://hooks.example.com/in", method: "post", hasAuth: false };
const jira = { apiUrl: "https://jira.example.com", projectKey: "OPS" };
const offered = "On the way to smtp.example.com: TLS only if the server offers it.";

describe("a way that is not protected for certain is said in words, to the person and in the answer", () => {
  test.each<[string, string, object, object, string | undefined]>([
    ["mail on 587", ".email", { ...mail, hasAuth: true }, { user: password, password }, offered],
    ["mail that signs in nowhere", ".email", { ...mail, hasAuth: false }, {}, offered],
    ["a webhook by http", ".webhook", hook, {}, "On the way to hooks.example.com: no encryption."],
    [
      "an http address that is a secret",
      ".slack",
      {},
      { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } },
      "On the way to chat.example.com: no encryption.",
    ],
    ["mail with TLS from the start", ".email", { ...mail, port: 465, secure: true, hasAuth: false }, {}, undefined],
    ["https", ".webhook", { ...hook, url: "https://hooks.example.com/in" }, {}, undefined],
    ["this machine", ".webhook", { ...hook, url: "http://localhost:8080/in" }, {}, undefined],
    ["https with secrets", ".jira", jira, { email: password, apiToken: password }, undefined],
  ])("%s", async (name, type, config, secrets, words) => {
    const { call, questions } = await product({ person: accepts, env, sandbox: { empty: true } });
    const { body } = await call("create_connector", { name, type, config, secrets });
    expect([body.status, body.error?.message]).toEqual(["done", undefined]);
    const said = (body.warnings ?? []).filter((one: string) => one.startsWith("On the way to"));
    expect(said).toEqual(words === undefined ? [] : [words]);
    if (Object.keys(secrets).length > 0) expect(questions[0]?.message.includes("On the way to")).toBe(words !== undefined);
  });

  test("by an update that leads elsewhere", async () => {
    const { call } = await product({ person: accepts, env, sandbox: { empty: true } });
    await call("create_connector", { name: "Hook", type: ".webhook", config: { ...hook, url: "https://a.example.com/in" } });
    const { body } = await call("update_connector", { id: "hook", config: { url: hook.url } });
    expect(body.warnings.join(" ")).toContain("On the way to hooks.example.com: no encryption.");
    const back = await call("update_connector", { id: "hook", config: { url: "https://b.example.com/in" } });
    expect(JSON.stringify(back.body)).not.toContain("On the way to");
  });
});
