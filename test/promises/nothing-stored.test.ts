import { expect, onTestFinished, test } from "vitest";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";

const url = "https://hooks.example.com/x";
const incidents = {
  ...{ createIncidentUrl: url, createIncidentJson: "{}", createIncidentResponseKey: "id", viewIncidentUrl: url },
  ...{ getIncidentUrl: url, getIncidentResponseExternalTitleKey: "key", updateIncidentUrl: url, updateIncidentJson: "{}" },
};
const mail = { service: "other", host: "smtp.example.com", port: 25, secure: false, from: "a@example.com" };
const login = { user: "u", password: "p-of-the-login" };

/**
 * A connector, and a server whose person says that nothing else is stored.
 * @param tells whether Kibana lists secret headers
 */
async function having(type: string, config: object, secrets: object, tells: boolean) {
  const kibana = await startSandboxWith(["--empty"]);
  onTestFinished(() => kibana.stop());
  const body = JSON.stringify({ name: "One", connector_type_id: type, config, secrets });
  const headers = { "content-type": "application/json", "kbn-xsrf": "true", authorization: "ApiKey any" };
  expect((await fetch(`${kibana.url}/api/actions/connector/one`, { method: "POST", headers, body })).status).toBe(200);
  const untold = JSON.stringify({ fault: "error", path: "/secret_headers", times: 100 });
  if (!tells) await fetch(`${kibana.url}/sandbox/faults`, { method: "POST", headers, body: untold });
  const server = await startServer({
    env: { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any", CONNECTOR_SECRET_U: login.user, CONNECTOR_SECRET_P: login.password },
    person: yes,
  });
  onTestFinished(() => server.close());
  return server;
}

test.each<[type: string, config: object, may: string | undefined, told?: string]>([
  [".webhook", { url, hasAuth: false }, "secretHeaders"],
  [".cases-webhook", { ...incidents, hasAuth: false, authType: null }, "secretHeaders"],
  [".email", { ...mail, hasAuth: false }, "user or password", "user or password"],
  [".http", { url, hasAuth: false }, "secretHeaders or proxyUsername or proxyPassword", "proxyUsername or proxyPassword"],
  [".mcp", { serverUrl: url, hasAuth: false }, "secretHeaders"],
  [".mcp", { serverUrl: url, authType: "none" }, "secretHeaders"],
  [".index", { index: "a" }, undefined],
])(
  "%s with %j needs no secrets again: question, answer and undo do not say so, only what it may have had",
  async (type, config, ...mays) => {
    for (const [tells, may] of [
      [false, mays[0]],
      [true, mays[1]],
    ] as const)
      await needsNone(type, config, tells, may);
  },
);

async function needsNone(type: string, config: object, tells: boolean, may: string | undefined): Promise<void> {
  const { call, questions } = await having(type, config, {}, tells);
  const { body } = await call("update_connector", { id: "one", name: "Two" });
  expect([body.status, body.undo.note]).toEqual(["done", undefined]);
  expect(questions.at(-1)).toContain("It can be undone.");
  const undone = await call("undo_change", { change: body.change });
  expect(undone.body.status).toBe("done");
  const deleted = await call("safe_delete_connector", { ids: ["one"] });
  const note = may && `If it had ${may}, give that again in \`secrets\`: Kibana does not return it.`;
  expect([deleted.body.status, deleted.body.undo.note]).toEqual(["done", note]);
  expect(questions.at(-1)).toContain(note ? `It can be undone. ${note}` : "It can be undone.");
  expect((await call("list_changes", { limit: 1 })).body.changes[0].undo.note).toBe(note);
  expect((await call("undo_change", { change: deleted.body.change })).body.status).toBe("done");
}

test.each<[type: string, config: object, secrets: object]>([
  [".webhook", { url, hasAuth: true, authType: "webhook-authentication-basic" }, login],
  [".email", { ...mail, hasAuth: true }, login],
  [".mcp", { serverUrl: url, authType: "basic" }, login],
])("%s with %j does", async (type, config, secrets) => {
  const { call, questions } = await having(type, config, secrets, true);
  const given = { user: { $env: "CONNECTOR_SECRET_U" }, password: { $env: "CONNECTOR_SECRET_P" } };
  const again = "Kibana returns no secrets: give them again in `secrets`.";
  expect((await call("update_connector", { id: "one", name: "Two", secrets: given })).body).toMatchObject({
    status: "done",
    undo: { note: again },
  });
  expect((await call("safe_delete_connector", { ids: ["one"] })).body).toMatchObject({ status: "done", undo: { note: again } });
  for (const question of questions) expect(question).toContain("It can be undone only by giving the secrets again");
});

test.each<[told: string, tells: boolean, note: unknown]>([
  ["may have been there before where Kibana does not list them", false, expect.stringContaining("give them again")],
  ["were not where it does", true, undefined],
])("headers that are given %s", async (_told, tells, note) => {
  const { call } = await having(".webhook", { url, hasAuth: false }, {}, tells);
  const secrets = { secretHeaders: { "X-Key": { $env: "CONNECTOR_SECRET_P" } } };
  expect((await call("update_connector", { id: "one", secrets })).body.undo.note).toEqual(note);
});
