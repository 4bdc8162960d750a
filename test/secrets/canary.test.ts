import { afterEach, describe, expect, test, vi } from "vitest";
import { accepts, type Called, declines, product } from "../support/product.ts";

const canary = "Canary/7f+Q~x'9!Zk=Lm&4(pW)#2";
const url = `https://hooks.slack.com/services/T0/B0/${"canary0Path9Value"}`;
const serverKey = "Canary-Of-The-Server-0001";
const env = {
  CONNECTOR_SECRET_PD: canary,
  CONNECTOR_SECRET_HOOK: url,
  CONNECTOR_SECRET_USER: "canary-user-name",
  KIBANA_API_KEY: serverKey,
};
const values = [canary, url, "canary0Path9Value", "canary-user-name", serverKey];

/** Every form in which a value may appear, including base64 at three offsets. */
function formsOf(value: string): string[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset, "x"), Buffer.from(value)])
      .toString("base64")
      .replace(/=+$/, "")
      .slice(offset === 0 ? 0 : offset + 1, -2),
  );
  return [
    value,
    encodeURIComponent(value),
    new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
    JSON.stringify(JSON.stringify(value)).slice(3, -3),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    Buffer.from(value).toString("hex"),
    [...value].reverse().join(""),
  ];
}

function assertClean(where: string, text: string) {
  for (const value of values) for (const form of formsOf(value)) expect(text.includes(form), `${where} holds ${form}`).toBe(false);
}

afterEach(() => vi.restoreAllMocks());

/** Calls that carry the secrets, succeed, fail and are refused in as many ways as there are. */
const pagerduty = { name: "Night shift", type: ".pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_PD" } } };
const slack = { name: "Payments chat", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } };
const webhook = {
  name: "Ticket intake",
  type: ".webhook",
  config: { url: "https://tickets.example.net/in", method: "post", hasAuth: true, authType: "webhook-authentication-basic" },
  secrets: {
    user: { $env: "CONNECTOR_SECRET_USER" },
    password: { $env: "CONNECTOR_SECRET_PD" },
    secretHeaders: { "X-Key": { $env: "CONNECTOR_SECRET_PD" } },
  },
};
const calls: [string, Record<string, unknown>][] = [
  ["create_connector", { ...pagerduty, dry_run: true }],
  ["create_connector", pagerduty],
  ["create_connector", slack],
  ["create_connector", webhook],
  ["create_connector", { ...pagerduty, id: "payments-pagerduty" }],
  ["create_connector", { ...pagerduty, type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_PD" } } }],
  ["create_connector", { ...pagerduty, type: ".server-log" }],
  ["create_connector", { ...pagerduty, config: { apiUrl: 5 } }],
  ["create_connector", { ...pagerduty, secrets: { routingKey: { $env: "KIBANA_API_KEY" } } }],
  ["create_connector", { ...pagerduty, secrets: { routingKey: { $env: "CONNECTOR_SECRET_NONE" } } }],
  ["test_connector", { id: "night-shift", mode: "near_safe" }],
  ["test_connector", { id: "payments-chat", mode: "loud" }],
  ["test_connector", { id: "ticket-intake", mode: "loud" }],
  ["get_connector", { id: "night-shift", include: ["rules"] }],
  ["get_connector", { id: "ticket-intake" }],
  ["list_connectors", { space: "*" }],
  ["describe_connector_types", { types: [".pagerduty", ".slack", ".webhook"] }],
  ["describe_deployment", {}],
  ["safe_delete_connector", { ids: ["night-shift", "payments-chat"] }],
  ["list_changes", { limit: 100 }],
];

describe("a secret from the environment is found nowhere", () => {
  test.each([
    ["accepts", accepts],
    ["declines", declines],
    ["cannot be asked", undefined],
  ] as const)("in no answer, question, stderr line or journal file, when the person %s", async (_how, person) => {
    const stderr: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((line) => stderr.push(String(line)) > 0);
    const stdout = vi.spyOn(process.stdout, "write");
    const made = await product({ env, person, settings: { logLevel: "debug", confirm: person ? "form" : "token" } });
    const answers: Called[] = [];
    for (const [tool, args] of calls) answers.push(await made.call(tool, args));
    for (const [at, { text }] of answers.entries()) assertClean(`the answer of ${calls[at]?.[0]}`, text);
    assertClean("a question", JSON.stringify(made.questions));
    assertClean("stderr", stderr.join(""));
    assertClean("the journal", await made.journal());
    assertClean("stdout", stdout.mock.calls.map(([line]) => String(line)).join(""));
    // The calls did carry the secret.
    if (person === accepts) expect(answers.filter(({ body }) => body.status === "done").length).toBeGreaterThanOrEqual(6);
  });

  test("nor where Kibana or a proxy echoes it, in any form", async () => {
    for (const form of formsOf(canary).slice(0, 5)) {
      const made = await product({ env, person: accepts });
      // The third party's words are in the name of the next connector: the worst that a Kibana can do.
      await made.bare("POST", "/api/actions/connector/echo", { name: `failed with ${form} at once`, connector_type_id: ".server-log" });
      await made.call("create_connector", pagerduty);
      const answers = [
        await made.call("list_connectors"),
        await made.call("get_connector", { id: "echo" }),
        await made.call("safe_delete_connector", { ids: ["echo"], dry_run: true }),
      ];
      for (const { text } of answers) {
        assertClean("an echo", text);
        expect(text).toContain("[redacted]");
      }
      assertClean("the deletion", (await made.call("safe_delete_connector", { ids: ["echo"] })).text);
      answers.push(await made.call("list_changes"));
      assertClean("the journal as shown", answers.at(-1)?.text ?? "");
      assertClean("the question", JSON.stringify(made.questions));
    }
  });
});

test("a secret goes to Kibana in the one request that carries it, and to no host that nobody approved", async () => {
  const made = await product({ env, person: undefined, sandbox: { empty: true } });
  expect((await made.call("create_connector", pagerduty)).body.status).toBe("confirmation_needed");
  expect(made.writes()).toEqual([]);
});
