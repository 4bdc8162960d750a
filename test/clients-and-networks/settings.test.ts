import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanEnv, serverBuild, startSandboxWith, startServer, yes } from "../support/built-server.ts";

/** A placeholder as passed on by hosts that could not fill it in. */
const hole = (name: string) => ["$", `{${name}}`].join("");
const encoded = Buffer.from("VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw").toString("base64");

let kibana: { url: string; stop(): Promise<void> };
let closed: { url: string; stop(): Promise<void> };
beforeAll(async () => {
  kibana = await startSandboxWith();
  closed = await startSandboxWith(["--api-key", encoded]);
});
afterAll(async () => {
  await kibana.stop();
  await closed.stop();
});

/** What a client sees of one call: the error's code, message and fix, or the answer; and what was on stderr. */
async function first(env: Record<string, string>, args: string[] = []) {
  const server = await startServer({ env, args });
  try {
    const { failed, body } = await server.call("describe_deployment");
    return { failed, body: failed ? body.error : body, stderr: server.stderr() };
  } finally {
    await server.close();
  }
}

function run(args: string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [serverBuild, ...args], { env: cleanEnv(tmpdir(), env), encoding: "utf8", timeout: 30_000 });
}

test("a bundle's host leaves blank fields empty and placeholders as they are: the server works all the same", async () => {
  const { failed, body, stderr } = await first({
    KIBANA_URL: kibana.url,
    KIBANA_API_KEY: "",
    KIBANA_LABEL: "",
    CONNECTORS_ACCESS: hole("user_config.access"),
    CONNECTORS_SPACES: "",
    KIBANA_TIMEOUT: " ",
    CONNECTORS_READ_ONLY: "",
    HTTP_PROXY: "",
  });
  expect([failed, body.limits]).toMatchObject([false, { access: "full", default_space: "default" }]);
  expect(stderr).toContain(`CONNECTORS_ACCESS holds ${hole("user_config.access")}, which nobody filled in: it counts as not set.`);
});

test.each(["user_config.kibana_url", "env:KIBANA_URL", "input:kibana-url", "KIBANA_URL"])(
  "an address that is the placeholder %s: the server starts, and each call names it",
  async (name) => {
    const { failed, body, stderr } = await first({ KIBANA_URL: hole(name), KIBANA_API_KEY: hole("KIBANA_API_KEY") });
    expect([failed, body.code, body.message]).toEqual([
      true,
      "not_configured",
      `There is no Kibana to ask: KIBANA_URL holds ${hole(name)}, which nobody filled in.`,
    ]);
    expect(stderr).toContain(`KIBANA_URL holds ${hole(name)}`);
    expect(stderr).toContain(`KIBANA_API_KEY holds ${hole("KIBANA_API_KEY")}`);
  },
);

test.each([
  ...[hole("X"), hole("env:X"), hole("input:x"), "$X", "$KEY", "$env:KEY", "$(KEY)", "%X%", "%KEY%"],
  ...["{{X}}", "{{ secrets.key }}", "#{KEY}", "{env:KEY}", `$${"{{ secrets.KEY }}"}`],
])("a key that is the placeholder %s counts as not set, and stderr names it", async (placeholder) => {
  const { failed, stderr } = await first({ KIBANA_URL: kibana.url, KIBANA_API_KEY: placeholder });
  expect([failed, stderr]).toEqual([
    false,
    expect.stringContaining(`KIBANA_API_KEY holds ${placeholder}, which nobody filled in: it counts as not set.`),
  ]);
});

test("a secret whose variable is a placeholder is refused, not stored, and not offered", async () => {
  const server = await startServer({
    env: { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any", CONNECTOR_SECRET_PD: hole("env:PD"), CONNECTOR_SECRET_OTHER: "real" },
    person: yes,
  });
  try {
    const { body } = await server.call("create_connector", {
      ...{ name: "Pager", type: ".pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_PD" } } },
    });
    expect(body.error).toMatchObject({
      code: "secret_refused",
      message: expect.stringContaining("holds a placeholder that nobody filled in"),
      detail: { available: ["CONNECTOR_SECRET_OTHER"] },
    });
  } finally {
    await server.close();
  }
});

test.each([
  ["", "KIBANA_API_KEY is set and empty"],
  [hole("user_config.api_key"), `KIBANA_API_KEY holds ${hole("user_config.api_key")}, which nobody filled in`],
])("an address whose key is %j: Kibana's refusal is reported with the reason", async (key, why) => {
  const { body } = await first({ KIBANA_URL: closed.url, KIBANA_API_KEY: key });
  expect(body).toMatchObject({ code: "unauthorized", message: expect.stringContaining(`none are set: ${why}`) });
  expect(body.fix).toContain("KIBANA_API_KEY");
});

test.each([
  ["...", "is a placeholder, not a key"],
  ["<your key>", "is a placeholder, not a key"],
  ["YOUR_API_KEY", "is a placeholder, not a key"],
  ["changeme", "is a placeholder, not a key"],
  ["VuaCfGcBCdbkQm-e5aOx", "is only the `id` of a key: the key itself is missing"],
  ["ui2lp2axTNmsyakw9tvNnw", "is only the `api_key` part of a key: its id is missing"],
  [Buffer.from("something else").toString("base64"), "is not an API key: decoded, it is not id:api_key"],
  [Buffer.from("elastic:changeme").toString("base64"), "is a user name with a password"],
])("the key %s is reported before Kibana is asked", async (key, why) => {
  // Nothing listens there: a request would fail with that.
  const { failed, body, stderr } = await first({ KIBANA_URL: "http://127.0.0.1:1", KIBANA_API_KEY: key });
  expect([failed, body.code, body.message]).toEqual([true, "not_configured", expect.stringContaining(`KIBANA_API_KEY ${why}`)]);
  expect(body.fix).toContain("`encoded`");
  expect(stderr).toContain("KIBANA_API_KEY is");
});

test.each([
  ["as a header", `ApiKey ${encoded}`],
  ["as the whole answer that made it", JSON.stringify({ id: "VuaCfGcBCdbkQm-e5aOx", api_key: "ui2lp2axTNmsyakw9tvNnw", encoded })],
  ["as id:api_key", "VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw"],
  ["in quotes", `"${encoded}"`],
])("a key %s works", async (_how, key) => {
  expect((await first({ KIBANA_URL: closed.url, KIBANA_API_KEY: key })).failed).toBe(false);
});

describe("the command line", () => {
  test.each([
    ["docter", "doctor"],
    ["serv", "serve"],
    ["audits", "audit"],
    ["exprot", "export"],
    ["snadbox", "sandbox"],
  ])("%s: did you mean %s?", (typed, meant) => {
    const { status, stdout, stderr } = run([typed]);
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining(`"${typed}" is not a command: did you mean ${meant}?`)]);
  });

  test("a word that resembles no command gets the list of them", () => {
    expect(run(["xyzzy"]).stderr).toContain("There are: serve, demo, audit, doctor, export, enroll, sandbox.");
  });

  /** A command, something in its own help, and something that does not concern it. */
  test.each([
    ["serve", "--max-sessions", "--baseline"],
    ["demo", "takes no settings", "--kibana-url"],
    ["doctor", "--key", "--max-sessions"],
    ["audit", "--baseline", "--max-sessions"],
    ["export", "--format", "--confirm-wait"],
    ["sandbox", "--base-path", "--kibana-url"],
  ])("%s --help shows its own settings", (command, own, other) => {
    for (const flag of ["--help", "-h"]) {
      const { status, stdout } = run([command, flag]);
      expect([status, stdout.split("\n")[0]]).toEqual([0, expect.stringContaining(`kibana-connectors-mcp ${command}`)]);
      expect(stdout).toContain(own);
      expect(stdout).not.toContain(other);
    }
  });
});
