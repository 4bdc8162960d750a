import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { no, type Person, startServer } from "../support/built-server.ts";

const typed: Person = () => ({ action: "accept", content: { name: "A tenant" } });

/** A deployment with two connectors of a type for response actions, whose names say which comes first. */
async function deployment(options: { args?: string[]; person?: Person }, ids = ["a", "b"]) {
  const { url, close } = await startSandbox({ empty: true, version: "9.5" });
  onTestFinished(close);
  for (const id of ids) {
    const body = {
      ...{ name: `${id.toUpperCase()} tenant`, connector_type_id: ".sentinelone" },
      ...{ config: { url: `https://${id}.sentinelone.net` }, secrets: { token: "tok12345678" } },
    };
    const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
    expect((await fetch(`${url}/api/actions/connector/${id}`, { method: "POST", headers, body: JSON.stringify(body) })).status).toBe(200);
  }
  const server = await startServer({ ...options, env: { KIBANA_URL: url, KIBANA_API_KEY: "any" } });
  onTestFinished(server.close);
  const remove = async (...wanted: string[]) => (await server.call("safe_delete_connector", { ids: wanted })).body;
  return { server, remove, isThere: async (id: string) => (await fetch(`${url}/api/actions/connector/${id}`)).ok };
}

const doubt =
  /^Not looked at, so they may use it: response actions of Elastic Security, .*\(Kibana takes the first by name, which this one is\)/;

describe("the connector that response actions take, the first of its type by name", () => {
  test("is not deleted unattended, one behind it is", async () => {
    const { remove, isThere } = await deployment({ args: ["--dangerously-skip-confirmation"] });
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
