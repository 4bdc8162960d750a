import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { no, type Person, startServer } from "../support/built-server.ts";

const typed: Person = () => ({ action: "accept", content: { name: "A tenant" } });
const alone = ["--dangerously-skip-confirmation"];

/**
 * A deployment with connectors of a type for response actions, whose names say which comes first.
 * @param imported those that have lost their secrets
 */
async function deployment(options: { args?: string[]; person?: Person }, ids = ["a", "b"], imported: string[] = []) {
  const { url, close } = await startSandbox({ empty: true, version: "9.5" });
  onTestFinished(close);
  for (const id of ids) {
    const body = {
      ...{ name: `${id.toUpperCase()} tenant`, connector_type_id: ".sentinelone" },
      ...{ ...configOf(id), secrets: { token: "tok12345678" } },
    };
    const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
    expect((await fetch(`${url}/api/actions/connector/${id}`, { method: "POST", headers, body: JSON.stringify(body) })).status).toBe(200);
  }
  for (const id of imported) {
    const attributes = { ...{ actionTypeId: ".sentinelone", name: `${id.toUpperCase()} tenant` }, ...configOf(id), isMissingSecrets: true };
    const file = new FormData();
    file.append("file", new Blob([JSON.stringify({ type: "action", id, attributes })]), "x.ndjson");
    expect((await fetch(`${url}/api/saved_objects/_import`, { method: "POST", headers: { "kbn-xsrf": "x" }, body: file })).ok).toBe(true);
  }
  const server = await startServer({ ...options, env: { KIBANA_URL: url, KIBANA_API_KEY: "any", CONNECTOR_SECRET_T: "tok-of-another" } });
  onTestFinished(server.close);
  const remove = async (...wanted: string[]) => (await server.call("safe_delete_connector", { ids: wanted })).body;
  return { server, remove, isThere: async (id: string) => (await fetch(`${url}/api/actions/connector/${id}`)).ok };
}

function configOf(id: string) {
  return { config: { url: `https://${id}.sentinelone.net` } };
}

const doubt =
  /^Not looked at, so they may use it: response actions of Elastic Security, .*\(Kibana takes the first by name that has its secrets, as this one is\)/;

describe("the connector that response actions take, the first of its type by name", () => {
  test("is not deleted unattended, one behind it is", async () => {
    const { remove, isThere } = await deployment({ args: alone });
    expect((await remove("a")).error.code).toBe("confirmation_invalid");
    expect((await remove("b")).status).toBe("done");
    expect([await isThere("a"), await isThere("b")]).toEqual([true, false]);
  });

  test("is deleted by a person who types its name", async () => {
    const { server, remove, isThere } = await deployment({ person: typed });
    expect((await remove("a")).status).toBe("done");
    expect([server.questions[0], await isThere("a")]).toEqual([expect.stringMatching(doubt), false]);
  });

  test("a yes is asked for one behind it", async () => {
    const { server, remove } = await deployment({ person: no });
    await remove("b");
    expect(server.questions[0]).toMatch(/: Delete connector "B tenant"/);
  });

  test("of several that go together, each might become it", async () => {
    const { remove } = await deployment({ person: no });
    expect((await remove("a", "b")).error).toMatchObject({ code: "invalid_arguments", detail: { alone: ["a", "b"] } });
  });
});

describe("one that has lost its secrets is not taken, whatever its name", () => {
  const secrets = { token: { $env: "CONNECTOR_SECRET_T" } };

  test("unattended the one behind it is not deleted, itself it is", async () => {
    const { remove, isThere } = await deployment({ args: alone }, ["b", "c"], ["a"]);
    expect((await remove("b")).error.code).toBe("confirmation_invalid");
    expect([(await remove("a")).status, (await remove("c")).status]).toEqual(["done", "done"]);
    expect((await remove("b")).error.code).toBe("confirmation_invalid");
    expect([await isThere("a"), await isThere("b")]).toEqual([false, true]);
  });

  test("a person types the name of the one behind it, and of two together only it goes alone", async () => {
    const { server, remove, isThere } = await deployment({ person: no }, ["b", "c"], ["a"]);
    expect((await remove("a", "b")).error).toMatchObject({ code: "invalid_arguments", detail: { alone: ["b"] } });
    await remove("b");
    expect([server.questions[0], await isThere("b")]).toEqual([expect.stringMatching(doubt), true]);
    await remove("a");
    expect(server.questions[1]).toMatch(/: Delete connector "A tenant"/);
  });

  test("with tokens a person types it on a page", async () => {
    const { remove, isThere } = await deployment({ args: ["--confirm", "token"] }, ["b"], ["a"]);
    const { confirm, ...body } = await remove("b");
    expect([confirm.url, JSON.stringify(body)]).toEqual([expect.stringContaining("/p/"), expect.stringContaining("as this one is")]);
    expect(await isThere("b")).toBe(true);
  });

  test("get and audit say it of the one behind it", async () => {
    const { server } = await deployment({ args: alone }, ["b"], ["a"]);
    const said = async (id: string) => JSON.stringify((await server.call("get_connector", { id })).body.warnings ?? []);
    expect([await said("a"), await said("b")]).toEqual([
      expect.not.stringContaining("Kibana takes the first"),
      expect.stringContaining("Kibana takes the first"),
    ]);
    const { body } = await server.call("audit_connectors", { detail: true, checks: ["unused", "unused_as_far_as_seen"] });
    const evidence = body.findings.map((one: { connector: { id: string }; evidence: string }) => [one.connector.id, one.evidence]);
    expect(Object.fromEntries(evidence)).toEqual({
      a: expect.stringContaining("nobody can list: response actions"),
      b: expect.stringContaining("not looked at: response actions"),
    });
  });

  test("the undo of a create asks for the name where nothing before it has its secrets", async () => {
    const { server, isThere } = await deployment({ args: alone }, [], ["a"]);
    const make = (name: string, id: string) =>
      server.call("create_connector", { name, id, type: ".sentinelone", ...configOf(id), secrets });
    await make("B tenant", "b");
    expect((await server.call("undo_change", { change: "last" })).body.error.code).toBe("confirmation_invalid");
    await make("C tenant", "c");
    expect((await server.call("undo_change", { change: "last" })).body.status).toBe("done");
    expect([await isThere("b"), await isThere("c")]).toEqual([true, false]);
  });

  test("its secrets make it the first, which its update says", async () => {
    const { server, remove } = await deployment({ args: alone }, ["b"], ["a"]);
    const { body } = await server.call("update_connector", { id: "a", secrets });
    expect(body.warnings.join("\n")).toContain('until now "B tenant" (b), from then on "A tenant" (a)');
    expect([(await remove("a")).error.code, (await remove("b")).status]).toEqual(["confirmation_invalid", "done"]);
  });
});

test("each of two that are named alike may be the one", async () => {
  const { server, remove } = await deployment({ args: alone }, ["a"]);
  const secrets = { token: { $env: "CONNECTOR_SECRET_T" } };
  await server.call("create_connector", { name: "A tenant", id: "b", type: ".sentinelone", ...configOf("b"), secrets });
  expect([(await remove("a")).error.code, (await remove("b")).error.code]).toEqual(["confirmation_invalid", "confirmation_invalid"]);
});
