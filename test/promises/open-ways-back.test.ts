import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";

type Args = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5"]);
  const env = { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "1000" };
  server = await startServer({ person: yes, env });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

async function bare(method: "POST" | "PUT", path: string, body: Args): Promise<void> {
  const answer = await fetch(`${sandbox.url}/api/${path}`, {
    method,
    headers: { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" },
    body: JSON.stringify(body),
  });
  expect([path, answer.ok]).toEqual([path, true]);
}
const kept = (id: string, type: string, config: Args, secrets: Args) =>
  bare("POST", `actions/connector/${id}`, { name: id, connector_type_id: type, config, secrets });
const signIn = { user: "u", password: "p1234567" };
const hook = (id: string, url: string, more: Args = {}) =>
  kept(id, ".webhook", { url, method: "post", hasAuth: true, authType: "webhook-authentication-basic", ...more }, signIn);
const mail = { service: "other", host: "smtp.example.com", port: 25, secure: false, from: "a@example.com", hasAuth: true };

/** The call is done; what its question says of ways, and its answer. */
async function waysOf(tool: string, args: Args) {
  const before = server.questions.length;
  const { body } = await server.call(tool, args);
  expect([tool, body.status, body.error]).toEqual([tool, "done", undefined]);
  const found = server.questions[before] ?? "";
  return { change: body.change, question: found, told: JSON.stringify(body.warnings ?? []) };
}

const kinds: [string, string, (id: string) => Promise<void>, Args][] = [
  ["a webhook without encryption", "The way to h.example.com: no encryption.", (id) => hook(id, "http://h.example.com/a"), { body: "{}" }],
  [
    "a webhook whose certificate is not checked",
    "The way to h.example.com: TLS, whoever answers: the certificate or its name is not checked.",
    (id) => hook(id, "https://h.example.com/a", { verificationMode: "none" }),
    { body: "{}" },
  ],
  [
    "mail that TLS may not protect",
    "The way to smtp.example.com: TLS only if the server offers it.",
    (id) => kept(id, ".email", mail, signIn),
    { to: ["x@example.com"], subject: "s", message: "m" },
  ],
];

describe("a way on which others may read along, back to which an undo leads alerts", () => {
  test.each(kinds.map((one, n) => [one[0], one[1], one[2], one[3], n] as const))(
    "is said in words, after a removal and after a move, and by a move there and a run: %s",
    async (_what, words, make, params, n) => {
      const id = `open-${n}`;
      await make(id);
      await hook(`safe-${n}`, "https://safe.example.com/a");
      await waysOf("attach_connector", { connector: id, rules: ["search-latency"], params });
      const changes: [string, Args][] = [
        ["replace_connector", { from: id, remove: true }],
        ["replace_connector", { from: id, to: `safe-${n}`, params: { body: "{}" } }],
      ];
      for (const [tool, args] of changes) {
        const { change, question: moved } = await waysOf(tool, args);
        expect(moved).not.toContain("The way to");
        const { question, told } = await waysOf("undo_change", { change });
        expect([question, told]).toEqual([expect.stringContaining(words), expect.stringContaining(words)]);
        expect(question.indexOf("A request →")).toBeLessThan(question.indexOf("The way to"));
      }
      await waysOf("attach_connector", { connector: `safe-${n}`, rules: ["search-latency"], params: { body: "{}" } });
      const onto = await waysOf("replace_connector", { from: `safe-${n}`, to: id, params });
      const run = await waysOf("execute_connector", { id, params });
      for (const { question, told } of [onto, run])
        expect([question, told]).toEqual([expect.stringContaining(words), expect.stringContaining(words)]);
      await waysOf("replace_connector", { from: id, remove: true });
    },
  );

  test("is said of a workflow too", async () => {
    await hook("flow-open", "http://flow.example.com/a");
    await hook("flow-safe", "https://safe.example.com/a");
    const step = "  - name: tell\n    type: webhook\n    connector-id: flow-open\n    with:\n      body: '{}'\n";
    await bare("POST", "workflows/workflow", { id: "tell", yaml: `name: Tell\ntriggers:\n  - type: manual\nsteps:\n${step}` });
    const moved = await waysOf("replace_connector", { from: "flow-open", to: "flow-safe" });
    expect(moved.question).toContain("requests of workflows go to safe.example.com, which nobody has agreed to yet in this space");
    const { question, told } = await waysOf("undo_change", { change: moved.change });
    expect(question).toContain('A request → http://flow.example.com (.webhook "flow-open")');
    expect([question, told]).toEqual([expect.stringContaining("no encryption"), expect.stringContaining("no encryption")]);
    const again = await waysOf("replace_connector", { from: "flow-open", to: "flow-safe" });
    expect(again.question).not.toContain("You are asked because");
  });

  test("nothing is said of one that is protected", async () => {
    await hook("safe", "https://safe.example.com/a");
    await waysOf("attach_connector", { connector: "safe", rules: ["search-latency"], params: { body: "{}" } });
    const { change } = await waysOf("replace_connector", { from: "safe", remove: true });
    const { question, told } = await waysOf("undo_change", { change });
    expect([question, told]).toEqual([expect.not.stringContaining("The way to"), expect.not.stringContaining("The way to")]);
  });
});

test.each<[string, Args]>([
  ["test_connector", {}],
  ["execute_connector", { params: { subAction: "listTools", subActionParams: {} } }],
])("a way on which others may read along is said where a person is asked about the host alone, or nobody: %s", async (tool, args) => {
  const id = tool.replace("_", "-");
  await kept(id, ".mcp", { serverUrl: `http://${id}.example.com/mcp`, hasAuth: false, authType: "none" }, {});
  const before = server.questions.length;
  await server.call(tool, { id, ...args });
  expect(server.questions[before]).toContain("no encryption. Whoever is in between may read what is sent");
  const { body } = await server.call(tool, { id, ...args });
  expect([body.asked, JSON.stringify(body)]).toEqual(["none", expect.stringContaining("no encryption. Whoever is in between may read")]);
});
