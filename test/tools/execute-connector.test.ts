import { describe, expect, test } from "vitest";
import { connectorType } from "../../src/catalog/index.ts";
import { whatItDoes } from "../../src/tools/connectors/effect-of-run.ts";
import { rewritingProxy } from "../support/config-proxy.ts";
import { accepts, declines, type Person, product } from "../support/product.ts";
import { kibanaSettings } from "../support/settings.ts";
import { seedConnector } from "../support/stored-documents.ts";

type Answer = Record<string, unknown> | { status: number; text: string };

/** A server whose runs get the given answers in turn, the last one repeatedly; without answers the sandbox answers. */
async function running(
  one: { type: string; config?: Record<string, unknown>; secrets?: Record<string, unknown> },
  { answers = [], person = accepts, env = {} }: { answers?: Answer[]; person?: Person | "nobody"; env?: Record<string, string> } = {},
) {
  let turn = 0;
  const between = await rewritingProxy({
    after({ path }) {
      const answer = path.endsWith("/_execute") ? answers[Math.min(turn++, answers.length - 1)] : undefined;
      if (answer === undefined || "text" in answer) return answer as { status: number; text: string } | undefined;
      return { status: 200, text: JSON.stringify({ connector_id: "stored", ...answer }) };
    },
  });
  const settings = { kibana: kibanaSettings({ url: between.url }), timeout: 1_000 };
  const made = await product({ person: person === "nobody" ? undefined : person, env, sandbox: { empty: true }, settings });
  between.target = made.sandboxUrl;
  await seedConnector(made, one);
  return {
    made,
    runs: () => between.calls.filter(({ path }) => path.endsWith("/_execute")).length,
    execute: (params: Record<string, unknown>, more: Record<string, unknown> = {}) =>
      made.call("execute_connector", { id: "stored", params, ...more }),
  };
}

const log = { type: ".server-log" };
const slack = { type: ".slack", secrets: { webhookUrl: "https://hooks.slack.com/services/T0/B0/stored-path" } };
const jira = {
  type: ".jira",
  config: { apiUrl: "https://example.atlassian.net", projectKey: "OPS" },
  secrets: { email: "a@example.com", apiToken: "stored-token" },
};
const pagerduty = { type: ".pagerduty", config: { apiUrl: null }, secrets: { routingKey: "stored-key" } };
const opsgenie = { type: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "stored-key" } };
const openai = {
  type: ".gen-ai",
  config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" },
  secrets: { apiKey: "stored-key" },
};
const message = { message: "hello" };

describe("an id that leads a call to another path is refused", () => {
  const sentinel = { type: ".sentinelone", config: { url: "https://s1.example.com" }, secrets: { token: "stored-token" } };
  const snow = {
    type: ".servicenow",
    config: { apiUrl: "https://x.service-now.com", usesTableApi: false },
    secrets: { username: "u", password: "p" },
  };
  test.each<[string, Parameters<typeof running>[0], Record<string, unknown>, string]>([
    ["up", jira, { subAction: "getIncident", subActionParams: { externalId: "../../x" } }, "externalId"],
    ["a query", jira, { subAction: "issue", subActionParams: { id: "OPS-1?expand=all" } }, "id"],
    ["a fragment", jira, { subAction: "fieldsByIssueType", subActionParams: { id: "1#" } }, "id"],
    ["an escape", jira, { subAction: "issue", subActionParams: { id: "%2e%2e%2fx" } }, "id"],
    ["two dots alone", snow, { subAction: "getIncident", subActionParams: { externalId: ".." } }, "externalId"],
    ["a segment", sentinel, { subAction: "downloadAgentFile", subActionParams: { agentId: "a/b", activityId: "1" } }, "agentId"],
  ])("%s", async (_what, one, params, field) => {
    const { execute, runs } = await running(one, { person: "nobody" });
    const { body } = await execute(params);
    expect([body.code, body.detail.problems, runs()]).toEqual([
      "invalid_arguments",
      [{ path: `params.subActionParams.${field}`, problem: "is no plain id" }],
      0,
    ]);
  });

  test("a plain one is sent, or asked about", async () => {
    const { execute, runs } = await running(jira, { person: declines });
    expect((await execute({ subAction: "getIncident", subActionParams: { externalId: "OPS-1" } })).body.status).toBe("done");
    const incident = { summary: "s", externalId: "OPS-1" };
    expect((await execute({ subAction: "pushToService", subActionParams: { incident, comments: null } })).body.status).toBe("declined");
    expect(runs()).toBe(1);
  });
});

describe("params that Kibana would refuse are refused before it is called, each with its path", () => {
  test.each<[string, Parameters<typeof running>[0], Record<string, unknown>, string[]]>([
    ["a missing field", slack, {}, ["params.message"]],
    ["a wrong type", log, { message: 7 }, ["params.message"]],
    ["several at once", log, { level: "loud" }, ["params.message", "params.level"]],
    ["a rule over several fields", pagerduty, { eventAction: "resolve" }, ["params.dedupKey"]],
    [
      "a field deep within a sub-action",
      opsgenie,
      { subAction: "createAlert", subActionParams: { message: 7 } },
      ["params.subActionParams.message"],
    ],
    ["a sub-action that is none", jira, { subAction: "dance", subActionParams: {} }, ["params.subAction"]],
  ])("%s", async (_what, one, params, paths) => {
    const { made, runs, execute } = await running(one);
    const { body, isError } = await execute(params);
    expect([isError, body.code]).toEqual([true, "invalid_arguments"]);
    expect(body.detail.problems.map(({ path }: { path: string }) => path).sort()).toEqual(paths.sort());
    expect(body.fix).toContain("describe_connector_types");
    expect([runs(), made.questions, await made.deliveries()]).toEqual([0, [], []]);
  });

  test.each<[string, Parameters<typeof running>[0], Record<string, unknown>, string]>([
    ["a key spelled another way", pagerduty, { event_action: "trigger", summary: "s" }, "eventAction"],
    ["a slip in a key", pagerduty, { eventAction: "trigger", sumary: "s" }, "summary"],
    [
      "one that Kibana would drop or refuse within a sub-action",
      opsgenie,
      { subAction: "createAlert", subActionParams: { message: "m", alais: "a" } },
      "alias",
    ],
  ])("%s is answered with what was meant", async (_what, one, params, meant) => {
    const { made, runs, execute } = await running(one);
    const { body } = await execute(params);
    expect([body.code, body.message]).toEqual(["invalid_arguments", expect.stringContaining(`did you mean ${meant}?`)]);
    expect([runs(), made.questions, await made.deliveries()]).toEqual([0, [], []]);
  });

  test("a key unlike any known one may come from a newer Kibana: the person is told", async () => {
    const { made, execute } = await running(pagerduty);
    await execute({ eventAction: "trigger", dedupKey: "k", zebra: 1 });
    expect(made.questions[0]?.message).toContain("params.zebra is not a field of .pagerduty params");
  });

  test("a redaction mark is not a value", async () => {
    const { runs, execute } = await running(slack);
    expect((await execute({ message: "token [redacted]" })).body.code).toBe("secret_refused");
    expect(runs()).toBe(0);
  });

  test.each([-1, 4, 1.5, "two"])("retries %j is not a number from 0 to 3", async (retries) => {
    const { runs, execute } = await running(log);
    expect((await execute(message, { retries })).body.code).toBe("invalid_arguments");
    expect(runs()).toBe(0);
  });
});

describe("who is asked depends on what the call does", () => {
  test.each<[string, Parameters<typeof running>[0], Record<string, unknown>, string, boolean]>([
    ["a read", jira, { subAction: "issueTypes", subActionParams: {} }, "none", false],
    [
      "something new outside",
      jira,
      { subAction: "pushToService", subActionParams: { incident: { summary: "s" }, comments: [] } },
      "creates",
      true,
    ],
    ["an alert", opsgenie, { subAction: "createAlert", subActionParams: { message: "m" } }, "creates", true],
    ["the close of an alert", opsgenie, { subAction: "closeAlert", subActionParams: { alias: "a" } }, "creates", true],
    ["a message", slack, message, "sends", true],
    ["an incident", pagerduty, { eventAction: "trigger", summary: "s" }, "creates", true],
    ["tokens of a model", openai, { subAction: "run", subActionParams: { body: "{}" } }, "costs", true],
  ])("%s", async (_what, one, params, outside, asked) => {
    const { made, runs, execute } = await running(one);
    const { body } = await execute(params, { dry_run: true });
    expect(body.plan.outside_world).toBe(outside);
    expect(runs()).toBe(0);
    expect((await execute(params)).body).toMatchObject({ status: "done", result: { ok: true } });
    expect([made.questions.length > 0, runs()]).toEqual([asked, 1]);
  });

  test.each<[string, Person | "nobody", string]>([
    ["declines", declines, "declined"],
    ["cannot be asked", "nobody", "confirmation_needed"],
  ])("nothing runs when the person %s", async (_how, person, status) => {
    const { made, runs, execute } = await running(slack, { person });
    expect((await execute(message)).body.status).toBe(status);
    expect([runs(), await made.deliveries(), await made.journal()]).toEqual([0, [], ""]);
  });

  test("a type that this server does not know asks a person, and says that it does not know what it does", async () => {
    const between = await rewritingProxy({ after: (_call, text) => text.replaceAll('".torq"', '".of-tomorrow"') });
    const made = await product({ person: accepts, sandbox: { empty: true }, settings: { kibana: kibanaSettings({ url: between.url }) } });
    between.target = made.sandboxUrl;
    await seedConnector(made, {
      type: ".torq",
      config: { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/ID" },
      secrets: { token: "t" },
    });
    const { body } = await made.call("execute_connector", { id: "stored", params: { body: "{}" } });
    expect(body).toMatchObject({ status: "done", result: { ok: true } });
    expect(body.warnings.join()).toContain("does not know what .of-tomorrow does");
    expect(made.questions[0]?.message).toContain("makes something outside Kibana act");
  });

  test("a preconfigured connector can be run, a system one cannot", async () => {
    const made = await product({ person: accepts });
    const mail = { to: ["ops@example.com"], subject: "s", message: "m" };
    const { body } = await made.call("execute_connector", { id: "ops-mail-preconfigured", params: mail });
    expect(body).toMatchObject({ status: "done", result: { ok: true } });
    expect(body.warnings.join()).toContain("replaces subject and text");
    expect((await made.call("execute_connector", { id: "system-connector-.cases", params: {} })).body.code).toBe("system_action");
  });

  test("a protected connector is not run", async () => {
    const made = await product({ person: accepts, settings: { protect: ["ops-slack"] } });
    expect((await made.call("execute_connector", { id: "ops-slack", params: message })).body.code).toBe("protected");
    expect(await made.deliveries()).toEqual([]);
  });

  test("Mustache in the params is warned about: it is sent as it is", async () => {
    const { made, execute } = await running(slack);
    const { body } = await execute({ message: "{{rule.name}} is {{alert.actionGroup}}" });
    expect(body.warnings).toContain("{{…}} in the params is sent as it is: only a rule fills in templates.");
    expect(made.questions[0]?.message).toContain("is sent as it is");
    expect(JSON.stringify(await made.deliveries())).toContain("{{rule.name}}");
    expect((await running(slack).then(({ execute: plain }) => plain(message))).body.warnings).toBeUndefined();
  });
});

describe("a run that opens an incident", () => {
  const opened = { subAction: "createAlert", subActionParams: { message: "m", alias: "k-1" } };

  test.each<[string, Parameters<typeof running>[0], Record<string, unknown>, string]>([
    [
      "an incident",
      pagerduty,
      { summary: "s", dedupKey: "k-1" },
      "Effect: Opens an incident on the service behind the routing key: may page somebody.",
    ],
    ["its end", pagerduty, { eventAction: "resolve", dedupKey: "k-1" }, "It closes what is open under its key."],
    ["an acknowledgement", pagerduty, { eventAction: "acknowledge", dedupKey: "k-1" }, "It creates something outside Kibana."],
    ["an alert", opsgenie, opened, "Effect: Opens one alert: may notify responders."],
    [
      "an issue",
      jira,
      { subAction: "pushToService", subActionParams: { incident: { summary: "s" }, comments: [] } },
      "Effect: Creates one issue in the project.",
    ],
    [
      "an existing issue",
      jira,
      { subAction: "pushToService", subActionParams: { incident: { summary: "s", externalId: "1" }, comments: [] } },
      "It changes something outside Kibana.",
    ],
  ])("says so to the person: %s", async (_what, one, params, words) => {
    const { made, execute } = await running(one);
    await execute(params);
    expect(made.questions[0]?.message).toContain(words);
  });

  test.each([".jira", ".servicenow", ".servicenow-sir", ".resilient", ".swimlane", ".cases-webhook", ".thehive"])(
    "a push of %s to a record that is there changes it",
    async (type) => {
      const does = async (incident: object) =>
        whatItDoes(await connectorType(type), { subAction: "pushToService", subActionParams: { incident, comments: [] } }).words;
      expect(await does({ externalId: "1" })).toBe("It changes something outside Kibana");
      expect([await does({}), await does({ externalId: null })].join()).not.toContain("changes something");
    },
  );

  test.each([
    ["PagerDuty", pagerduty, { eventAction: "trigger", summary: "s", dedupKey: "k-1" }, { eventAction: "resolve", dedupKey: "k-1" }],
    ["Opsgenie", opsgenie, opened, { subAction: "closeAlert", subActionParams: { alias: "k-1" } }],
  ])("has the call that closes it, in the answer and in list_changes: %s", async (_what, one, params, closing) => {
    const { made, execute } = await running(one);
    const { body } = await execute(params);
    const args = { id: "stored", space: "default", params: closing };
    expect(body.undo).toEqual({ tool: "execute_connector", args });
    expect(body.next).toBeUndefined();
    expect(body.warnings).toBeUndefined();
    expect(made.questions[0]?.message).toContain("It can be undone by one more run of the connector");
    const { changes } = (await made.call("list_changes")).body;
    expect(changes[0].undo).toEqual({ tool: "execute_connector", args });
    const undone = (await made.call("undo_change", { change: changes[0].change })).body;
    expect(undone).toMatchObject({ code: "invalid_arguments", message: expect.stringContaining("Another run") });
    const closed = (await made.call("execute_connector", args)).body;
    expect(closed).toMatchObject({ status: "done", result: { ok: true } });
    expect(closed.next).toBeUndefined();
  });

  test("without a key is warned about, and nothing is promised", async () => {
    const { made, execute } = await running(pagerduty);
    const { body } = await execute({ summary: "s" });
    expect(body.warnings).toEqual(["Without dedupKey each run opens another incident, which no run can close: give one to close it with."]);
    expect(made.questions[0]?.message).toContain("Without dedupKey");
    expect(made.questions[0]?.message).toContain("It cannot be undone.");
    expect(body.next).toBeUndefined();
    expect((await made.call("list_changes")).body.changes[0]).not.toHaveProperty("undo");
  });

  test("that failed has nothing to close", async () => {
    const { execute } = await running(pagerduty, { answers: [{ status: "error", message: "no" }] });
    expect((await execute({ summary: "s", dedupKey: "k" })).body.next).toBeUndefined();
  });
});

describe("retries", () => {
  const failed = { status: "error", message: "no luck" };
  const again = { ...failed, retry: true };
  const ok = { status: "ok", data: { text: "ok" } };
  const statuses = (body: { result: { attempts: { status: string }[] } }) => body.result.attempts.map(({ status }) => status);

  test.each<[string, number | undefined, Answer[], string[], number[]]>([
    ["by default none", undefined, [again], ["error"], []],
    ["none if the first succeeds", 3, [ok], ["ok"], []],
    ["until one is fine, waiting twice as long each time", 3, [again, again, ok], ["error", "error", "ok"], [1000, 2000]],
    ["no more than were asked for", 2, [again], ["error", "error", "error"], [1000, 2000]],
    ["none of what Kibana does not call retryable", 3, [{ ...failed, retry: false }], ["error"], []],
    ["none of what Kibana says nothing about", 3, [failed], ["error"], []],
    ["none after null", 3, [{ ...failed, retry: null }], ["error"], []],
    ["no more once Kibana no longer calls it retryable", 3, [again, failed, ok], ["error", "error"], [1000]],
    ["with back-off if the date cannot be read", 1, [{ ...failed, retry: "soon" }, ok], ["error", "ok"], [1000]],
    ["at once if the date has passed", 1, [{ ...failed, retry: "2020-01-01T00:00:00.000Z" }, ok], ["error", "ok"], [0]],
  ])("%s", async (_what, retries, answers, expected, sleeps) => {
    const { made, runs, execute } = await running(slack, { answers });
    const { body } = await execute(message, retries === undefined ? {} : { retries });
    expect(body.status).toBe("done");
    expect(body.result.ok).toBe(expected.at(-1) === "ok");
    expect([statuses(body), runs(), made.clock.sleeps]).toEqual([expected, expected.length, sleeps]);
  });

  test("none of what the service does not accept the credentials for, whatever Kibana calls it", async () => {
    const { runs, execute } = await running(slack, { answers: [{ ...again, service_message: "[401] Unauthorized" }] });
    const { body } = await execute(message, { retries: 3 });
    expect([runs(), body.result.cause]).toEqual([1, "The service does not accept the credentials."]);
    expect(body.result.attempts).toEqual([{ status: "error", said: "no luck: [401] Unauthorized" }]);
  });

  test("wait until the date that Kibana gives, but not longer than a client waits", async () => {
    const answers: Answer[] = [];
    const { made, execute, runs } = await running(slack, { answers });
    const at = (ms: number) => new Date(made.clock.now() + ms).toISOString();
    answers.push({ ...failed, retry: at(5_000) }, { ...failed, retry: at(90_000) }, ok);
    const { body } = await execute(message, { retries: 3 });
    expect([made.clock.sleeps, runs()]).toEqual([[5_000], 2]);
    expect(body.result).toMatchObject({ ok: false, retry_after: at(85_000), attempts: [{ status: "error" }, { status: "error" }] });
  });

  test("are never made after a time-out: whether it ran is unknown", async () => {
    const { made, runs, execute } = await running(slack);
    await made.fault("timeout_after", { path: "/_execute" });
    const { body } = await execute(message, { retries: 3 });
    expect(body).toMatchObject({ status: "unknown", message: expect.stringContaining("Check before you repeat it") });
    expect([runs(), (await made.deliveries()).length]).toEqual([1, 1]);
    expect((await made.call("list_changes")).body.changes).toMatchObject([{ op: "execute", outcome: "unknown" }]);
  });

  test("that end in a time-out are also unknown, and not repeated", async () => {
    const { made, runs, execute } = await running(slack, { answers: [again] });
    const once = await execute(message, { retries: 0 });
    expect(once.body.result.ok).toBe(false);
    made.clock.sleep = async () => void (await made.fault("timeout_after", { path: "/_execute", times: 9 }));
    expect((await execute(message, { retries: 3 })).body.status).toBe("unknown");
    expect(runs()).toBe(3);
  });

  test("that Kibana refuses do not hide the runs before", async () => {
    const { made, execute } = await running(slack, {
      answers: [again, { status: 429, text: '{"statusCode":429,"error":"Too Many Requests","message":"later"}' }],
    });
    const { body } = await execute(message, { retries: 2 });
    expect(body).toMatchObject({ status: "done", result: { ok: false, attempts: [{ status: "error" }, { status: "error" }] } });
    expect((await made.call("list_changes")).body.changes).toMatchObject([{ outcome: "done" }]);
  });

  test("of calls with an effect get a warning: a service may get them more than once", async () => {
    const { execute } = await running(slack);
    expect((await execute(message, { retries: 2, dry_run: true })).body.warnings.join()).toContain("up to 3 times");
    const read = await running(jira);
    const { body } = await read.execute({ subAction: "issueTypes", subActionParams: {} }, { retries: 2, dry_run: true });
    expect(body.warnings).toBeUndefined();
  });
});

describe("the answer", () => {
  test("a failed run is a result with cause and fix, not an error", async () => {
    const { execute } = await running(slack, {
      answers: [{ status: "error", message: "error posting slack message", service_message: "getaddrinfo ENOTFOUND hooks.slack.com" }],
    });
    const { body, isError } = await execute(message);
    expect(isError).toBe(false);
    expect(body).toMatchObject({ status: "done", result: { ok: false, cause: expect.any(String), fix: expect.any(String) } });
  });

  test("small data is whole", async () => {
    const data = { id: 7, nested: { list: [1, 2, 3] } };
    const { execute } = await running(slack, { answers: [{ status: "ok", data }] });
    const { body } = await execute(message);
    expect(body.result).toMatchObject({ ok: true, data });
    expect(body.result.truncated).toBeUndefined();
  });

  test("big data is cut, and what is left out is counted", async () => {
    const data = { rows: Array.from({ length: 5_000 }, (_, n) => ({ n, text: "x".repeat(20) })) };
    const whole = JSON.stringify(data).length;
    const { execute } = await running(slack, { answers: [{ status: "ok", data }] });
    const { body, text } = await execute(message);
    const [, left, of] = /^(\d+) of (\d+) characters are left out$/.exec(body.result.truncated) ?? [];
    expect(Number(of)).toBe(whole);
    expect(body.result.data.length - 1 + Number(left)).toBe(whole);
    expect(text.length).toBeLessThan(20_000);
  });

  test("one endless text is cut too", async () => {
    const { execute } = await running(slack, { answers: [{ status: "ok", data: "y".repeat(500_000) }] });
    const { text, body } = await execute(message);
    expect(text.length).toBeLessThan(20_000);
    expect(JSON.stringify(body.result)).toMatch(/more characters|left out/);
  });

  test("secrets that a service repeats are hidden", async () => {
    const echo = {
      status: "ok",
      data: {
        headers: { Authorization: "Bearer a-token-from-the-service-9" },
        url: "https://user:hunter2hunter2@example.com/x?api_key=0123456789abcdef",
        text: "you sent canary-value-of-the-operator",
      },
    };
    const { execute, made } = await running(slack, { answers: [echo], env: { CONNECTOR_SECRET_X: "canary-value-of-the-operator" } });
    const { text } = await execute(message);
    const everything = text + (await made.journal());
    for (const secret of ["a-token-from-the-service-9", "hunter2hunter2", "0123456789abcdef", "canary-value-of-the-operator"])
      expect(everything).not.toContain(secret);
    expect(text).toContain("[redacted]");
  });

  test("secrets that a failure repeats are hidden too", async () => {
    const { execute, made } = await running(slack, {
      answers: [{ status: "error", message: "no", service_message: "POST https://hooks.slack.com/services/T0/B0/stored-path failed" }],
    });
    const { text } = await execute(message);
    expect(text + (await made.journal())).not.toContain("stored-path");
  });

  test("control characters in it are removed", async () => {
    const { execute } = await running(slack, { answers: [{ status: "ok", data: { "na\u200bme": "a\u202eb\u200bc" } }] });
    expect((await execute(message)).body.result.data).toEqual({ name: "abc" });
  });

  test("an empty answer is reported as such", async () => {
    const { execute } = await running(slack, { answers: [{ status: 204, text: "" }] });
    const { body } = await execute(message);
    expect(body.result.ok).toBe(false);
    expect(JSON.stringify(body.result.attempts)).toContain("204");
  });

  test("secrets in the params do not stay in the journal", async () => {
    const { execute, made } = await running(slack);
    await execute({ message: "curl -H 'Authorization: Bearer abcdefgh12345678'" });
    expect(await made.journal()).not.toContain("abcdefgh12345678");
  });
});
