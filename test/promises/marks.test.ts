import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { postTo } from "../support/kibana-api.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5", "--empty"]);
  server = await startServer({
    env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_LITERAL_SECRETS: "warn", CONNECTORS_MAX_CHANGES_PER_HOUR: "500" },
    person: yes,
  });
  const config = { url: "https://hooks.example.com/x", hasAuth: false, authType: null, method: "post" };
  for (const id of ["hook", "other"])
    await postTo(sandbox.url, `/api/actions/connector/${id}`, { name: id, connector_type_id: ".webhook", config, secrets: {} });
  await postTo(sandbox.url, "/api/alerting/rule/r", esQueryRule("r", [{ id: "other", params: { body: "{}" } }]));
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

const mark = "[redacted]";
const forms: Record<string, string> = {
  "as it is": mark,
  "in a URL": "%5Bredacted%5D",
  "in a URL, in small letters": "%5bredacted%5d",
  "in a URL, twice": "%255Bredacted%255D",
  "in a URL, half": "%5Bredacted]",
  "in a URL, all": [...mark].map((one) => `%${one.charCodeAt(0).toString(16)}`).join(""),
  "in JSON": String.raw`\u005bredacted\u005d`,
  "in HTML": "&#91;redacted&#93;",
  "in HTML, by names": "&lbrack;redacted&rsqb;",
  "in base64": Buffer.from(`user:${mark}`).toString("base64"),
  "in hexadecimal": Buffer.from(mark).toString("hex"),
};
const basic = { hasAuth: true, authType: "webhook-authentication-basic" };
const calls: Record<string, (text: string) => [tool: string, args: Record<string, unknown>]> = {
  "a connector's URL": (text) => [
    "create_connector",
    { name: "n", type: ".webhook", config: { url: `https://a.example.com/?key=${text}` } },
  ],
  "its name": (text) => ["create_connector", { name: `n ${text}`, type: ".server-log" }],
  "another URL": (text) => ["update_connector", { id: "hook", config: { url: `https://a.example.com/${text}/x` } }],
  "a header": (text) => ["update_connector", { id: "hook", config: { headers: { "x-a": `Basic ${text}` } } }],
  "another name": (text) => ["update_connector", { id: "hook", name: text }],
  "params of a run": (text) => ["execute_connector", { id: "hook", params: { body: `{"a":"${text}"}` } }],
  "params of a rule": (text) => ["attach_connector", { connector: "hook", rules: ["r"], params: { body: text } }],
  "params for a move": (text) => ["replace_connector", { from: "other", to: "hook", params: { body: text } }],
  "params for a recovery": (text) => ["replace_connector", { from: "other", to: "hook", recovery_params: { body: text } }],
  "what fills a test": (text) => ["test_connector", { id: "hook", mode: "loud", fill: { body: text } }],
  "a key": (text) => ["attach_connector", { connector: "hook", rules: ["r"], params: { body: "{}" }, dedup_key: text }],
  "a secret": (text) => [
    "create_connector",
    { name: "n", type: ".webhook", config: { url: "https://a.example.com", ...basic }, secrets: { user: "u", password: text } },
  ],
};

describe("the mark of what is hidden is no value", () => {
  test.each(Object.keys(forms).flatMap((form) => Object.keys(calls).map((call) => [call, form] as const)))(
    "as %s, %s",
    async (call, form) => {
      const [tool, args] = calls[call]?.(forms[form] ?? "") ?? ["", {}];
      const asked = server.questions.length;
      const { body } = await server.call(tool, { ...args, dry_run: true });
      expect(body.error).toMatchObject({ code: "secret_refused", message: expect.stringContaining("mark") });
      expect(server.questions).toHaveLength(asked);
    },
  );

  test.each(["redacted", "[ redacted by us ]", "%5Breduced%5D", "a[redacte]d", "https://a.example.com/redacted?x=[1]"])(
    "what only resembles it is taken: %s",
    async (text) => {
      for (const call of ["a connector's URL", "a header", "params of a run", "params of a rule"]) {
        const [tool, args] = calls[call]?.(encodeURI(text)) ?? ["", {}];
        expect((await server.call(tool, { ...args, dry_run: true })).body.status, call).toBe("planned");
      }
    },
  );
});
