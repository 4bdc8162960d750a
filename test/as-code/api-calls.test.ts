import { expect, test } from "vitest";
import { apiCallFiles } from "../../src/as-code/api-calls.ts";
import { scripted } from "../support/server.ts";
import { nastyNames } from "./nasty.ts";
import { runShell } from "./shell.ts";
import { origin, sources } from "./sources.ts";

async function script(...given: Parameters<typeof sources>): Promise<string> {
  const [file] = apiCallFiles(await sources(...given), origin());
  return file?.text ?? "";
}

/** What Kibana got, recorded by a server in its place. */
async function sent(text: string, env: Record<string, string> = {}) {
  const { url, seen } = await scripted({ json: {} });
  const ran = await runShell(text, { KIBANA_URL: url, ...env });
  return { ...ran, seen: seen.map((one) => ({ ...one, body: JSON.parse(one.body) })) };
}

test("the script matches its golden file", async () => {
  const text = await script(
    { id: "ops-slack", name: "Ops Slack", type: ".slack", needed: ["webhookUrl"] },
    {
      id: "hook",
      name: "It's \u0024{NOW}!",
      type: ".webhook",
      space: "payments",
      config: { url: "https://x.example.com" },
      needed: ["user"],
      possible: ["secretHeaders"],
    },
  );
  await expect(text).toMatchFileSnapshot("golden/connectors.sh");
});

test("names, ids and config that look like shell, awk, curl or JSON arrive as data, and nothing else happens", async () => {
  const text = await script(...nastyNames.map((name) => ({ id: name, name, config: { [name]: name, list: [name] } })));
  const { seen, left, code, stderr } = await sent(text);
  expect([code, stderr, left]).toEqual([0, "", []]);
  expect(seen.map(({ body }) => body)).toEqual(
    nastyNames.map((name) => ({ name, connector_type_id: ".server-log", config: { [name]: name, list: [name] }, secrets: {} })),
  );
  expect(seen.map(({ url }) => decodeURIComponent(url.slice("/api/actions/connector/".length)))).toEqual([...nastyNames]);
  expect(text).toMatch(/^[\n -~]*$/);
});

// An environment variable cannot contain NUL.
test.each(nastyNames.map((name) => name.replaceAll("\0", "")))(
  "the secret %j arrives unchanged, in no command line and no file",
  async (secret) => {
    const text = await script({
      id: "s",
      type: ".slack",
      needed: ["webhookUrl"],
      config: { headers: { Authorization: "Bearer abcdefgh12345678" } },
    });
    const value = `${secret}\u0024(touch pwned)'"\\\n\t\u0007${secret}`;
    const { seen, left, stdout, stderr } = await sent(text, {
      CONNECTOR_SECRET_S_WEBHOOK_URL: value,
      CONNECTOR_SECRET_S_HEADERS_AUTHORIZATION: value,
    });
    expect(seen[0]?.body).toMatchObject({ secrets: { webhookUrl: value }, config: { headers: { Authorization: value } } });
    expect([left, stdout, stderr]).toEqual([[], "Created: /api/actions/connector/s\n", ""]);
  },
);

test("credentials and secrets are in no command line while curl runs", async () => {
  const watched = await scripted({ json: {} });
  const text = await script({ id: "s", type: ".slack", needed: ["webhookUrl"] });
  const watch = (program: string) => `${program}() { printf '${program}: %s\\n' "$*" >&2; command ${program} "$@"; }\n`;
  const ran = await runShell(text.replace("set -eu\n", `set -eu\n${watch("awk")}${watch("curl")}`), {
    KIBANA_URL: watched.url,
    KIBANA_API_KEY: "the-key-canary",
    CONNECTOR_SECRET_S_WEBHOOK_URL: "the-secret-canary",
  });
  expect(ran.code).toBe(0);
  expect(ran.stderr).toContain("awk: ");
  expect(ran.stderr).toContain("curl: --silent");
  expect(ran.stderr).not.toContain("canary");
  expect(watched.seen[0]?.headers.authorization).toBe("ApiKey the-key-canary");
});

test("user and password are used if there is no key", async () => {
  const { seen } = await sent(await script({ id: "a" }), { KIBANA_USERNAME: 'us"er', KIBANA_PASSWORD: "p\\w:'x" });
  expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("us\"er:p\\w:'x").toString("base64")}`);
  expect(seen[0]?.headers["kbn-xsrf"]).toBe("true");
});

test("secrets that may be stored are sent if their variable is set", async () => {
  const text = await script({ id: "h", type: ".webhook", needed: ["user"], possible: ["secretHeaders", "key"] });
  const env = { CONNECTOR_SECRET_H_USER: "u" };
  const without = await sent(text, env);
  expect(without.seen[0]?.body.secrets).toEqual({ user: "u" });
  const withHeaders = await sent(text, { ...env, CONNECTOR_SECRET_H_SECRET_HEADERS: '{"X-A": "a\\"b",\n "X-B": "2"}' });
  expect(withHeaders.seen[0]?.body.secrets).toEqual({ user: "u", secretHeaders: { "X-A": 'a"b', "X-B": "2" } });
  const withBoth = await sent(text, { ...env, CONNECTOR_SECRET_H_SECRET_HEADERS: "{}", CONNECTOR_SECRET_H_KEY: "k" });
  expect(withBoth.seen[0]?.body.secrets).toEqual({ user: "u", secretHeaders: {}, key: "k" });
});

test("all secrets of an unknown type are one JSON variable, and none are sent if it is not set", async () => {
  const text = await script({ id: "x", type: ".unheard-of" });
  expect((await sent(text)).seen[0]?.body.secrets).toEqual({});
  expect((await sent(text, { CONNECTOR_SECRET_X: '{"a": "b"}' })).seen[0]?.body.secrets).toEqual({ a: "b" });
});

test("without a required variable nothing is sent, and all missing ones are named", async () => {
  const text = await script({ id: "h", type: ".webhook", needed: ["user", "password"] });
  const { code, stderr, seen } = await sent(text, { CONNECTOR_SECRET_H_USER: "u" });
  expect([code, stderr, seen]).toEqual([2, "Set and export these first: CONNECTOR_SECRET_H_PASSWORD\n", []]);
  expect((await runShell(text, {})).stderr).toBe(
    "Set and export these first: KIBANA_URL CONNECTOR_SECRET_H_USER CONNECTOR_SECRET_H_PASSWORD\n",
  );
});

test("the first answer that is not a success ends the script, and is shown", async () => {
  const { url, seen } = await scripted({ status: 409, json: { message: "Saved object [action/a] conflict" } });
  const { code, stderr } = await runShell(await script({ id: "a" }, { id: "b" }), { KIBANA_URL: url });
  expect(code).toBe(1);
  expect(stderr).toContain("Saved object [action/a] conflict");
  expect(stderr).toContain("Kibana answered 409: /api/actions/connector/a");
  expect(seen.length).toBe(1);
});

test("before 8.8, where Kibana chooses ids, none is sent", async () => {
  const [file] = apiCallFiles(await sources({ id: "a", space: "s p" }), origin("8.7.1"));
  const { seen } = await sent(file?.text ?? "");
  expect(seen[0]?.url).toBe("/s/s%20p/api/actions/connector");
});

test("the base path of KIBANA_URL is kept", async () => {
  const { url, seen } = await scripted({ json: {} });
  await runShell(await script({ id: "a" }), { KIBANA_URL: `${url}/kibana/` });
  expect(seen[0]?.url).toBe("/kibana/api/actions/connector/a");
});
