import { describe, expect, onTestFinished, test } from "vitest";
import { type Person, type Started, startBuilt, startServer, yes } from "../support/built-server.ts";
import { deployment, makeConnector, serve } from "./race-deployment.ts";

interface Kind {
  type: string;
  config: Record<string, unknown>;
  secrets: Record<string, unknown>;
  stored: Record<string, unknown>;
}

const $env = (name: string) => ({ $env: `CONNECTOR_SECRET_${name}` });
const env = { CONNECTOR_SECRET_A: "first-secret-value", CONNECTOR_SECRET_URL: "https://hooks.slack.com/services/T0/B0/abcdefgh" };

/** One of each kind: without secrets, a host in the config, a host in the secret, fixed hosts; and those with users that nobody can list. */
const kinds: Record<string, Kind> = {
  "no secrets": { type: ".index", config: { index: "audit" }, secrets: {}, stored: {} },
  "a host in the config": {
    type: ".tines",
    config: { url: "https://tenant.tines.example" },
    secrets: { email: $env("A"), token: $env("A") },
    stored: { email: env.CONNECTOR_SECRET_A, token: env.CONNECTOR_SECRET_A },
  },
  "a host in the secret": {
    type: ".slack",
    config: {},
    secrets: { webhookUrl: $env("URL") },
    stored: { webhookUrl: env.CONNECTOR_SECRET_URL },
  },
  "a usual host": { type: ".pagerduty", config: {}, secrets: { routingKey: $env("A") }, stored: { routingKey: env.CONNECTOR_SECRET_A } },
  "assistants' .gen-ai": {
    type: ".gen-ai",
    config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt-4.1" },
    secrets: { apiKey: $env("A") },
    stored: { apiKey: env.CONNECTOR_SECRET_A },
  },
  "assistants' .bedrock": {
    type: ".bedrock",
    config: { apiUrl: "https://bedrock-runtime.us-east-1.amazonaws.com" },
    secrets: { accessKey: $env("A"), secret: $env("A") },
    stored: { accessKey: env.CONNECTOR_SECRET_A, secret: env.CONNECTOR_SECRET_A },
  },
  "responders' .crowdstrike": {
    type: ".crowdstrike",
    config: { url: "https://api.crowdstrike.example" },
    secrets: { clientId: $env("A"), clientSecret: $env("A") },
    stored: { clientId: env.CONNECTOR_SECRET_A, clientSecret: env.CONNECTOR_SECRET_A },
  },
};

/** What a plan asks of people: who, what for, where secrets go, what it does outside and whether it can be undone. */
function asked({ body }: Awaited<ReturnType<Started["call"]>>) {
  if (body.error) return { error: body.error.code };
  const { needs_a_person, secrets, requests, outside_world, reversible } = body.plan;
  return { needs_a_person, secrets, requests, outside_world, reversible };
}

/** Notes that are the kind's own, not of the undo. */
const notes = ({ body }: Awaited<ReturnType<Started["call"]>>) =>
  (body.warnings ?? []).filter((one: string) => /^Nobody can list|It removes|go to /.test(one));

const listed = Object.entries(kinds);

describe.each(listed)("%s", (_name, kind) => {
  const noOthers = { assert_no_other_secrets: true };

  const typing: Person = (form) =>
    "requestedSchema" in form && "name" in form.requestedSchema.properties ? { action: "accept", content: { name: "The one" } } : yes();

  async function started() {
    const made = await deployment();
    const server = await serve(made, { person: typing, env });
    return { made, server };
  }
  const create = (id: string) => ({ id, name: `The ${id}`, type: kind.type, config: kind.config, secrets: kind.secrets });

  test("an undo of a create asks what a delete asks", async () => {
    const { made, server } = await started();
    const { change } = (await server.call("create_connector", create("one"))).body;
    const direct = await server.call("safe_delete_connector", { ids: ["one"], dry_run: true });
    const undo = await server.call("undo_change", { change, dry_run: true });
    expect([asked(undo), notes(undo)]).toEqual([asked(direct), notes(direct)]);
    expect((await server.call("undo_change", { change })).body).toMatchObject({ status: "done", result: { deleted: ["one"] } });
    await server.call("create_connector", create("one"));
    expect((await server.call("safe_delete_connector", { ids: ["one"] })).body.status).toBe("done");
    const [undone, deleted] = server.questions.filter((one) => one.includes("Delete connector"));
    expect(undone?.replace(/Undo \S+: D/, "D")).toBe(deleted);
    expect(await made.connectorIds()).toEqual([]);
  });

  test("an undo of an update asks what the update asks", async () => {
    const { server } = await started();
    await server.call("create_connector", create("one"));
    const args = { id: "one", secrets: kind.secrets, ...noOthers };
    const { change } = (await server.call("update_connector", { ...args, name: "Other" })).body;
    const direct = await server.call("update_connector", { ...args, name: "The one", dry_run: true });
    const undo = await server.call("undo_change", { change, secrets: kind.secrets, ...noOthers, dry_run: true });
    expect([asked(undo), notes(undo)]).toEqual([asked(direct), notes(direct)]);
  });

  test("an undo of a delete asks what a create asks, and a person in any case", async () => {
    const { made, server } = await started();
    await makeConnector(made.bare, "one", { connector_type_id: kind.type, config: kind.config, secrets: kind.stored });
    const { change } = (await server.call("safe_delete_connector", { ids: ["one"] })).body;
    const direct = asked(await server.call("create_connector", { ...create("one"), dry_run: true }));
    const undo = asked(await server.call("undo_change", { change, secrets: kind.secrets, ...noOthers, dry_run: true }));
    expect(undo).toEqual({ ...direct, needs_a_person: ["it changes or removes something", ...(direct.needs_a_person ?? [])] });
  });
});

describe("an undo of a change of rules", () => {
  test("asks what the change asks, and names the doubts about what is restored", async () => {
    const made = await deployment({ connectors: ["one", "two"], rules: { there: ["one"] } });
    const { call } = await serve(made);
    const { change } = (await call("replace_connector", { from: "one", to: "two" })).body;
    const direct = await call("replace_connector", { from: "two", to: "one", dry_run: true });
    const undo = await call("undo_change", { change, dry_run: true });
    expect([asked(undo), undo.body.warnings]).toEqual([asked(direct), direct.body.warnings]);
  });

  test("leaves a protected connector's actions alone, even if only their words change", async () => {
    const made = await deployment({ connectors: ["one"], rules: { there: ["one"] } });
    const { call, home } = await serve(made);
    const args = { connector: "one", rules: ["there"], params: { message: "new" }, replace: true };
    const { change } = (await call("attach_connector", args)).body;
    const journal = { CONNECTORS_JOURNAL_DIR: `${home}/state/kibana-connectors-mcp/journal` };
    const guarded = await serve(made, { args: ["--protect", "one"], env: journal });
    expect((await guarded.call("attach_connector", { ...args, params: { message: "newer" } })).body.error.code).toBe("protected");
    expect((await guarded.call("undo_change", { change })).body.error?.code).toBe("protected");
  });
});

describe("an undo of a run", () => {
  test("is another run, which asks what a run asks: undo_change does not run connectors", async () => {
    const made = await deployment({ connectors: ["log"] });
    const { call } = await serve(made);
    const { change } = (await call("execute_connector", { id: "log", params: { message: "x" } })).body;
    const writes = made.calls.filter(({ method }) => method !== "GET").length;
    expect((await call("undo_change", { change })).body.error.code).toBe("invalid_arguments");
    expect(made.calls.filter(({ method }) => method !== "GET").length).toBe(writes);
  });
});

test("a name that has to be typed cannot be replaced by a yes, nor by a token in an unattended run", async () => {
  const made = await deployment();
  const first = await serve(made, { env }, startBuilt);
  const kind = kinds["assistants' .gen-ai"] as Kind;
  const { change } = (
    await first.call("create_connector", { id: "one", name: "The one", type: kind.type, config: kind.config, secrets: kind.secrets })
  ).body;
  // Nobody can list the conversations of others, and it ran.
  const params = { subAction: "test", subActionParams: { body: "{}" } };
  await made.bare("POST", "/api/actions/connector/one/_execute", { params });
  for (const [tool, args] of [
    ["safe_delete_connector", { ids: ["one"] }],
    ["undo_change", { change }],
  ] as const)
    expect([tool, (await first.call(tool, args)).body.status]).not.toEqual([tool, "done"]);
  const second = await startServer({
    args: ["--confirm", "token"],
    env: {
      ...env,
      KIBANA_URL: made.url,
      KIBANA_API_KEY: "any",
      CONNECTORS_JOURNAL_DIR: `${first.home}/state/kibana-connectors-mcp/journal`,
    },
  });
  onTestFinished(() => second.close());
  const { body } = await second.call("undo_change", { change });
  // It leads to a page, where the name is typed: not to a token that the agent returns.
  expect(body.confirm?.url ?? body.error?.code).toMatch(/^http:|confirmation_invalid/);
  expect(await made.connectorIds()).toEqual(["one"]);
});
