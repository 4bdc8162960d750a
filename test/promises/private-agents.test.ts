import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { type Person, startServer, yes } from "../support/built-server.ts";

const rights = { actions: "all", rules: "all", workflows: "all", agent_builder: "all", cases: "all", uptime: "all" };
const auth = JSON.stringify({
  users: [
    { username: "ann", password: "pw", ...rights },
    { username: "ops", password: "pw", ...rights },
  ],
  api_keys: [
    { key: "of-ann", owner: "ann", ...rights },
    { key: "of-ops", owner: "ops", ...rights },
  ],
});
const configs = {
  ".http": { url: "https://api.example.com/" },
  ".email": { service: "other", host: "smtp.example.com", port: 465, secure: true, from: "a@example.com", hasAuth: false },
  ".mcp": { serverUrl: "https://mcp.example.org", hasAuth: false },
  ".index": { index: "alerts" },
};
type Mode = "public" | "shared" | "private";

/** A Kibana in which Ann made an agent with a connector, and a server with somebody else's key. */
async function world(version: string, type: keyof typeof configs = ".mcp", mode: Mode = "private", person: Person = yes) {
  const { url, close } = await startSandbox({ empty: true, version, auth });
  onTestFinished(close);
  const send = async (path: string, body: object) => {
    const headers = { authorization: "ApiKey of-ann", "kbn-xsrf": "x", "content-type": "application/json" };
    const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await send("/api/actions/connector/held", { name: "Held", connector_type_id: type, config: configs[type], secrets: {} });
  // Agents hold no connectors before.
  if (version !== "9.3")
    await send("/api/agent_builder/agents", {
      ...{ id: "ann-s", name: "Ann's", description: "x" },
      configuration: { tools: [], instructions: "x", connector_ids: ["held"] },
      ...(version === "9.4" ? { visibility: mode } : { access_control: { access_mode: mode } }),
    });
  const server = await startServer({ env: { KIBANA_URL: url, KIBANA_API_KEY: "of-ops" }, person });
  onTestFinished(() => server.close());
  return server;
}

const never = expect.stringMatching(/^Nobody can list .*private agents.*: whether they use (it|some of these) is not known\.$/);
const found = async (server: Awaited<ReturnType<typeof world>>) => {
  const { body } = await server.call("audit_connectors", { checks: ["unused", "unused_as_far_as_seen"], detail: true });
  return body.findings.map(({ check, evidence }: { check: string; evidence: string }) => [check, evidence]);
};

describe("an agent that Kibana shows to its owner alone may use a connector", () => {
  test.each<[string, keyof typeof configs]>([
    ["9.4", ".mcp"],
    ["9.4", ".http"],
    ["9.5", ".mcp"],
    ["9.5", ".email"],
    ["9.6", ".http"],
    ["serverless", ".mcp"],
  ])("of %s, of type %s: audit, list and the question of a delete say so", async (version, type) => {
    const server = await world(version, type);
    expect(await found(server)).toEqual([["unused_as_far_as_seen", expect.stringMatching(/nobody can list: .*private agents/)]]);
    expect((await server.call("list_connectors", { state: "unused" })).body.warnings).toEqual([never]);
    const { body } = await server.call("safe_delete_connector", { ids: ["held"] });
    expect([body.status, body.warnings]).toEqual(["done", [never]]);
    expect(server.questions[0]).toMatch(/Note: Nobody can list .*private agents/);
  });

  test.each<[string, Mode]>([
    ["9.4", "public"],
    ["9.4", "shared"],
    ["9.5", "shared"],
    ["9.6", "public"],
  ])("one of %s that is %s is a use", async (version, mode) => {
    const { body } = await (await world(version, ".mcp", mode)).call("safe_delete_connector", { ids: ["held"] });
    expect(body).toMatchObject({ error: { code: "in_use", detail: { users: [{ kind: "agent", name: "Ann's" }] } } });
  });

  test.each<[string, string, keyof typeof configs]>([
    ["where no agent can be private", "9.3", ".mcp"],
    ["of a type that agents cannot use", "9.5", ".index"],
  ])("nothing is said of them %s", async (_what, version, type) => {
    const { body } = await (await world(version, type)).call("list_connectors", { state: "unused" });
    expect(JSON.stringify(body)).not.toContain("private agents");
  });
});
