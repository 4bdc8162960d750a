import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { type Stored, stored } from "../catalog/examples.ts";
import { startBuilt, startServer, yes } from "../support/built-server.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";
import { references } from "../support/stored-documents.ts";
import { placesOfDefaults, typeWithDefaults } from "../support/type-with-defaults.ts";

type Config = Record<string, unknown>;
const secret = { $env: "CONNECTOR_SECRET_X" };
const evil = "https://collect.evil.example/in";

/** A Kibana, or a proxy before it, that puts something into each config that is written, or that is shown from a write on. */
async function world(fill: (config: Config) => void, where: "stored" | "shown", fields = {}, start = startServer, env = {}) {
  const sandbox = await startSandbox({ empty: true, version: "9.5", specTypes: [typeWithDefaults(fields)] });
  onTestFinished(() => sandbox.close());
  const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
  const space = JSON.stringify({ id: "security", name: "Security" });
  await fetch(`${sandbox.url}/api/spaces/space`, { method: "POST", headers, body: space });
  let does: "nothing" | "from the next write on" | "always" = "nothing";
  const isOf = (path: string) => path.includes("/api/actions/connector") && !path.includes("connector_types");
  const { url } = await rewritingProxy(sandbox.url, {
    request({ method, path, body }) {
      if (does === "nothing" || method === "GET" || !isOf(path)) return;
      does = "always";
      if (where === "stored" && body?.config) fill(body.config);
    },
    answer({ path }, body) {
      if (does !== "always" || where === "stored" || !isOf(path)) return;
      for (const one of Array.isArray(body) ? body : [body]) if (one?.config) fill(one.config);
    },
  });
  const server = await start({ env: { KIBANA_URL: url, CONNECTOR_SECRET_X: "hidden-value-1", ...env }, person: yes });
  onTestFinished(() => server.close());
  const call = async (tool: string, args: object) => {
    const { body } = await server.call(tool, { ...args });
    does = "nothing";
    return body;
  };
  return {
    call,
    /** While the host is filled in. */
    filled: (tool: string, args: object) => {
      does = "from the next write on";
      return call(tool, args);
    },
  };
}

const about = ({ warnings = [] }: { warnings?: string[] }) => warnings.filter((one) => one.startsWith("Kibana accepted the change of"));
const hook = { name: "Hook", id: "hook", type: ".webhook", config: { url: "https://a.example.com/x", method: "post", hasAuth: false } };
const relay = {
  name: "Relay",
  id: "relay",
  type: ".acme-relay",
  config: { url: "https://a.example.com/x" },
  secrets: { authType: "relay_key", relayKey: secret },
};
const address = { relay: { type: "string", format: "uri" } };

/** What is filled in, of which type, and how it is told. */
const fills: [string, typeof hook | typeof relay, "stored" | "shown", (config: Config) => void, string | RegExp][] = [
  ["another address", relay, "stored", (config) => Object.assign(config, { relay: evil }), `config.relay: none → "${evil}"`],
  ["another address", relay, "shown", (config) => Object.assign(config, { relay: evil }), `config.relay: none → "${evil}"`],
  [
    "a Host header",
    hook,
    "stored",
    (config) => Object.assign(config, { headers: { ...Object(config.headers), Host: "collect.evil.example" } }),
    /config\.headers(\.Host)?: none → .*"collect\.evil\.example"/,
  ],
  ["a token URL", hook, "stored", (config) => Object.assign(config, { accessTokenUrl: evil }), `config.accessTokenUrl: none → "${evil}"`],
  [
    "a bare host",
    hook,
    "shown",
    (config) => Object.assign(config, { proxyHost: "evil.example" }),
    'config.proxyHost: none → "evil.example"',
  ],
  [
    "an address with a token, which is not told",
    hook,
    "shown",
    (config) => Object.assign(config, { callback: `${evil}?token=abcdefgh12345678` }),
    `config.callback: none → "${evil}?`,
  ],
];

const matching = (said: string | RegExp) => (typeof said === "string" ? expect.stringContaining(said) : expect.stringMatching(said));
const secretsOf = (one: typeof hook | typeof relay) => ("secrets" in one ? { secrets: one.secrets } : {});

describe("a host that Kibana shows after a write and that was not sent is named in the answer", () => {
  test.for(fills)("%s (%#): in a create, an update and its undo", async ([, one, where, fill, said]) => {
    const { call, filled } = await world(fill, where, address);
    const made = await filled("create_connector", one);
    expect([made.status, about(made)]).toEqual(["done", [matching(said)]]);
    expect(about(made)[0]).toContain(`of "${one.name}" (${one.id}) in space default`);
    expect(about(made)[0]).not.toContain("abcdefgh");

    const other = { ...one, id: "other", name: "Other" };
    expect(about(await call("create_connector", other))).toEqual([]);
    const rename = { id: "other", name: "New", ...secretsOf(one) };
    const { change, ...renamed } = await call("update_connector", rename);
    expect([renamed.status, about(renamed)]).toEqual(["done", []]);
    const undone = await filled("undo_change", { change, ...secretsOf(one) });
    expect([undone.status, about(undone)]).toEqual(["done", [matching(said)]]);

    const last = { ...one, id: "last", name: "Last" };
    await call("create_connector", last);
    const updated = await filled("update_connector", { ...rename, id: "last" });
    expect([updated.status, about(updated)]).toEqual(["done", [matching(said)]]);
  });

  test("beside what was sent and is shown otherwise, each once", async () => {
    const both = (config: Config) => Object.assign(config, { url: "https://b.example.net/y", relay: evil });
    const { filled } = await world(both, "stored", address);
    const { warnings } = await filled("create_connector", relay);
    const text = warnings.join(" ");
    expect(text).toContain('config.url: "https://a.example.com/x" → "https://b.example.net/y"');
    expect(text).toContain(`hosts that were not sent: config.relay: none → "${evil}".`);
    expect(text.match(/b\.example\.net/g)).toHaveLength(1);
  });

  test("in each of several spaces", async () => {
    const { filled } = await world((config) => Object.assign(config, { accessTokenUrl: evil }), "stored");
    const { id: _id, ...copy } = hook;
    const { warnings } = await filled("create_connector", { ...copy, space: "default,security" });
    expect(about({ warnings })).toEqual([expect.stringContaining("in space default"), expect.stringContaining("in space security")]);
  });

  test("by the built program", async () => {
    const { filled } = await world((config) => Object.assign(config, { accessTokenUrl: evil }), "stored", {}, startBuilt);
    expect(about(await filled("create_connector", hook))).toHaveLength(1);
  });
});

describe("nothing is said", () => {
  test.for(placesOfDefaults)("of what Kibana is known to fill in: %s", async ([, { fields, config = {} }]) => {
    const { call } = await world(() => {}, "stored", fields);
    const made = await call("create_connector", { ...relay, config: { ...relay.config, ...config } });
    expect([made.status, about(made)]).toEqual(["done", []]);
    const { change, ...renamed } = await call("update_connector", { id: "relay", name: "New", secrets: relay.secrets });
    expect([renamed.status, about(renamed)]).toEqual(["done", []]);
    expect(about(await call("undo_change", { change, secrets: relay.secrets }))).toEqual([]);
  });

  test.for(stored.map((one): [string, Stored] => [`${one.type}, ${one.way}`, one]))("of what is filled in for %s", async ([, one]) => {
    const { args, env } = references(one.secrets);
    const { call } = await world(() => {}, "stored", {}, startServer, env);
    const { type, config } = one;
    const made = await call("create_connector", { name: "One", id: "one", type, config, secrets: args });
    expect([made.status, about(made)]).toEqual(["done", []]);
  });

  test.each<[string, Config]>([
    ["texts, numbers and switches that are no host", { note: "see the runbook", retries: 3, isOn: true, apiVersion: "2024.05.01" }],
    ["nothing", {}],
  ])("of %s", async (_what, more) => {
    const { filled } = await world((config) => Object.assign(config, more), "shown");
    const made = await filled("create_connector", hook);
    expect([made.status, about(made)]).toEqual(["done", []]);
  });

  test("of a host that was there before", async () => {
    const { call, filled } = await world((config) => Object.assign(config, { accessTokenUrl: evil }), "stored");
    await filled("create_connector", hook);
    const renamed = await call("update_connector", { id: "hook", name: "New" });
    expect([renamed.status, about(renamed)]).toEqual(["done", []]);
  });
});
