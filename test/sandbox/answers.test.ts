import { describe, expect, test } from "vitest";
import { connectorTypes } from "../../src/catalog/index.ts";
import { probesFor } from "../../src/catalog/when.ts";
import { answers } from "../../src/sandbox/third-parties/answers.ts";
import { stored } from "../catalog/examples.ts";
import { entry } from "../catalog/type-examples.ts";
import { kibana } from "./kibana.ts";

const types = await connectorTypes();
const own = new Set([".slack", ".webhook", ".pagerduty", ".index", ".server-log", ".email", ".servicenow-itom"]);

describe("every type whose service is described", () => {
  const subActions = types
    .filter(({ id, system }) => !system && !own.has(id))
    .flatMap(({ id, subActions: all }) =>
      Object.entries(all ?? { run: { effect: "sends" } }).map(([name, { effect }]) => [id, name, effect] as const),
    );
  const reading = subActions.filter(
    ([id, name, effect]) =>
      answers[id] !== undefined && effect === "none" && !/stream|async|handshake|download|getIncident|Results?$|Status$/i.test(name),
  );
  test.each(reading)("%s %s has an answer", (id, name) => {
    expect(answers[id]?.[name]).toBeTypeOf("function");
  });

  test("only sub-actions that the type has", () => {
    for (const [id, all] of Object.entries(answers)) {
      const known = subActions.filter(([type]) => type === id).map(([, name]) => name);
      if (!own.has(id)) expect(known, id).toEqual(expect.arrayContaining(Object.keys(all)));
    }
  });
});

describe.each(stored.map((one) => [`${one.type}, ${one.way}`, one] as const))("%s", (_name, { type, config, secrets }) => {
  test("can be created and answers its tests that change nothing, whether its service is described or not", async () => {
    const { create, execute } = await kibana({ empty: true });
    expect(await create({ name: "n", connector_type_id: type, config, secrets }, "c")).toMatchObject({ status: 200 });
    const { safe, near_safe } = probesFor(await entry(type), config);
    for (const probe of [safe, near_safe])
      if (probe && !probe.needs) expect((await execute("c", probe.params)).body).toMatchObject({ status: "ok" });
  });
});

test("a service that is not described says that it went well; its host is the one of its entry", async () => {
  const { create, execute } = await kibana({ empty: true });
  const sub = { subAction: "addEvent", subActionParams: {} };
  await create({ name: "n", connector_type_id: ".servicenow-itom", ...itom("https://itom.example.com") }, "here");
  await create({ name: "n", connector_type_id: ".servicenow-itom", ...itom("https://itom.invalid") }, "nowhere");
  await create({ name: "n", connector_type_id: ".mcp", config: { serverUrl: "https://mcp.invalid", hasAuth: false }, secrets: {} }, "mcp");
  expect((await execute("here", sub)).body).toEqual({ connector_id: "here", status: "ok", data: {} });
  for (const [id, params] of [["nowhere", sub] as const, ["mcp", { subAction: "test", subActionParams: {} }] as const])
    expect((await execute(id, params)).body).toMatchObject({ status: "error", service_message: expect.stringContaining("ENOTFOUND") });
});

function itom(apiUrl: string) {
  return { config: { apiUrl, isOAuth: false }, secrets: { username: "u", password: "p" } };
}
