import { describe, expect, test } from "vitest";
import { describeFields } from "../../src/catalog/describe.ts";
import { catalogIds, connectorType } from "../../src/catalog/index.ts";
import { checkPart, checkTogether } from "../../src/catalog/validate.ts";
import { credentialsFor, effectOf, probesFor } from "../../src/catalog/when.ts";
import { typeExamples } from "./examples.ts";
import { entry } from "./type-examples.ts";

test("every type has examples", () => {
  const have = typeExamples.map(({ type }) => type);
  const without = catalogIds.filter((id) => !have.includes(id));
  expect(without.map((id) => `${id} has no examples: write test/catalog/examples/<name>.ts, as torq.ts beside it`)).toEqual([]);
  expect(have.toSorted()).toEqual(catalogIds.toSorted());
});

describe.each(typeExamples)("$type", ({ type: id, accepted, refused, together, stored = [] }) => {
  test("has the id under which the index loads it", async () => {
    expect((await entry(id)).id).toBe(id);
  });

  test("its examples store every secret field that it has, or nothing if Kibana makes its connector", async () => {
    const type = await entry(id);
    // .cases-webhook has the field of a way that Kibana refuses for it.
    const fields = describeFields(type, "secrets").filter(({ name }) => !(id === ".cases-webhook" && name === "clientSecret"));
    const held = new Set(stored.flatMap(({ secrets }) => Object.keys(secrets)));
    expect([...held].sort(), "secret fields of stored in test/catalog/examples").toEqual(fields.map(({ name }) => name).sort());
    expect(stored.length > 0, "stored in test/catalog/examples: a connector for each way to authenticate").toBe(!type.system);
  });

  test.each(accepted)("takes what Kibana takes: %s %j", async (part, value) => {
    expect(checkPart(await entry(id), part, value).errors).toEqual([]);
  });

  test.each(refused)("refuses what Kibana refuses: %s %j at %s", async (part, value, path) => {
    const { errors } = checkPart(await entry(id), part, value);
    expect(errors[0]).toMatchObject({ path });
  });

  test.each(together?.accepted ?? [])("takes config %j with secrets %j", async (config, secrets) => {
    expect(checkTogether(await entry(id), config, secrets).errors).toEqual([]);
  });

  test.each(together?.refused ?? [])("refuses config %j with secrets %j", async (config, secrets, problem) => {
    const { errors } = checkTogether(await entry(id), config, secrets);
    expect(errors.map((error) => error.problem).join()).toMatch(problem);
  });

  test("its own example is accepted", async () => {
    const type = await entry(id);
    expect(checkPart(type, "config", type.exampleConfig)).toEqual({ errors: [], warnings: [] });
  });

  test("its example names secrets that the type has", async () => {
    const type = await entry(id);
    const known = type.credentials.flatMap((way) => [...way.fields, ...(way.optional ?? [])]);
    const named = type.exampleSecrets.map((path) => path.split(".")[0] ?? path);
    expect(known).toEqual(expect.arrayContaining(named));
    expect(credentialsFor(type, type.exampleConfig).some((way) => way.fields.every((field) => named.includes(field)))).toBe(
      type.credentials.length > 0,
    );
  });

  test("its tests send params that Kibana accepts", async () => {
    const type = await entry(id);
    const { safeWhen, ...probes } = type.tests;
    for (const probe of [...Object.values(probes), safeWhen?.probe]) {
      // `{to}` stands for a mailbox of the person.
      const params = JSON.parse(JSON.stringify(probe?.params ?? null).replace('"{to}"', '"me@example.com"'));
      if (probe) expect(checkPart(type, "params", params)).toEqual({ errors: [], warnings: [] });
      if (probe?.undo && "params" in probe.undo) expect(checkPart(type, "params", probe.undo.params).errors).toEqual([]);
    }
  });

  test("says why there is no safe test, or has one", async () => {
    const type = await entry(id);
    expect(type.noSafeTest === undefined).toBe(type.tests.safe !== undefined || type.system);
  });

  test("says what each of its sub-actions does", async () => {
    const type = await entry(id);
    const names = describeFields(type, "params").find((row) => row.name === "subAction")?.values;
    expect(names?.toSorted()).toEqual(type.subActions && Object.keys(type.subActions).toSorted());
    expect(type.effect === undefined).toBe(type.subActions !== undefined);
  });

  test("its safe tests change nothing outside", async () => {
    const { safe, safeWhen } = (await entry(id)).tests;
    for (const probe of [safe, ...(id === ".webhook" ? [] : [safeWhen?.probe])]) {
      if (probe && id !== ".server-log") expect(effectOf(await entry(id), probe.params).effect).toBe("none");
    }
  });

  test("says when its ways to authenticate apply in terms of its own config", async () => {
    const type = await entry(id);
    const fields = describeFields(type, "config").map((row) => row.name);
    const secrets = describeFields(type, "secrets").map((row) => row.name);
    for (const way of type.credentials) {
      for (const field of Object.keys(way.when ?? {})) expect(fields).toContain(field);
      expect(secrets).toEqual(expect.arrayContaining([...way.fields, ...(way.optional ?? [])]));
    }
  });

  test("closes on recovery what it opened, or says what to do instead", async () => {
    const type = await entry(id);
    if (type.recovery) expect(checkPart(type, "params", type.recovery.params).errors).toEqual([]);
    else if (type.features.includes("alerting")) expect(type.recoveryHint).toBeTruthy();
    // Whoever shows it has said that.
    expect(type.recoveryHint ?? "").not.toMatch(/cannot close/i);
  });
});

test("a webhook has a safe test only with the method GET", async () => {
  const webhook = await entry(".webhook");
  expect(probesFor(webhook, { url: "https://a.example.com", method: "get" }).safe?.params).toEqual({});
  expect(probesFor(webhook, { url: "https://a.example.com" }).safe).toBeUndefined();
});

test.each([
  [{ hasAuth: false, authType: null }, ["none"]],
  [{}, ["basic"]],
  [{ authType: "webhook-authentication-ssl", certType: "ssl-pfx" }, ["ssl-pfx"]],
  [{ authType: "webhook-oauth2-client-credentials", accessTokenUrl: "https://id.example.com", clientId: "me" }, ["oauth2"]],
])("the config %j of a webhook decides how it authenticates", async (config, names) => {
  const ways = credentialsFor(await entry(".webhook"), { url: "https://a.example.com", ...config });
  expect(ways.map((way) => way.name)).toEqual(names);
});

test("a call with an unknown effect counts as the worst", async () => {
  const jira = await entry(".jira");
  expect(effectOf(jira, { subAction: "issueTypes", subActionParams: {} })).toEqual({ effect: "none" });
  expect(effectOf(jira, { subAction: "toString" })).toEqual({ effect: "executes" });
  expect(effectOf(jira, {})).toEqual({ effect: "executes" });
  expect(effectOf(await entry(".pagerduty"), {})).toEqual({ effect: "creates" });
});

test("what fails only once defaults are filled in is refused too: it would be saved and never work", async () => {
  const { errors } = checkTogether(await entry(".email"), { service: "gmail", from: "b@example.com" }, {});
  expect(errors.map((error) => error.problem)).toEqual([
    "user is required when hasAuth is true: Kibana would save it, and every run would fail",
    "password is required when hasAuth is true: Kibana would save it, and every run would fail",
  ]);
});

test("an entry and its schemas are made once: a plan looks them up for each of thousands of connectors", async () => {
  const entry = await connectorType(".webhook");
  expect(await connectorType(".webhook")).toBe(entry);
  expect(entry?.schemas()).toBe(entry?.schemas());
});
