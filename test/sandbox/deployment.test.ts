import { describe, expect, test } from "vitest";
import { connectorTypes } from "../../src/catalog/index.ts";
import { kibana, refusal } from "./kibana.ts";

const { call, get } = await kibana();

describe("status", () => {
  test("names version and flavour", async () => {
    expect((await get("/api/status")).body).toMatchObject({
      version: { number: "9.5.0", build_flavor: "traditional" },
      status: { overall: { level: "available" } },
    });
  });

  test("without valid credentials there is no version", async () => {
    const { get: closed } = await kibana({ apiKeys: ["good"] });
    expect((await closed("/api/status", {})).body).toEqual({ status: { overall: { level: "available" } } });
    expect((await closed("/api/status", { authorization: "ApiKey good" })).body.version.number).toBe("9.5.0");
  });
});

describe("credentials", () => {
  test("with keys set, others are turned away before anything else is looked at", async () => {
    const { call: closed } = await kibana({ apiKeys: ["good"] });
    expect((await closed("POST", "/api/actions/connector", "{", {})).body).toEqual(refusal(401, "Unauthorized"));
    const bad = await closed("GET", "/api/actions/connectors", undefined, { authorization: "ApiKey bad" });
    expect(bad.body).toMatchObject({ statusCode: 401, message: expect.stringContaining("security_exception") });
    expect((await closed("GET", "/api/actions/connectors", undefined, { authorization: "ApiKey good" })).status).toBe(200);
  });
});

describe("addresses", () => {
  test.each(["/api/nope", "/api/actions/action/x", "/s/BAD/api/status", "/sandbox/nope"])("%s is not found", async (path) => {
    expect((await get(path)).body).toEqual(refusal(404, "Not Found"));
  });

  test("a base path is in front of every route", async () => {
    const based = await kibana({ basePath: "/kibana" });
    expect(based.url).toMatch(/\/kibana$/);
    expect((await based.get("/s/security/api/actions/connectors")).status).toBe(200);
    expect((await based.get("/sandbox/deliveries")).status).toBe(200);
    expect((await fetch(`${based.url.replace("/kibana", "")}/api/status`)).status).toBe(404);
  });
});

describe("spaces", () => {
  test("are listed, also those of the options", async () => {
    const { get: own } = await kibana({ empty: true, spaces: ["more"] });
    expect((await own("/api/spaces/space")).body.map(({ id }: { id: string }) => id)).toEqual(["default", "more"]);
    expect((await own("/api/actions/connectors")).body).toEqual([]);
  });

  test("can be made and removed with everything in them", async () => {
    const space = { id: "new-one", name: "New one" };
    expect((await call("POST", "/api/spaces/space", space)).body).toEqual({ ...space, disabledFeatures: [] });
    expect((await call("POST", "/api/spaces/space", space)).body).toEqual(
      refusal(409, "A space with the identifier new-one already exists."),
    );
    await call("POST", "/s/new-one/api/actions/connector/inside", { name: "n", connector_type_id: ".server-log" });
    expect((await call("DELETE", "/api/spaces/space/new-one")).status).toBe(204);
    expect((await get("/s/new-one/api/actions/connector/inside")).status).toBe(404);
  });

  test.each([
    ["GET", "/api/spaces/space/nope", undefined, 404, "Not Found"],
    ["DELETE", "/api/spaces/space/nope", undefined, 404, "Not Found"],
    ["DELETE", "/api/spaces/space/default", undefined, 400, "The default space cannot be deleted because it is reserved."],
    [
      "POST",
      "/api/spaces/space",
      { id: "Bad Id", name: "n" },
      400,
      "[request body.id]: must be lower case, a-z, 0-9, '_', and '-' are allowed",
    ],
  ])("%s %s", async (method, path, body, status, message) => {
    expect((await call(method, path, body)).body).toEqual(refusal(status, message));
  });
});

describe("connector types", () => {
  const path = "/api/actions/connector_types";
  const ids = (types: { id: string }[]) => types.map(({ id }) => id);

  test("are those with an entry and the one that it describes itself; the public list is without Kibana's own", async () => {
    const entries = [...(await connectorTypes()), { id: ".alienvault-otx", system: false }];
    const { body } = await get(path);
    expect(ids(body).sort()).toEqual(ids(entries.filter(({ system }) => !system)).sort());
    const all = await get("/internal/actions/connector_types", { "x-elastic-internal-origin": "t" });
    expect(ids(all.body).sort()).toEqual(ids(entries).sort());
    expect(body.find(({ id }: { id: string }) => id === ".slack")).toEqual({
      id: ".slack",
      name: "Slack",
      enabled: true,
      enabled_in_config: true,
      enabled_in_license: true,
      minimum_license_required: "gold",
      supported_feature_ids: expect.arrayContaining(["alerting", "siem"]),
      is_system_action_type: false,
      is_deprecated: false,
      source: "stack",
    });
  });

  test("filter by feature; an unknown one gives none", async () => {
    expect(ids((await get(`${path}?feature_id=cases`)).body)).toEqual(expect.arrayContaining([".jira", ".cases-webhook"]));
    expect((await get(`${path}?feature_id=nope`)).body).toEqual([]);
    const message = "[request query.feature_id]: value has length [101] but it must have a maximum length of [100].";
    expect((await get(`${path}?feature_id=${"x".repeat(101)}`)).body).toEqual(refusal(400, message));
  });

  test.each([
    ["basic", ["basic"]],
    ["gold", ["basic", "gold"]],
    ["platinum", ["basic", "gold", "platinum"]],
    ["enterprise", ["basic", "gold", "platinum", "enterprise"]],
  ] as const)("a %s licence allows those that need %j", async (license, enough) => {
    const { body } = await (await kibana({ license, empty: true })).get(path);
    const types = [...(await connectorTypes()), { id: ".alienvault-otx", system: false, license: "gold" }];
    const allowed = types.filter((type) => !type.system && enough.some((one) => one === type.license));
    expect(ids(body.filter((type: { enabled: boolean }) => type.enabled)).sort()).toEqual(ids(allowed).sort());
  });

  test("that Kibana keeps as specifications are described by it: one since 9.4, all since 9.5, with the header of internal routes", async () => {
    const origin = { "x-elastic-internal-origin": "t" };
    const internal = "/internal/actions/connector_types";
    for (const [version, one, all] of [
      ["9.3", 404, 404],
      ["9.4", 200, 404],
      ["9.5", 200, 200],
    ] as const) {
      const { get: older } = await kibana({ version, empty: true });
      expect([(await older(`${internal}/.alienvault-otx/spec`, origin)).status, (await older(`${internal}/specs`, origin)).status]).toEqual(
        [one, all],
      );
    }
    expect((await get(`${internal}/.slack/spec`, origin)).body).toEqual(refusal(404, 'Spec for connector type ".slack" not found.'));
    expect((await get(`${internal}/specs`, {})).status).toBe(400);
    expect((await get(path)).body).toContainEqual(expect.objectContaining({ id: ".alienvault-otx", source: "spec" }));
  });
});
