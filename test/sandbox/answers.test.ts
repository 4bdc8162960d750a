import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

describe("with deliver", () => {
  const seen: { url: string | undefined; method: string | undefined; authorization: string | undefined; body: unknown }[] = [];
  const receiver = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { url, method, headers } = request;
    seen.push({ url, method, authorization: headers.authorization, body: JSON.parse(body || "null") });
    const answer = url?.startsWith("/rest")
      ? { id: "123", key: "CK-1", created: "2020-04-27T14:17:45.490Z" }
      : { result: { sys_id: "9", number: "INC9" } };
    response.writeHead(url === "/pd" ? 202 : 200).end(JSON.stringify(answer));
  });
  let base = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  });
  afterAll(() => void receiver.close());

  const apiUrl = () => ({ apiUrl: base });
  test.each([
    [".teams", () => ({}), () => ({ webhookUrl: base }), { message: "M" }, { url: "/", body: { text: "M" } }, { text: "M" }],
    [
      ".pagerduty",
      () => ({ apiUrl: `${base}/pd` }),
      () => ({ routingKey: "k" }),
      { dedupKey: "d", summary: "S" },
      {
        url: "/pd",
        body: { event_action: "trigger", dedup_key: "d", payload: { summary: "S", severity: "info", source: "Kibana Action" } },
      },
      { dedup_key: "d" },
    ],
    [
      ".opsgenie",
      apiUrl,
      () => ({ apiKey: "k" }),
      { subAction: "createAlert", subActionParams: { message: "m", alias: "a" } },
      { url: "/v2/alerts", authorization: "GenieKey k", body: { message: "m", alias: "a" } },
      { result: "Request will be processed" },
    ],
    [
      ".opsgenie",
      apiUrl,
      () => ({ apiKey: "k" }),
      { subAction: "closeAlert", subActionParams: { alias: "a b" } },
      { url: "/v2/alerts/a%20b/close?identifierType=alias", body: {} },
      { result: "Request will be processed" },
    ],
    [
      ".jira",
      () => ({ apiUrl: base, projectKey: "CK" }),
      () => ({ email: "e", apiToken: "t" }),
      { subAction: "pushToService", subActionParams: { incident: { summary: "s" }, comments: [] } },
      { url: "/rest/api/2/issue", authorization: `Basic ${btoa("e:t")}`, body: { fields: { summary: "s", project: { key: "CK" } } } },
      { id: "123", title: "CK-1", pushedDate: "2020-04-27T14:17:45.490Z" },
    ],
    [
      ".servicenow",
      () => ({ apiUrl: base, usesTableApi: false }),
      () => ({ username: "u", password: "p" }),
      { subAction: "pushToService", subActionParams: { incident: { short_description: "s" } } },
      { url: "/api/now/v2/table/incident", body: { short_description: "s" } },
      { id: "9", title: "INC9" },
    ],
    [
      ".xmatters",
      () => ({ usesBasic: false }),
      () => ({ secretsUrl: `${base}/x` }),
      { severity: "high" },
      { url: "/x", body: { severity: "high" } },
      {},
    ],
  ])("%s sends what its third party expects", async (connector_type_id, config, secrets, params, sent, data) => {
    const { create, execute } = await kibana({ deliver: true, empty: true });
    const made = await create({ name: "n", connector_type_id, config: config(), secrets: secrets() }, "c");
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    expect((await execute("c", params)).body).toMatchObject({ status: "ok", data });
    expect(seen.at(-1)).toMatchObject({ method: "POST", ...sent });
  });
});
