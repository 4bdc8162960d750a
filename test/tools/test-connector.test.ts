import { describe, expect, test } from "vitest";
import { explainFailure } from "../../src/tools/connectors/explain-failure.ts";
import { accepts, declines, product } from "../support/product.ts";

const own = "that a run from a rule succeeds: a rule runs with its own API key";

describe("a safe test", () => {
  test("runs without asking, and says what it proves and what it does not", async () => {
    const { call, questions, deliveries } = await product();
    const { body } = await call("test_connector", { id: "Kibana log" });
    expect(body).toMatchObject({
      status: "done",
      result: {
        ok: true,
        mode: "safe",
        proved: ["the connector runs"],
        not_proved: ["that a line is written at the level in use", own],
        effect: expect.stringMatching(/^Touches nothing outside Kibana/),
      },
    });
    expect([questions, await deliveries()]).toEqual([[], []]);
  });

  test("that the type does not have is not tested, never escalates, and says what the other tests would send", async () => {
    const { call, writes, questions } = await product({ person: accepts });
    const { body, isError } = await call("test_connector", { id: "ops-slack" });
    expect(isError).toBe(false);
    expect(body).toMatchObject({
      status: "no_change",
      result: {
        ok: "not_tested",
        mode: "safe",
        why: "An incoming webhook can only post: there is no read call.",
        not_proved: ["that the service accepts it", own],
        only_if_the_user_wants_it_sent: { loud: "One message in the channel that the webhook belongs to." },
      },
    });
    expect(body).not.toHaveProperty("next");
    expect([writes(), questions]).toEqual([[], []]);
  });

  test.each(["ops-pagerduty", "ops-mail-preconfigured"])("of %s says what a near-safe one would send, and proposes none", async (id) => {
    const { call } = await product();
    const { body } = await call("test_connector", { id });
    expect(body.result.only_if_the_user_wants_it_sent.near_safe).toMatch(
      /PagerDuty receives one resolve event|One mail to \{to\}.*Takes fill/,
    );
    expect(body).not.toHaveProperty("next");
  });

  test("is proposed if a mode is asked for that the type does not have", async () => {
    const { call } = await product({ person: accepts });
    const { body } = await call("test_connector", { id: "kibana-log", mode: "near_safe" });
    expect(body).toMatchObject({ result: { ok: "not_tested" }, next: [{ tool: "test_connector", args: { id: "kibana-log" } }] });
    expect(body.next[0].args).not.toHaveProperty("mode");
  });
});

describe("a test is proposed", () => {
  const of = (body: { next?: { tool: string }[] }) => (body.next ?? []).map(({ tool }) => tool);

  test("after a change only if it is safe and can prove something", async () => {
    const { call } = await product({ person: accepts, sandbox: { empty: true } });
    const made = await call("create_connector", { name: "Trail of night", type: ".server-log" });
    expect(of(made.body)).toEqual(["test_connector"]);
    const hook = {
      name: "Night hook",
      type: ".webhook",
      config: { url: "https://hooks.internal.example/a", method: "post", hasAuth: false },
    };
    const posting = await call("create_connector", hook);
    expect([posting.body.status, of(posting.body)]).toEqual(["done", []]);
    expect(of((await call("create_connector", { ...hook, if_exists: "use" })).body)).toEqual([]);
    const changed = await call("update_connector", {
      id: "night-hook",
      config: { url: "https://hooks.internal.example/b" },
      assert_no_other_secrets: true,
    });
    expect([changed.body.status, of(changed.body)]).toEqual(["done", []]);
    const back = await call("undo_change", { change: changed.body.change, assert_no_other_secrets: true });
    expect([back.body.status, of(back.body)]).toEqual(["done", []]);
  });

  test("by no tool's description in a mode that sends something", async () => {
    const { client } = await product();
    for (const { name, description } of (await client.listTools()).tools)
      if (name !== "test_connector") expect(description).not.toMatch(/near_safe|loud/);
    const told = (await client.listTools()).tools.find(({ name }) => name === "test_connector")?.description;
    expect(told).toContain("near_safe and loud send something to the service: only if the user wants that, and a person is asked.");
    expect(client.getInstructions()).toContain(
      "Tests that are not safe, and execute_connector, send something: only if the user wants it.",
    );
  });
});

describe("what the execution log already says", () => {
  test("is given if the type has no such test, with the last error", async () => {
    const { call } = await product();
    const { body } = await call("test_connector", { id: "deploy-hook" });
    expect(body.result).toMatchObject({
      ok: "not_tested",
      last_runs: { window_days: 90, runs: expect.any(Number), failures: expect.any(Number), last_error: { at: expect.any(String) } },
    });
    expect(body.result.last_runs.failures).toBeGreaterThan(0);
  });

  test("is given with a safe test, and covers the time before it", async () => {
    const { call } = await product({ sandbox: { empty: true } });
    await call("create_connector", { name: "Trail", type: ".server-log" });
    const { body } = await call("test_connector", { id: "trail" });
    expect(body.result.ok).toBe(true);
    // "0 runs" beside a run would look as if nothing ran.
    expect(body.result).not.toHaveProperty("last_runs");
    expect((await call("test_connector", { id: "trail" })).body.result.last_runs).toMatchObject({ window_days: 90, runs: 1, failures: 0 });
  });

  test("is said to be unknown if it cannot be read", async () => {
    const { call, fault } = await product();
    await fault("error", { path: "/_global_connector_execution_logs", times: 10 });
    const { body } = await call("test_connector", { id: "ops-slack" });
    expect(body.result).toMatchObject({ ok: "not_tested", last_runs: { not_checked: expect.stringContaining("could not be read") } });
  });

  test("is not read for tests that tell more", async () => {
    const { call, calls } = await product({ person: accepts });
    const { body } = await call("test_connector", { id: "ops-slack", mode: "loud" });
    expect(body.result).not.toHaveProperty("last_runs");
    expect(calls.filter(({ path }) => path.includes("_global_connector_execution"))).toEqual([]);
  });
});

describe("a near-safe test", () => {
  test("sends something: it says what arrives and asks a person", async () => {
    const { call, questions, writes } = await product({ person: declines });
    const args = { id: "ops-pagerduty", mode: "near_safe" };
    const planned = await call("test_connector", { ...args, dry_run: true });
    expect(planned.body.plan).toMatchObject({
      outside_world: "sends",
      reversible: "no",
      summary: expect.stringContaining("PagerDuty receives one resolve event for an incident that does not exist"),
      needs_a_person: [expect.stringContaining("it reaches the outside world (sends)")],
    });
    expect((await call("test_connector", args)).body.status).toBe("declined");
    expect(questions[0]?.message).toContain("PagerDuty receives one resolve event");
    expect(writes()).toEqual([]);
  });

  test.each(["near_safe", "loud"])("needs what a loud one needs: %s", async (mode) => {
    const args = { id: "ops-pagerduty", mode };
    const nobody = await product();
    expect((await nobody.call("test_connector", args)).body.status).toBe("confirmation_needed");
    for (const [limits, code] of [
      [{ access: "change" }, "read_only"],
      [{ protect: ["ops-pager*"] }, "protected"],
      [{ maxChangesPerHour: 0 }, "limit_reached"],
    ] as const) {
      const { call, writes } = await product({
        person: accepts,
        settings: { ...limits, protect: [...("protect" in limits ? limits.protect : [])] },
      });
      expect([(await call("test_connector", args)).body.code, writes()]).toEqual([code, []]);
    }
  });

  test("says what it relies on", async () => {
    const { call } = await product({ person: accepts });
    const { body } = await call("test_connector", { id: "ops-pagerduty", mode: "near_safe" });
    expect(body).toMatchObject({ status: "done", result: { ok: true, mode: "near_safe" } });
    expect(body.warnings).toContainEqual(expect.stringMatching(/^The test relies on PagerDuty answering 202/));
  });

  test.each<[Record<string, unknown>, string, string]>([
    [{}, "This test needs to: a mailbox of yours.", 'Pass fill: {"to": "…"}.'],
    [{ fill: { to: "" } }, "This test needs to: a mailbox of yours.", 'Pass fill: {"to": "…"}.'],
    [{ fill: { to: "me@example.com", cc: "you@example.com" } }, "This test takes no cc.", 'Pass fill: {"to": "…"}.'],
  ])("that needs something asks for it: %j", async (args, message, fix) => {
    const { call, writes } = await product({ person: accepts });
    const { body } = await call("test_connector", { id: "ops-mail-preconfigured", mode: "near_safe", ...args });
    expect([body.code, body.message, body.fix, writes()]).toEqual(["invalid_arguments", message, fix, []]);
  });

  test("that reaches somebody asks a person, with the address in the question", async () => {
    const { call, questions, deliveries } = await product({ person: accepts });
    const { body } = await call("test_connector", { id: "ops-mail-preconfigured", mode: "near_safe", fill: { to: "me@example.com" } });
    expect(body.result.ok).toBe(true);
    expect(questions[0]?.message).toContain("One mail to me@example.com");
    expect(await deliveries()).toMatchObject([{ connector_id: "ops-mail-preconfigured" }]);
  });
});

describe("a loud test", () => {
  test("asks a person with its effect, then runs once", async () => {
    const { call, questions, deliveries, writes } = await product({ person: accepts });
    const { body } = await call("test_connector", { id: "ops-slack", mode: "loud" });
    expect(body).toMatchObject({
      status: "done",
      result: { ok: true, mode: "loud", undo: { how: "Delete the message in Slack: the connector cannot" } },
    });
    expect(questions[0]?.message).toContain("One message in the channel that the webhook belongs to");
    expect([(await deliveries()).length, writes().length]).toEqual([1, 1]);
  });

  test("gives the params that reverse it, with the same random text", async () => {
    const { call } = await product({ person: accepts });
    const { body } = await call("test_connector", { id: "ops-pagerduty", mode: "loud" });
    expect(body.result.undo).toMatchObject({
      id: "ops-pagerduty",
      params: { eventAction: "resolve", dedupKey: expect.stringMatching(/^connector-test-[0-9a-f]{8}$/) },
    });
    expect(body.result.undo.params.dedupKey).toBeTruthy();
  });

  test("that can be reversed says how, and list_changes has the same call", async () => {
    const { call, questions } = await product({ person: accepts });
    const { body } = await call("test_connector", { id: "ops-pagerduty", mode: "loud" });
    expect(questions[0]?.message).toContain(
      "It can be undone by one more run of the connector: the answer and list_changes contain the call.",
    );
    const { id, params } = body.result.undo;
    const { changes } = (await call("list_changes")).body;
    expect(changes[0].undo).toEqual({ tool: "execute_connector", args: { id, space: "default", params } });
    expect((await call("execute_connector", changes[0].undo.args)).body).toMatchObject({ status: "done", result: { ok: true } });
  });

  test("that sends a request without a secret does not call it one", async () => {
    const { call, questions } = await product({ person: accepts });
    const { body } = await call("test_connector", { id: "deploy-hook", mode: "loud", dry_run: true });
    expect(body.plan.requests).toEqual([expect.stringMatching(/^A request → /)]);
    expect(body.plan.secrets).toBeUndefined();
    await call("test_connector", { id: "deploy-hook", mode: "loud" });
    expect(questions[0]?.message).toMatch(/^A request → /m);
    expect(questions[0]?.message).not.toContain("Secret");
  });
});

describe("a failed test is a result, with cause and fix", () => {
  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    [
      "a revoked webhook",
      { id: "ops-slack-2", mode: "loud" },
      {
        cause: "The service does not know the address or channel.",
        fix: "Check the URL, or make a new webhook or channel on the service's side.",
        said: "unexpected http response from slack: 404 Not Found",
      },
    ],
    [
      "missing secrets",
      { id: "imported-pagerduty", mode: "near_safe" },
      { cause: "Its secrets are missing or no longer fit.", fix: "Enter the secrets again: secrets are lost on import." },
    ],
  ])("%s", async (_what, args, expected) => {
    const { call } = await product({ person: accepts });
    const { body, isError } = await call("test_connector", args);
    expect(isError).toBe(false);
    expect(body).toMatchObject({ status: "done", result: { ok: false, ...expected } });
  });

  test("a host that does not resolve", async () => {
    const { call, bare } = await product({ person: accepts });
    await bare("POST", "/api/actions/connector/nowhere", {
      name: "Nowhere",
      connector_type_id: ".webhook",
      config: { url: "https://nowhere.invalid/x", method: "get", hasAuth: false, authType: null },
    });
    const { body } = await call("test_connector", { id: "nowhere" });
    expect(body.result).toMatchObject({
      ok: false,
      cause: "Kibana cannot resolve the host name.",
      said: expect.stringContaining("ENOTFOUND"),
    });
  });

  test.each([
    ["[slack] ENOTFOUND getaddrinfo hooks.slack.com", "Kibana cannot resolve the host name."],
    ["connect ECONNREFUSED 10.0.0.1:443", "Kibana cannot reach the host."],
    ["timeout of 60000ms exceeded", "The service did not answer in time."],
    ["[401] Unauthorized", "The service does not accept the credentials."],
    ["An HTTP protocol error occurred: statusCode = 429", "The service, or Kibana's own limiter, limits the rate."],
    ["self signed certificate in certificate chain", "Kibana does not trust the service's certificate."],
    ['target url "https://x" is not added to the Kibana config xpack.actions.allowedHosts', "Kibana may not call that host."],
    ["not allowed emails: a@b.example", "Kibana may not mail to that address."],
    ["error validating action type secrets: [webhookUrl]: expected", "Its secrets are missing or no longer fit."],
    ['Unable to decrypt attribute "secrets"', "Kibana cannot decrypt the connector's secrets."],
    ["error calling webhook, invalid response: [503] Service Unavailable", "The service failed."],
    ["error calling webhook: [404] Not Found", "The service does not know the address or channel."],
    ["Request validation failed (Error: [message]: expected value of type [string])", "The params do not fit the type."],
    [
      'Sub action "createAlrt" is not registered. Connector id: a. Connector name: Opsgenie. Connector type: .opsgenie',
      "The params name a sub-action that the type does not have.",
    ],
    ["error validating action params: [message]: expected value of type [string]", "The params do not fit the type."],
    ["Invalid subActionsParams: [webhook] or [webhookUrl] expected but got none", "The params do not fit the type."],
    ["One or more provided channels are not included in the allowed channels list", "The connector may not post in that channel."],
    ["connection to collector:514 closed", "The run failed; the service's own words say why."],
    ["Request failed with status code 500", "The service failed."],
    ["mac verify failure", "The passphrase of the connector's certificate is missing or wrong."],
    ["error:1C800064:Provider routines::bad decrypt", "The passphrase of the connector's certificate is missing or wrong."],
    ["error:05800074:x509 certificate routines::key values mismatch", "The connector's private key is not that of its certificate."],
    ["Unable to load private key from PFX data", "The connector's container lacks the private key or the certificate."],
    ["error:0480006C:PEM routines::no start line", "The connector's certificate or key cannot be read."],
    [
      "error:0A00045C:SSL routines::tlsv13 alert certificate required",
      "The service does not accept the connector's certificate, or wants one.",
    ],
    ["sslv3 alert certificate expired", "The service does not accept the connector's certificate, or wants one."],
    ["sslv3 alert handshake failure", "The service and Kibana agree on no way of TLS, or the service wants a certificate of its clients."],
    ["error:0A00010B:SSL routines::wrong version number", "The service does not speak TLS on that port."],
    ["certificate has expired", "The service's certificate has expired, or is not valid yet."],
    [
      "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames",
      "The service's certificate is for another host name.",
    ],
    ["self-signed certificate in certificate chain", "Kibana does not trust the service's certificate."],
    ["unable to verify the first certificate", "Kibana does not trust the service's certificate."],
    ["something else entirely", "The run failed; the service's own words say why."],
  ])("%s → %s", (words, cause) => {
    expect(explainFailure(words).cause).toBe(cause);
    expect(explainFailure(words).fix).not.toBe("");
  });
});

describe("what cannot be tested", () => {
  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ id: "nope" }, { code: "connector_not_found" }],
    [{ id: "Ops Slack" }, { code: "ambiguous_connector" }],
    [{ id: "system-connector-.cases" }, { code: "system_action" }],
    [
      { id: "kibana-log", mode: "silent" },
      { code: "invalid_arguments", message: expect.stringContaining("mode") },
    ],
    [
      { id: "kibana-log", fill: { to: "x" } },
      { code: "invalid_arguments", message: "This test takes no to.", fix: "Leave `fill` out." },
    ],
    [
      { id: "kibana-log", params: { message: "x" } },
      { code: "invalid_arguments", message: expect.stringContaining("params: is not an argument") },
    ],
  ])("%j", async (args, expected) => {
    const { call, writes } = await product({ person: accepts });
    expect((await call("test_connector", args)).body).toMatchObject(expected);
    expect(writes()).toEqual([]);
  });

  test("a type that the licence does not cover", async () => {
    const { call, writes } = await product({ person: accepts, sandbox: { license: "basic" } });
    expect((await call("test_connector", { id: "ops-slack", mode: "loud" })).body).toMatchObject({ code: "type_unusable" });
    expect(writes()).toEqual([]);
  });
});
