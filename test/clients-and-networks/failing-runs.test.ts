import { describe, expect, onTestFinished, test } from "vitest";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { rewritingProxy } from "../support/config-proxy.ts";

type Answer = { status: number; text: string };
const kibanaSaid = (status: number, message: string): Answer => ({
  status,
  text: JSON.stringify({ statusCode: status, error: "x", message }),
});
const bare = kibanaSaid(500, "An internal server error occurred. Check Kibana server logs for details.");
const run = (body: Record<string, unknown>): Answer => ({ status: 200, text: JSON.stringify({ connector_id: "kibana-log", ...body }) });

/** The built server with a Kibana whose runs are answered in turn as given, the last one again and again. */
async function running(...answers: [Answer, ...Answer[]]) {
  const kibana = await startSandboxWith();
  let turn = 0;
  const between = await rewritingProxy({
    after: ({ path }) => (path.endsWith("/_execute") ? answers[Math.min(turn++, answers.length - 1)] : undefined),
  });
  between.target = kibana.url;
  const server = await startServer({ env: { KIBANA_URL: between.url, KIBANA_API_KEY: "any" }, person: yes });
  onTestFinished(async () => {
    await server.close();
    await kibana.stop();
  });
  return {
    test: () => server.call("test_connector", { id: "kibana-log", mode: "loud" }),
    execute: (retries: number) => server.call("execute_connector", { id: "kibana-log", params: { message: "hello" }, retries }),
    mail: () =>
      server.call("execute_connector", {
        id: "ops-mail-preconfigured",
        params: { to: ["a@example.com"], subject: "x", message: "y" },
      }),
    changes: async () => (await server.call("list_changes")).body.changes,
    runs: () => between.calls.filter(({ path }) => path.endsWith("/_execute")).length,
  };
}

describe("a bare 500 on a run", () => {
  test.each([bare, kibanaSaid(500, "Internal Server Error"), kibanaSaid(500, 'Unable to decrypt attribute "secrets"')])(
    "is a failed test, with the encryption key as the likely cause: %j",
    async (answer) => {
      const made = await running(answer);
      for (const { failed, body } of [await made.test(), await made.execute(0)]) {
        expect([failed, body.status, body.result.ok]).toEqual([false, "done", false]);
        expect(body.result.cause).toContain("xpack.encryptedSavedObjects.encryptionKey");
        expect(body.result.fix).toContain("Enter the secrets again");
        expect(body.result.not_known).toContain("check the service");
      }
    },
  );

  test("is not repeated", async () => {
    const made = await running(bare);
    await made.execute(3);
    expect(made.runs()).toBe(1);
  });

  test("after runs that failed leaves these in the answer", async () => {
    const made = await running(run({ status: "error", message: "first", retry: true }), bare);
    expect((await made.execute(2)).body.result).toMatchObject({ ok: false, attempts: [{ said: "first" }, { status: "error" }] });
  });
});

test.each([
  ["a gateway's page", { status: 502, text: "<html><title>502 Bad Gateway</title></html>" }, /Something in front of Kibana/],
  [
    "a Kibana at rest",
    kibanaSaid(503, "later"),
    /^Check the service behind the connector first\. Only if it did not happen: wait a minute/,
  ],
  ["half an answer", { status: 200, text: '{"status":' }, /cut or changed on its way/],
])("where it is not known whether it ran, the answer still says what to do: %s", async (_what, answer, fix) => {
  const made = await running(answer);
  for (const { body } of [await made.test(), await made.execute(3)]) {
    expect(body).toMatchObject({ status: "unknown", message: expect.stringContaining("Check before you repeat it") });
    expect(body.fix).toMatch(fix);
  }
  expect(await made.changes()).toMatchObject([{ outcome: "unknown" }, { outcome: "unknown" }]);
});

describe("mistakes in the params", () => {
  test.each([
    ["Request validation failed (Error: [message]: expected value of type [string] but got [undefined])", /params do not fit/],
    [
      'Sub action "createAlrt" is not registered. Connector id: a. Connector name: Opsgenie. Connector type: .opsgenie',
      /sub-action that the type does not have/,
    ],
    ["[Action][ExternalService] Unsupported subAction type createAlrt.", /sub-action that the type does not have/],
    ["[Action][ExternalService] subAction createAlrt not implemented.", /sub-action that the type does not have/],
    ["Invalid subActionsParams: [webhook] or [webhookUrl] expected but got none", /params do not fit/],
  ])("are reported as such and not repeated, whatever Kibana calls retryable: %s", async (said, cause) => {
    const made = await running(
      run({ status: "error", message: "an error occurred while running the action", service_message: said, retry: true }),
    );
    const { body } = await made.execute(3);
    expect([made.runs(), body.status, body.result.ok]).toEqual([1, "done", false]);
    expect(body.result.cause).toMatch(cause);
    expect(body.result.cause).not.toMatch(/service failed/i);
    expect(body.result.attempts[0]).not.toHaveProperty("retryable");
  });
});

test("a mail server's 550 is reported as the mail server's, not as a status of a service", async () => {
  const made = await running(
    run({
      status: "error",
      message: "error sending email",
      service_message: "Mail command failed: 550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    }),
  );
  const { body } = await made.mail();
  expect(body.result).toMatchObject({
    ok: false,
    cause: "The mail server refuses the sender (SMTP 550).",
    fix: expect.stringContaining("`from`"),
  });
});
