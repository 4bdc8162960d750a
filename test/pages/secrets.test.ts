import { describe, expect, test } from "vitest";
import { accepts, declines, product } from "../support/product.ts";
import { hashOf, nothingWritten, records, stored } from "./changes.ts";
import { approve, look, refuse } from "./form.ts";

type Args = Record<string, unknown>;

const ask = { $ask: true };
const slack = { name: "Search on-call", type: ".slack", secrets: { webhookUrl: ask } };
const hook = "https://hooks.slack.com/services/T00/B00/canary-4f6e0c";
const basic = {
  name: "Incident intake",
  type: ".webhook",
  config: { url: "https://intake.example.net/kibana", method: "post", hasAuth: true, authType: "webhook-authentication-basic" },
};
const certificate = {
  ...basic,
  config: { ...basic.config, authType: "webhook-authentication-ssl", certType: "ssl-crt-key" },
};
const pem = (kind: string, line: string) => `-----BEGIN ${kind}-----\n${line}\n${line}\n-----END ${kind}-----`;
const base64 = (text: string) => Buffer.from(text).toString("base64");
const empty = { user: null, password: null, crt: null, key: null, pfx: null, clientSecret: null, secretHeaders: null };

/** A create that waits for what a person types. */
async function asked(args: Args, options: Parameters<typeof product>[0] = {}) {
  const made = await product(options);
  const first = await nothingWritten(made, () => made.call("create_connector", args));
  expect(first.body).toMatchObject({ status: "secrets_wanted" });
  const { id, url } = first.body.confirm;
  return { made, first, url, again: () => made.call("create_connector", { ...args, confirm: id }) };
}

describe("a secret that a person types", () => {
  test("is asked for on a page that shows the plan and the field with its help; the answer has an id and no question is asked", async () => {
    const { made, first, url } = await asked({ ...basic, secrets: ask }, { person: accepts });
    expect(made.questions).toEqual([]);
    expect(first.body.plan.effects[0].after.secrets).toEqual({ user: "<to be typed>", password: "<to be typed>" });
    const { html } = await look(url);
    for (const text of [
      "Incident intake",
      "https://intake.example.net/kibana",
      ">user</label>",
      ">password</label>",
      "Or the passphrase of key or pfx",
    ])
      expect(html).toContain(text);
  });

  test("reaches Kibana when the same call comes again, and the page is the consent", async () => {
    const { made, url, again } = await asked(slack);
    expect((await approve(url, { "secrets.webhookUrl": hook })).html).toContain("Approved");
    expect(made.writes()).toEqual([]);
    const { body, text } = await again();
    expect(body).toMatchObject({ status: "done", result: { connector: { id: "search-on-call" } } });
    expect((await stored(made, "search-on-call"))?.secrets).toBe(hashOf({ webhookUrl: hook }));
    expect(await records(made)).toMatchObject([{ consent: "page" }, { outcome: "done" }]);
    expect(text + (await made.journal())).not.toContain("4f6e0c");
  });

  test.each<[string, Args, string, Record<string, string | File>, string, string]>([
    ["no URL", slack, "secrets.webhookUrl", { "secrets.webhookUrl": "canary-no-url-at-all" }, "canary-no-url", "It must be"],
    ["nothing", slack, "secrets.webhookUrl", {}, "canary", "It is required."],
    ["white space", slack, "secrets.webhookUrl", { "secrets.webhookUrl": " \n" }, "canary", "It must not be empty"],
    ["one of two", { ...basic, secrets: ask }, "secrets.password", { "secrets.user": "canary-user-1" }, "canary-user", "It is required."],
    [
      "typed and from a file, different",
      slack,
      "secrets.webhookUrl",
      // The form's own two inputs have one name; a second value comes as a file.
      { "secrets.webhookUrl": new File([""], "empty.txt") },
      "canary",
      "It is required.",
    ],
  ])(
    "given as %s is not accepted: the problem is beside its field, and the value nowhere",
    async (_what, args, path, values, canary, problem) => {
      const { made, url, again } = await asked(args);
      const { status, html } = await approve(url, values);
      expect(status).toBe(422);
      expect(html).toMatch(new RegExp(`<p class="bad" id="field-\\d+-problem">${problem.replace(".", "\\.")}`));
      expect(html).toMatch(new RegExp(`name="${path}"[^>]*aria-invalid="true"`));
      expect(html).not.toContain(canary);
      expect((await nothingWritten(made, again)).body).toMatchObject({ status: "secrets_wanted" });
      expect((await look(url)).status).toBe(200);
    },
  );

  test("that does not fit can be corrected on the same page", async () => {
    const { made, url, again } = await asked(slack);
    expect((await approve(url, { "secrets.webhookUrl": "nonsense" })).status).toBe(422);
    expect((await approve(url, { "secrets.webhookUrl": hook })).status).toBe(200);
    expect((await again()).body).toMatchObject({ status: "done" });
    expect((await stored(made, "search-on-call"))?.secrets).toBe(hashOf({ webhookUrl: hook }));
  });

  test("refused on the page is declined", async () => {
    const { made, url, again } = await asked(slack);
    await refuse(url);
    expect((await nothingWritten(made, again)).body).toMatchObject({ status: "declined" });
  });

  test("is forgotten once used: the id does not bring it back", async () => {
    const { made, url, again } = await asked(slack);
    await approve(url, { "secrets.webhookUrl": hook });
    await again();
    await made.bare("DELETE", "/api/actions/connector/search-on-call");
    expect((await nothingWritten(made, again)).body).toMatchObject({ code: "confirmation_invalid", detail: { reason: "used" } });
  });

  test("goes nowhere when the target changed while it was typed", async () => {
    const { made, url, again } = await asked({ ...slack, id: "wanted-id" });
    await made.bare("POST", "/api/actions/connector/wanted-id", { name: "x", connector_type_id: ".server-log", config: {}, secrets: {} });
    expect((await approve(url, { "secrets.webhookUrl": hook })).status).toBe(422);
    expect((await nothingWritten(made, again)).body).toMatchObject({ code: "id_taken" });
  });

  test("with dry_run is only listed as needed", async () => {
    const made = await product();
    const { body } = await nothingWritten(made, () => made.call("create_connector", { ...slack, dry_run: true }));
    expect(body).toMatchObject({ status: "planned", plan: { effects: [{ after: { secrets: { webhookUrl: "<to be typed>" } } }] } });
    expect(body).not.toHaveProperty("confirm");
  });

  test.each<[string, Partial<Parameters<typeof product>[0] & object>]>([
    ["a client that declines every form", { person: declines }],
    ["--confirm token", { settings: { confirm: "token" } }],
    ["--dangerously-skip-confirmation", { settings: { skipConfirmation: true } }],
    ["its host agreed to beforehand", { settings: { targetHosts: ["*"] } }],
  ])("is asked for on the page with %s too", async (_what, options) => {
    const { made, url, again } = await asked(slack, options);
    await approve(url, { "secrets.webhookUrl": hook });
    expect((await again()).body).toMatchObject({ status: "done" });
    expect(await records(made)).toMatchObject([{ consent: "page" }, {}]);
  });
});

describe("several secrets", () => {
  test("{$ask: true} in place of all means those of the way to authenticate", async () => {
    const { made, url, again } = await asked({ ...basic, secrets: ask });
    expect((await approve(url, { "secrets.user": "bob", "secrets.password": "p w%d+" })).status).toBe(200);
    expect((await again()).body).toMatchObject({ status: "done" });
    expect((await stored(made, "incident-intake"))?.secrets).toBe(hashOf({ ...empty, user: "bob", password: "p w%d+" }));
  });

  test("a certificate and its key: several lines, typed or from a file, line ends unchanged", async () => {
    const { made, url, again } = await asked({ ...certificate, secrets: ask });
    expect((await look(url)).html.match(/<textarea/g)).toHaveLength(2);
    const [crt, key] = [pem("CERTIFICATE", "Y2FuYXJ5"), pem("PRIVATE KEY", "a2V5LWNhbmFyeQ==")];
    const typed = crt.replaceAll("\n", "\r\n");
    expect((await approve(url, { "secrets.crt": typed, "secrets.key": new File([`${key}\n`], "client.key") })).status).toBe(200);
    expect((await again()).body).toMatchObject({ status: "done" });
    expect((await stored(made, "incident-intake"))?.secrets).toBe(hashOf({ ...empty, crt: base64(crt), key: base64(key) }));
  });

  test("one typed, one from the environment", async () => {
    const secrets = { user: { $env: "CONNECTOR_SECRET_USER" }, password: ask };
    const { made, url, again } = await asked({ ...basic, secrets }, { env: { CONNECTOR_SECRET_USER: "kibana-intake" } });
    const { html } = await look(url);
    expect(html.match(/<input class="masked"/g)).toHaveLength(1);
    expect(html).toContain("CONNECTOR_SECRET_USER");
    expect(html).not.toContain("kibana-intake");
    await approve(url, { "secrets.password": "typed-one" });
    expect((await again()).body).toMatchObject({ status: "done" });
    expect((await stored(made, "incident-intake"))?.secrets).toBe(hashOf({ ...empty, user: "kibana-intake", password: "typed-one" }));
  });

  test("headers, each by its name", async () => {
    const config = { url: basic.config.url, method: "post", hasAuth: false };
    const { made, url, again } = await asked({ ...basic, config, secrets: { secretHeaders: { "X-Api-Key": ask, "X-Other": ask } } });
    expect((await approve(url, { "secrets.secretHeaders.X-Api-Key": "one", "secrets.secretHeaders.X-Other": "two" })).status).toBe(200);
    expect((await again()).body).toMatchObject({ status: "done" });
    expect((await stored(made, "incident-intake"))?.secrets).toBe(
      hashOf({ ...empty, secretHeaders: { "X-Api-Key": "one", "X-Other": "two" } }),
    );
  });

  test.each<[string, Args]>([
    ["a type without secrets", { name: "Audit trail", type: ".server-log", secrets: ask }],
    ["a webhook without authentication", { ...basic, config: { url: basic.config.url, hasAuth: false }, secrets: ask }],
    [
      "a type whose secrets have names of their own",
      {
        name: "Model",
        type: ".inference",
        config: { provider: "openai", taskType: "chat_completion", inferenceId: "x", providerConfig: { model_id: "gpt-4.1" } },
        secrets: ask,
      },
    ],
    [
      "a way to authenticate whose parameters have names of their own",
      {
        name: "Query",
        type: ".http",
        config: { url: "https://api.example.com", hasAuth: true, authType: "http-authentication-query-param" },
        secrets: ask,
      },
    ],
    ["a field that holds several", { ...basic, config: { url: basic.config.url, hasAuth: false }, secrets: { secretHeaders: ask } }],
  ])("$ask where nothing can be typed as one text is refused: %s", async (_what, args) => {
    const made = await product({ settings: { targetHosts: ["*"] } });
    const { isError, body } = await nothingWritten(made, () => made.call("create_connector", args));
    expect(isError).toBe(true);
    expect(body).toMatchObject({ code: "secret_refused", fix: expect.stringContaining('{"$ask": true}}') });
  });

  test.each<[string, unknown]>([
    ["false", { $ask: false }],
    ["a text", { $ask: "true" }],
    ["company", { $ask: true, note: "x" }],
    ["no dollar", { ask: true }],
  ])("$ask with %s is not a reference", async (_what, webhookUrl) => {
    const made = await product();
    const answer = await nothingWritten(made, () => made.call("create_connector", { ...slack, secrets: { webhookUrl } }));
    expect(answer.body).toMatchObject({ code: expect.stringMatching(/^(secret|literal_secret)_refused$/) });
  });
});
