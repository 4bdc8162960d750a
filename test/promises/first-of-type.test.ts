import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { type Person, startServer, yes } from "../support/built-server.ts";

const types = {
  ".sentinelone": { config: { url: "https://edr.example.com" }, secrets: { token: "tttttttt" } },
  ".crowdstrike": { config: { url: "https://edr.example.com" }, secrets: { clientId: "c", clientSecret: "ssssssss" } },
  ".microsoft_defender_endpoint": {
    config: {
      ...{ clientId: "c", tenantId: "t", oAuthServerUrl: "https://login.microsoftonline.com", oAuthScope: "s" },
      apiUrl: "https://api.securitycenter.windows.com",
    },
    secrets: { clientSecret: "ssssssss" },
  },
  ".torq": { config: { webhookIntegrationUrl: "https://hooks.torq.io/v1/x" }, secrets: { token: "tttttttt" } },
};
type Type = keyof typeof types;
const edr = Object.keys(types).filter((type) => type !== ".torq") as Type[];

/** Says yes, and types the name of the one that all these tests have first. */
const agrees: Person = (form) =>
  "requestedSchema" in form && "name" in form.requestedSchema.properties ? { action: "accept", content: { name: "PROD" } } : yes();

/** A space with connectors of a type, by id, and a server whose person agrees. */
async function world(type: Type, named: Record<string, string>, args: string[] = []) {
  const { url, close } = await startSandbox({ empty: true, spaces: ["ops"] });
  onTestFinished(close);
  for (const [id, name] of Object.entries(named)) {
    const body = JSON.stringify({ name, connector_type_id: type, ...types[type] });
    const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
    const answer = await fetch(`${url}/api/actions/connector/${id}`, { method: "POST", headers, body });
    expect(answer.status, await answer.text()).toBe(200);
  }
  const env = { KIBANA_URL: url, KIBANA_API_KEY: "any", CONNECTOR_SECRET_T: "another-token-1" };
  const server = await startServer({ args: ["--target-hosts", "*", ...args], env, person: agrees });
  onTestFinished(() => server.close());
  const secrets = Object.fromEntries(Object.keys(types[type].secrets).map((field) => [field, { $env: "CONNECTOR_SECRET_T" }]));
  return {
    secrets,
    ...server,
    make: (more: object) => server.call("create_connector", { type, config: types[type].config, secrets, ...more }),
  };
}

const change = (was: string, becomes: string) =>
  expect.stringMatching(
    new RegExp(
      `Response actions of Elastic Security take the first \\.\\w+ connector by name that has its secrets: until now ${was}, from then on ${becomes}\\.`,
    ),
  );
const none = /Response actions of Elastic Security take/;
const prod = '"PROD" \\(prod\\)';

describe.each(edr)("response actions take the first %s by name", (type) => {
  test("a create and a copy that come first ask, and say so in question and answer", async () => {
    const { make, questions, call, secrets } = await world(type, { prod: "PROD" });
    const { body } = await make({ name: "A lab", id: "lab" });
    expect([body.status, questions[0], body.warnings.join("\n")]).toEqual([
      "done",
      change(prod, '"A lab" \\(lab\\)'),
      change(prod, '"A lab" \\(lab\\)'),
    ]);
    await call("create_connector", { name: "A copy", id: "copy", from: { id: "prod" }, secrets });
    expect(questions[1]).toEqual(change('"A lab" \\(lab\\)', '"A copy" \\(copy\\)'));
  });

  test("one that comes later, and one in another space, ask nobody", async () => {
    const { make, questions } = await world(type, { prod: "PROD" });
    const { body } = await make({ name: "Z lab", id: "lab" });
    expect([body.status, questions]).toEqual(["done", []]);
    expect(JSON.stringify(body)).not.toMatch(none);
    expect((await make({ name: "A lab", id: "other", space: "ops" })).body.warnings.join("\n")).toEqual(
      change("none", '"A lab" \\(other\\)'),
    );
    expect(questions).toEqual([]);
  });

  test("a new name and its undo, a delete and its undo", async () => {
    const { call, questions, secrets } = await world(type, { prod: "PROD", test: "Test" });
    await call("update_connector", { id: "test", name: "AA", secrets });
    expect(questions.at(-1)).toEqual(change(prod, '"AA" \\(test\\)'));
    await call("undo_change", { change: "last", secrets });
    expect(questions.at(-1)).toEqual(change('"AA" \\(test\\)', prod));
    await call("safe_delete_connector", { ids: ["prod"] });
    expect(questions.at(-1)).toEqual(change(prod, '"Test" \\(test\\)'));
    await call("undo_change", { change: "last", secrets });
    expect(questions.at(-1)).toEqual(change('"Test" \\(test\\)', prod));
    await call("safe_delete_connector", { ids: ["test"] });
    await call("safe_delete_connector", { ids: ["prod"] });
    expect(questions.at(-1)).toEqual(change(prod, "none"));
    expect(questions).toHaveLength(6);
  });

  test("a new name that leaves the first one the first is a new name only", async () => {
    const { call, questions, secrets } = await world(type, { prod: "PROD", test: "Test" });
    await call("update_connector", { id: "prod", name: "PROD 2", secrets });
    await call("update_connector", { id: "test", name: "Staging", secrets });
    await call("safe_delete_connector", { ids: ["test"] });
    expect(questions).toHaveLength(3);
    expect(questions.join("\n")).not.toMatch(none);
  });
});

test("of two that are named alike only Kibana knows which is first", async () => {
  const { make, questions } = await world(".sentinelone", { prod: "PROD" });
  await make({ name: "PROD", id: "lab", config: { url: "https://lab.example.com" } });
  expect(questions[0]).toEqual(change(prod, `${prod} or "PROD" \\(lab\\)`));
});

test("no other type is chosen so", async () => {
  const { make, questions, call } = await world(".torq", { prod: "PROD" });
  const { body } = await make({ name: "A lab", id: "lab" });
  await call("safe_delete_connector", { ids: ["lab"] });
  expect([body.status, questions.length]).toEqual(["done", 1]);
  expect(questions.join("\n")).not.toMatch(none);
});

test("where nobody is asked, the answer says it", async () => {
  const { make } = await world(".sentinelone", { prod: "PROD" }, ["--dangerously-skip-confirmation"]);
  expect((await make({ name: "A lab", id: "lab" })).body.warnings.join("\n")).toEqual(change(prod, '"A lab" \\(lab\\)'));
});
