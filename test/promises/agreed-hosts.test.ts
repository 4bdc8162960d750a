import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { no, type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";

type Args = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
const env = () => ({
  KIBANA_URL: sandbox.url,
  KIBANA_API_KEY: "any",
  CONNECTORS_MAX_CHANGES_PER_HOUR: "1000",
  CONNECTOR_SECRET_A: "a-user-or-key",
  CONNECTOR_SECRET_B: "b-password-or-token",
  CONNECTOR_SECRET_C: "c-of-something-else",
});
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5"]);
  server = await startServer({ person: yes, env: env() });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

const [a, b] = [{ $env: "CONNECTOR_SECRET_A" }, { $env: "CONNECTOR_SECRET_B" }];
const userAndPassword = { user: a, password: b };
const basic = { hasAuth: true, authType: "webhook-authentication-basic" };
const nobody = "which nobody has agreed to yet in this space, as far as is known";
const forIt = "which nobody has agreed to for it yet in this space, as far as is known";
const body = { body: "{}" };

/** Behind the server's back. */
async function inKibana(method: "POST" | "PUT" | "DELETE", id: string, sent?: Args): Promise<void> {
  const answer = await fetch(`${sandbox.url}/api/actions/connector/${id}`, {
    method,
    headers: { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" },
    ...(sent && { body: JSON.stringify(sent) }),
  });
  expect([id, answer.ok]).toEqual([id, true]);
}
const open = (host: string) => ({ url: `https://${host}/in`, method: "post", hasAuth: false, authType: null });
const made = (id: string, host: string, by = server) =>
  by
    .call("create_connector", { id, name: id, type: ".webhook", config: open(host) })
    .then((answer) => expect(answer.body.status).toBe("done"));

/** The call is done, and what its question says; undefined where nobody was asked. */
async function asked(tool: string, args: Args, by = server): Promise<string | undefined> {
  const before = by.questions.length;
  const answer = await by.call(tool, args);
  expect([tool, answer.body.status, answer.body.error]).toEqual([tool, "done", undefined]);
  return by.questions[before];
}
const attach = (connector: string, rule: string) => ["attach_connector", { connector, rules: [rule], params: body }] as const;
const webhook = (host: string, path: string) => ({
  name: path,
  type: ".webhook",
  config: { url: `https://${host}/${path}`, ...basic },
  secrets: userAndPassword,
});

describe("the host of a connector to which alerts go", () => {
  const before: [string, (id: string, host: string) => Promise<unknown>][] = [
    ["stored its secrets", (id, host) => asked("create_connector", { id, ...webhook(host, id) })],
    [
      "ran it",
      async (id, host) => {
        await made(id, host);
        expect(await asked("execute_connector", { id, params: body })).toContain(nobody);
      },
    ],
    [
      "gave it to a rule",
      async (id, host) => {
        await made(id, host);
        expect(await asked(...attach(id, "disk-almost-full"))).toContain(`alerts of rules go to ${host}, ${nobody}`);
      },
    ],
    [
      "moved rules to it",
      async (id, host) => {
        await made(id, host);
        const moved = await asked("replace_connector", { from: "deploy-hook", to: id, rules: ["deploy-watch"] });
        expect(moved).toContain(`alerts of rules go to ${host}, ${nobody}`);
        await asked("replace_connector", { from: id, to: "deploy-hook", rules: ["deploy-watch"] });
      },
    ],
  ];

  test.each(before.map(([what, make], n) => [what, make, n] as const))(
    "is not told as new where a person %s: by an attach, an undo or a move",
    async (_what, make, n) => {
      const [id, host] = [`known-${n}`, `known-${n}.example.com`];
      await make(id, host);
      expect(await asked(...attach(id, "search-latency"))).not.toContain("You are asked because");
      const { body: removed } = await server.call("replace_connector", { from: id, remove: true, rules: ["search-latency"] });
      const back = await asked("undo_change", { change: removed.change });
      expect([back?.includes(`A request → ${host}`), back?.includes("You are asked because")]).toEqual([true, false]);
      const moved = await asked("replace_connector", { from: "deploy-hook", to: id, rules: ["deploy-watch"] });
      expect([moved?.includes(`A request → ${host}`), moved?.includes("You are asked because")]).toEqual([true, false]);
      await asked("replace_connector", { from: id, to: "deploy-hook", rules: ["deploy-watch"] });
    },
  );

  test.each<[string, (id: string) => Promise<unknown>]>([
    ["nobody agreed to it", (id) => made(id, "new.example.com")],
    [
      "it is another one since",
      async (id) => {
        await asked("create_connector", { id, ...webhook("old.example.com", id) });
        await inKibana("PUT", id, { name: id, config: open("new.example.com"), secrets: {} });
      },
    ],
    [
      "they agreed to it for a deleted connector of that id",
      async (id) => {
        await asked("create_connector", { id, ...webhook("new.example.com", id) });
        await inKibana("DELETE", id);
        await made(id, "new.example.com");
      },
    ],
  ])("is told as new where %s: by a move and an attach", async (what, make) => {
    const id = `new-${what.length}`;
    const reason = `alerts of rules go to new.example.com, ${nobody}`;
    await make(id);
    const refusing = await startServer({ person: no, env: env() });
    const answer = await refusing.call("replace_connector", { from: "deploy-hook", to: id, rules: ["deploy-watch"] });
    expect([answer.body.status, refusing.questions]).toEqual(["declined", [expect.stringContaining(reason)]]);
    await refusing.close();
    expect(await asked(...attach(id, "search-latency"))).toContain(reason);
    await asked("replace_connector", { from: id, remove: true });
  });

  test("is told as new by the undo of a removal, where it is another one since", async () => {
    await asked("create_connector", { id: "swapped", ...webhook("old.example.com", "swapped") });
    await asked(...attach("swapped", "search-latency"));
    const { body: removed } = await server.call("replace_connector", { from: "swapped", remove: true });
    await inKibana("PUT", "swapped", { name: "swapped", config: open("elsewhere.example.com"), secrets: {} });
    expect(await asked("undo_change", { change: removed.change })).toContain(`alerts of rules go to elsewhere.example.com, ${nobody}`);
  });

  test("is shown by a move to a connector that has the same action already", async () => {
    for (const id of ["one", "other"]) {
      await made(id, `${id}.example.com`);
      await asked(...attach(id, "search-latency"));
    }
    const moved = await asked("replace_connector", { from: "one", to: "other" });
    expect([moved?.includes('A request → other.example.com (.webhook "other")'), moved?.includes('one.example.com"')]).toEqual([
      true,
      false,
    ]);
    const removed = await asked("replace_connector", { from: "other", remove: true });
    expect(removed).not.toContain("A request →");
  });
});

describe("a secret that goes to a host", () => {
  const types: [string, (host: string, path: string) => Args][] = [
    ["a webhook", webhook],
    [
      "a webhook with OAuth",
      (host, path) => ({
        name: path,
        type: ".webhook",
        config: {
          url: `https://${host}/${path}`,
          hasAuth: true,
          authType: "webhook-oauth2-client-credentials",
          accessTokenUrl: `https://${host}/token`,
          clientId: "c",
        },
        secrets: { clientSecret: b },
      }),
    ],
    [
      "a webhook with secret headers",
      (host, path) => ({
        name: path,
        type: ".webhook",
        config: { url: `https://${host}/${path}`, hasAuth: false },
        secrets: { secretHeaders: { "X-Key": b } },
      }),
    ],
    ["an HTTP connector", (host, path) => ({ ...webhook(host, path), type: ".http" })],
    [
      "an MCP connector",
      (host, path) => ({
        name: path,
        type: ".mcp",
        config: { serverUrl: `https://${host}/${path}`, hasAuth: true, authType: "bearer" },
        secrets: { token: b },
      }),
    ],
  ];
  const jira = (host: string, secret: Args) => ({
    name: "Tickets",
    type: ".jira",
    config: { apiUrl: `https://${host}`, projectKey: "X" },
    secrets: { email: b, apiToken: secret },
  });
  const hostOf = (n: number) => `secrets-${n}.example.com`;

  test.each(types.map(([what, of], n) => [what, of, n] as const))(
    "is not asked about again where a person agreed to it for %s that still sends there",
    async (_what, of, n) => {
      expect(await asked("create_connector", of(hostOf(n), "first"))).toContain(`goes to ${hostOf(n)}, ${forIt}`);
      expect(await asked("create_connector", of(hostOf(n), "second"))).toBeUndefined();
      const another = { $env: "CONNECTOR_SECRET_C" };
      expect(await asked("create_connector", jira(hostOf(n), another))).toContain(`CONNECTOR_SECRET_C goes to ${hostOf(n)}, ${forIt}`);
      expect(await asked("create_connector", { ...jira(hostOf(n), b), name: "More" })).toBeUndefined();
    },
  );

  test.each<[string, (id: string, host: string) => Promise<unknown>]>([
    [
      "a connector that somebody else made",
      (id, host) =>
        inKibana("POST", id, {
          name: id,
          connector_type_id: ".webhook",
          config: { ...open(host), ...basic },
          secrets: { user: "u", password: "p1234567" },
        }),
    ],
    ["a connector without a secret", made],
    [
      "a connector without a secret that a person ran and gave to a rule",
      async (id, host) => {
        await made(id, host);
        await asked("execute_connector", { id, params: body });
        await asked(...attach(id, "search-latency"));
      },
    ],
    [
      "one that a person stored and that sends elsewhere since",
      async (id, host) => {
        await asked("create_connector", { id, ...webhook(host, id) });
        await inKibana("PUT", id, { name: id, config: open("elsewhere.example.com"), secrets: {} });
      },
    ],
    [
      "one that a person stored, which is gone",
      async (id, host) => {
        await asked("create_connector", { id, ...webhook(host, id) });
        await asked("safe_delete_connector", { ids: [id] });
      },
    ],
    [
      "one that a person stored, in place of which there is one without a secret",
      async (id, host) => {
        await asked("create_connector", { id, ...webhook(host, id) });
        await inKibana("DELETE", id);
        await made(id, host);
      },
    ],
    [
      "one to which it may go by --target-hosts",
      async (id, host) => {
        const targeted = await startServer({ env: env(), args: ["--target-hosts", host] });
        expect((await targeted.call("create_connector", { id, ...webhook(host, id) })).body).toMatchObject({
          status: "done",
          asked: "none",
        });
        await targeted.close();
      },
    ],
  ])("is asked about because of a new host, beside %s", async (what, make) => {
    const host = `beside-${what.length}.example.com`;
    await make(`beside-${what.length}`, host);
    expect(await asked("create_connector", webhook(host, "second"))).toContain(`goes to ${host}, ${forIt}`);
  });
});

test("each connector that one undo gives back is shown with its host, also where only another one gets secrets, and is known from then on", async () => {
  await asked("create_connector", { id: "back-1", ...webhook("back-1.example.com", "a") });
  await made("back-2", "back-2.example.com");
  const { body: deleted } = await server.call("safe_delete_connector", { ids: ["back-1", "back-2"] });
  const back = await asked("undo_change", { change: deleted.change, secrets: userAndPassword });
  expect([back?.includes("A request → back-2.example.com"), back?.includes("→ back-1.example.com")]).toEqual([true, true]);
  expect(await asked(...attach("back-2", "search-latency"))).not.toContain("You are asked because");
});
