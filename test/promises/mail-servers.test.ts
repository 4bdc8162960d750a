import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

const [eu, us] = ["email-smtp.eu-west-1.amazonaws.com", "email-smtp.us-east-1.amazonaws.com"];
const env = {
  CONNECTOR_SECRET_OPEN: "op-7f3a9c1e5d2b",
  CONNECTOR_SECRET_EU: "eu-7f3a9c1e5d2b",
  CONNECTOR_SECRET_EU__FOR: `.email@${eu}`,
  CONNECTOR_SECRET_US: "us-7f3a9c1e5d2b",
  CONNECTOR_SECRET_US__FOR: `.email@${us}`,
  CONNECTOR_SECRET_BOTH: "bo-7f3a9c1e5d2b",
  CONNECTOR_SECRET_BOTH__FOR: `.email@${eu},.email@${us}`,
};
const chosen = `xpack.actions.email.services.ses.host: ${eu}\nxpack.actions.email.services.ses.port: 465\n`;
const config = { from: "alerts@example.com", hasAuth: true, service: "ses", host: eu, port: 465, secure: true };

const kibana = (sandbox: object) => product({ person: accepts, env, sandbox: { empty: true, ...sandbox } });

/** Creates one with the secret of this name: how it ended, and where the question says that the secret goes. */
async function made({ call, questions }: Awaited<ReturnType<typeof kibana>>, name: string, more: object = {}) {
  const asked = questions.length;
  const secret = { $env: `CONNECTOR_SECRET_${name}` };
  const { body } = await call("create_connector", {
    ...{ name: `Mail ${name}`, type: ".email" },
    ...{ config: { ...config, ...more }, secrets: { user: secret, password: secret } },
  });
  const to = questions[asked]?.message.match(/→ (.*)/)?.[1];
  return [body.status ?? body.code, to];
}

describe("Amazon SES: the host is the one that Kibana says that it uses, and a binding holds for that one alone", () => {
  test.each(["8.19", "9.1", "9.5"])("of kibana.yml, in %s", async (version) => {
    const it = await kibana({ version, kibanaYml: chosen });
    expect(await made(it, "US")).toEqual(["secret_refused", undefined]);
    expect(await made(it, "OPEN")).toEqual(["done", eu]);
    expect(await made(it, "EU")).toEqual(["done", undefined]);
  });

  test("the usual one, whatever host the config has", async () => {
    const it = await kibana({ version: "9.5" });
    expect(await made(it, "EU")).toEqual(["secret_refused", undefined]);
    expect(await made(it, "OPEN")).toEqual(["done", us]);
    expect(await made(it, "US")).toEqual(["done", undefined]);
  });

  test("where Kibana does not say it, it may be either, and a binding has to hold for both", async () => {
    const it = await kibana({ version: "9.5", kibanaYml: chosen });
    await it.fault("error", { path: "/internal/stack_connectors/_email_config/ses", times: 100 });
    expect(await made(it, "EU")).toEqual(["secret_refused", undefined]);
    expect(await made(it, "US")).toEqual(["secret_refused", undefined]);
    expect(await made(it, "OPEN")).toEqual(["done", `${eu}, ${us}`]);
    expect(await made(it, "BOTH")).toEqual(["done", undefined]);
  });

  test("a run and an update go there too", async () => {
    const it = await kibana({ version: "9.5", kibanaYml: chosen });
    const secrets = { user: "u", password: "p-of-somebody-1" };
    await it.bare("POST", "/api/actions/connector/ses", { name: "SES", connector_type_id: ".email", config, secrets });
    await it.call("execute_connector", { id: "ses", params: { to: ["a@example.com"], subject: "s", message: "m" } });
    await it.call("update_connector", {
      id: "ses",
      name: "SES 2",
      secrets: { user: { $env: "CONNECTOR_SECRET_OPEN" }, password: { $env: "CONNECTOR_SECRET_OPEN" } },
    });
    const [run, update] = it.questions.map(({ message }) => message);
    for (const message of [run, update]) expect(message).toContain(eu);
    expect(`${run}${update}`).not.toContain(us);
  });

  test.each([
    ["gmail", { service: "gmail" }, "smtp.gmail.com"],
    ["a region of its own", { service: "ses-eu-west-1" }, eu],
    ["any server", { service: "other", host: "smtp.example.com" }, "smtp.example.com"],
  ])("other services stay as they are: %s", async (_what, more, host) => {
    const it = await kibana({ version: "9.5", kibanaYml: chosen });
    expect(await made(it, "OPEN", more)).toEqual(["done", host]);
  });

  test("no other change asks for it", async () => {
    const it = await kibana({ version: "9.5", kibanaYml: chosen });
    await it.call("create_connector", { name: "Log", type: ".server-log" });
    expect(it.calls.filter(({ path }) => path.includes("_email_config"))).toEqual([]);
  });
});
