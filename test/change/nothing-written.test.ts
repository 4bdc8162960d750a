import { symlink, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { approve, look, refuse } from "../pages/form.ts";
import { fakeClock } from "../support/clock.ts";
import { freshFolder } from "../support/folder.ts";
import { accepts, cancels, connect, declines, neverAnswers, type Person, type ProductOptions, product } from "../support/product.ts";

const unused = { ids: ["ops-slack-2"] };
const webhook = {
  name: "Incident intake",
  type: ".webhook",
  config: { url: "https://intake.example.net/kibana", method: "post", hasAuth: true, authType: "webhook-authentication-basic" },
  secrets: { user: { $env: "CONNECTOR_SECRET_USER" }, password: { $env: "CONNECTOR_SECRET_WORD" } },
};
const env = { CONNECTOR_SECRET_USER: "kibana-intake", CONNECTOR_SECRET_WORD: "canary-0123456789" };
const serverLog = { name: "Audit trail", type: ".server-log" };
const loud = { id: "kibana-log", mode: "loud" };
/** As the server starts: nobody reads faster. */
const reading = { confirmReading: 1_000 };

/** One call that must leave everything as it is. */
async function call(tool: string, args: Record<string, unknown>, options: ProductOptions = {}) {
  const made = await product({ env, ...options });
  const before = await made.state();
  const answer = await made.call(tool, args);
  expect(await made.state()).toBe(before);
  expect(made.writes()).toEqual([]);
  expect(await made.journal()).toBe("");
  return { ...answer, questions: made.questions, made, before };
}

const changes: [what: string, tool: string, args: Record<string, unknown>][] = [
  ["a delete", "safe_delete_connector", unused],
  ["a create with a secret to a new host", "create_connector", webhook],
  ["a loud test", "test_connector", loud],
];

describe.each(changes)("%s", (_what, tool, args) => {
  test.each<[string, Person, string]>([
    ["that the person declines", declines, "The person declined. Nothing was written. Do not ask again unless they bring it up."],
    [
      "to which the person sends the form without the tick",
      () => ({ action: "accept", content: { confirm: false } }),
      "The person declined. Nothing was written. Do not ask again unless they bring it up.",
    ],
  ])("%s is not done", async (_how, person, message) => {
    const { isError, body, questions } = await call(tool, args, { person });
    expect(isError).toBe(false);
    expect(body).toMatchObject({ status: "declined", message });
    // What was refused, and why somebody was asked: nothing else of the plan.
    expect(Object.keys(body.plan).sort()).toEqual(["needs_a_person", "summary"]);
    expect(body.warnings).toBeUndefined();
    expect(questions).toHaveLength(1);
  });

  const fails: Person = () => {
    throw new Error("no window to show it in");
  };
  test.each<[string, Person, string, string?]>([
    ["that the client closes", cancels, "closed it without an answer"],
    ["that the client accepts with an empty form", () => ({ action: "accept", content: {} }), "accepted it without the answer"],
    ["that the client answers with an error", fails, "closed it without an answer"],
    ["that the client declines faster than a person reads", declines, "declined it faster than a person reads"],
    [
      "that the client accepts faster than a person reads",
      accepts,
      "accepted it faster than a person reads",
      " If a client approves by itself, its operator can start the server with --confirm page or, for unattended runs, with --dangerously-skip-confirmation. The person approves",
    ],
  ])(
    "%s was not put to a person: the answer says so and has the page, to which the same call leads",
    async (_how, person, did, more = "") => {
      const { body, made, before } = await call(tool, args, { person, settings: reading });
      expect(body).toMatchObject({
        status: "confirmation_needed",
        message: expect.stringMatching(
          new RegExp(
            `^Nothing was written\\. The client was asked and ${did}.*: perhaps nobody saw the question\\. Ask the person in the chat\\.${more}`,
          ),
        ),
        confirm: { id: expect.stringMatching(/^page-/), url: expect.stringMatching(/^http:/) },
      });
      const again = await made.call(tool, args);
      expect(again.body).toMatchObject({ status: "confirmation_needed", confirm: { id: body.confirm.id, url: body.confirm.url } });
      expect(made.questions).toHaveLength(1);
      await look(body.confirm.url);
      made.clock.advance(1_000);
      await approve(body.confirm.url);
      const unnamed = await made.call(tool, args);
      expect(unnamed.body).toMatchObject({
        status: "confirmation_needed",
        message: expect.stringContaining("has approved"),
        confirm: { id: body.confirm.id },
      });
      expect([await made.state(), made.writes()]).toEqual([before, []]);
      expect((await made.call(tool, { ...args, confirm: body.confirm.id })).body.status).toBe("done");
    },
  );

  test("after a client answered by itself, the other questions of the connection go to the page at once", async () => {
    const { made } = await call(tool, args, { person: cancels, settings: reading });
    expect((await made.call("update_connector", { id: "kibana-log", name: "Another" })).body.confirm).toHaveProperty("url");
    expect(made.questions).toHaveLength(1);
  });

  test("that a person closed after a while does not affect other questions", async () => {
    const clock = fakeClock();
    const closes: Person = () => {
      clock.advance(5_000);
      return { action: "cancel" };
    };
    const { made } = await call(tool, args, { person: closes, clock, settings: reading });
    await made.call("update_connector", { id: "kibana-log", name: "Another" });
    expect(made.questions).toHaveLength(2);
  });

  test("that was refused on the page is refused as long as the page lives, in a form too", async () => {
    const clock = fakeClock();
    const { body, made } = await call(tool, args, { clock });
    await refuse(body.confirm.url);
    expect((await made.call(tool, args)).body).toMatchObject({
      status: "declined",
      message: expect.stringContaining("The person declined."),
    });
    clock.advance(11 * 60_000);
    expect((await made.call(tool, args)).body.status).toBe("confirmation_needed");
  });

  test("with --confirm page goes to the page, though the client shows forms", async () => {
    const { body, questions } = await call(tool, args, { person: accepts, settings: { confirm: "page" } });
    expect(body).toMatchObject({ status: "confirmation_needed", confirm: { url: expect.any(String) } });
    expect(questions).toEqual([]);
  });

  test("with --confirm token goes to the token, though the client shows forms", async () => {
    const { body, questions } = await call(tool, args, { person: accepts, settings: { confirm: "token" } });
    expect(body.confirm).not.toHaveProperty("url");
    expect(questions).toEqual([]);
  });

  test("to which nobody answers in time is not done", async () => {
    const { body } = await call(tool, args, { person: neverAnswers, settings: { confirmWait: 60 } });
    expect(body).toMatchObject({
      status: "confirmation_needed",
      message: "No answer within 0.06 seconds. Nothing was written.",
      confirm: { how: "Repeat the same call to ask the person again." },
    });
  });

  test("from a client that cannot ask is not done, nor when the agent repeats it with the id and no person agreed", async () => {
    const { body, made, before } = await call(tool, args);
    expect(body).toMatchObject({ status: "confirmation_needed", message: expect.stringContaining("Nothing was written.") });
    expect((await made.call(tool, { ...args, confirm: body.confirm.id ?? "none" })).body).not.toHaveProperty("status", "done");
    expect([await made.state(), made.writes()]).toEqual([before, []]);
  });

  test("from a client that cannot ask, with --confirm token, waits for the id to come back", async () => {
    const { body } = await call(tool, args, { settings: { confirm: "token" } });
    expect(body).toMatchObject({
      status: "confirmation_needed",
      message: "Nothing was written. Show the plan to the person; only when they agree, repeat the same call with `confirm`.",
      confirm: { id: expect.any(String), how: "Repeat the same arguments with this id as `confirm`.", expires_at: expect.any(String) },
    });
  });

  test("as a dry run is only shown", async () => {
    const { body, questions } = await call(tool, { ...args, dry_run: true }, { person: accepts });
    expect(body).toMatchObject({ status: "planned", message: "Nothing was written. The same call without dry_run performs it." });
    expect(questions).toEqual([]);
  });

  test("with an id where none is accepted is refused", async () => {
    const { body } = await call(tool, { ...args, confirm: "made.up" }, { person: accepts });
    expect(body).toMatchObject({ code: "confirmation_invalid", fix: expect.stringMatching(/^Repeat the call without `confirm`/) });
  });

  test("that is aborted while the person thinks is not done, whatever the person says later", async () => {
    let late: (answer: { action: "accept"; content: { confirm: true } }) => void = () => {};
    const stop = new AbortController();
    const made = await product({
      env,
      person: () => {
        queueMicrotask(() => stop.abort());
        return new Promise((resolve) => {
          late = resolve;
        });
      },
    });
    const before = await made.state();
    await expect(made.call(tool, args, stop.signal)).rejects.toThrow();
    late({ action: "accept", content: { confirm: true } });
    await Promise.allSettled([...made.backend.running.keys()]);
    expect(await made.state()).toBe(before);
    expect(made.writes()).toEqual([]);
  });

  test("that is aborted while it is planned is not done", async () => {
    const stop = new AbortController();
    const made = await product({ env, person: accepts, onRequest: ({ path }) => (path.includes("connector") ? stop.abort() : undefined) });
    const before = await made.state();
    await expect(made.call(tool, args, stop.signal)).rejects.toThrow();
    await Promise.allSettled([...made.backend.running.keys()]);
    expect([await made.state(), made.questions, made.writes()]).toEqual([before, [], []]);
  });

  test("while the journal cannot be read is not done", async () => {
    const file = `${await freshFolder()}/a-file`;
    await writeFile(file, "");
    const { body, questions } = await call(tool, args, { person: accepts, journalDir: `${file}/journal` });
    expect(body.code).toBe("journal_unavailable");
    expect(body.fix).toContain("CONNECTORS_JOURNAL_DIR");
    expect(questions).toEqual([]);
  });

  test("while the journal cannot be written is not done, and nobody is asked in vain", async () => {
    // A dangling link: nothing can be read from it or created in it, not even by root.
    const journalDir = `${await freshFolder()}/link`;
    await symlink("/nowhere/at/all", journalDir);
    const { body, questions } = await call(tool, args, { person: accepts, journalDir });
    expect(body).toMatchObject({
      code: "journal_unavailable",
      message: expect.stringMatching(/^The journal in .*\/link cannot be written \(E[A-Z]+\)\.$/),
      fix: "Free disk space, fix the folder's permissions, or set CONNECTORS_JOURNAL_DIR to a writable folder.",
    });
    expect(questions).toEqual([]);
  });

  test("under --read-only is neither listed nor reachable by name", async () => {
    const made = await product({ env, person: accepts, settings: { access: "read" } });
    const { tools } = await made.client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain(tool);
    const before = await made.state();
    expect((await made.call(tool, args)).body).toEqual({
      code: "read_only",
      message: `${tool} is not available: this server runs with access "read".`,
      fix: "Ask the operator, who sets CONNECTORS_ACCESS.",
    });
    expect([await made.state(), made.calls]).toEqual([before, []]);
  });

  test("in a space outside --spaces is refused", async () => {
    const { body } = await call(tool, args, { person: accepts, settings: { spaces: ["security"] } });
    expect(body).toMatchObject({
      code: "forbidden",
      message: 'The space "default" is not one that this server may use.',
      fix: "It may use: security.",
    });
  });

  test("in a space that does not exist is refused", async () => {
    const { body } = await call(tool, { ...args, space: "securty" }, { person: accepts });
    expect(body).toMatchObject({ code: "space_not_found", message: 'There is no space "securty".', fix: 'Did you mean "security"?' });
  });
});

describe("a write that the operator forbids", () => {
  test.each<[string, string, Record<string, unknown>, string[]]>([
    ["a delete, by id", "safe_delete_connector", unused, ["ops-slack-2"]],
    ["a delete, by a pattern on the id", "safe_delete_connector", unused, ["nothing", "ops-*"]],
    ["a delete, by a pattern on the name in another case", "safe_delete_connector", unused, ["OPS sl?ck"]],
    ["one of several", "safe_delete_connector", { ids: ["kibana-log", "ops-slack-2"] }, ["ops-slack-2"]],
    ["a create under a protected id", "create_connector", { ...serverLog, id: "prod-log" }, ["prod-*"]],
    ["a create under a protected name", "create_connector", { ...serverLog, name: "PROD log" }, ["PROD *"]],
    ["a loud test", "test_connector", loud, ["kibana-log"]],
    ["a near-safe test", "test_connector", { id: "ops-pagerduty", mode: "near_safe" }, ["ops-pagerduty"]],
  ])("%s", async (_what, tool, args, protect) => {
    const { body, questions } = await call(tool, args, { person: accepts, settings: { protect } });
    expect(body).toMatchObject({
      code: "protected",
      message: `The operator protects connectors that match "${protect.at(-1)}": no tool changes them.`,
      fix: "Leave it as it is, or ask the operator to take it out of CONNECTORS_PROTECT.",
    });
    expect(questions).toEqual([]);
  });

  test.each<[string, string, Record<string, unknown>, string]>([
    ["a loud test", "test_connector", loud, "execute"],
    ["a near-safe test", "test_connector", { id: "ops-pagerduty", mode: "near_safe" }, "execute"],
  ])("%s under --access change", async (_what, tool, args, verb) => {
    const { body } = await call(tool, args, { person: accepts, settings: { access: "change" } });
    expect(body).toMatchObject({
      code: "read_only",
      message: `This server runs with access "change", which does not allow it to ${verb} connectors.`,
    });
  });

  test("a delete under --access change", async () => {
    const { body } = await call("safe_delete_connector", unused, { person: accepts, settings: { access: "change" } });
    expect(body.code).toBe("read_only");
  });

  test("a safe test works where all of this is forbidden", async () => {
    const made = await product({ settings: { protect: ["*"], access: "change", maxChangesPerHour: 1 } });
    for (let n = 0; n < 3; n++)
      expect((await made.call("test_connector", { id: "kibana-log" })).body).toMatchObject({ status: "done", result: { ok: true } });
  });

  test("one more change in the hour than allowed; an hour later it is allowed", async () => {
    const clock = fakeClock();
    const made = await product({ clock, settings: { maxChangesPerHour: 2 } });
    await made.call("test_connector", { id: "kibana-log" });
    for (const name of ["One log", "Two log"])
      expect((await made.call("create_connector", { ...serverLog, name })).body.status).toBe("done");
    const before = await made.state();
    expect((await made.call("create_connector", serverLog)).body).toMatchObject({
      code: "limit_reached",
      message: "This server makes at most 2 changes an hour; 2 have been made.",
      fix: expect.stringMatching(
        /^Wait until \S+Z, when there is room again, or ask the operator to raise CONNECTORS_MAX_CHANGES_PER_HOUR\.$/,
      ),
    });
    expect(await made.state()).toBe(before);
    clock.advance(3_600_001);
    expect((await made.call("create_connector", serverLog)).body.status).toBe("done");
  });

  test("several changes at once, together above the limit", async () => {
    const made = await product({ person: accepts, settings: { maxChangesPerHour: 1 } });
    const before = await made.state();
    expect((await made.call("safe_delete_connector", { ids: ["kibana-log", "ops-slack-2"] })).body.code).toBe("limit_reached");
    expect(await made.state()).toBe(before);
  });

  test("calls at the same moment do not slip past the limit together", async () => {
    const made = await product({ settings: { maxChangesPerHour: 1 } });
    const answers = await Promise.all(
      ["Alpha log", "Beta log", "Gamma log"].map((name) => made.call("create_connector", { ...serverLog, name })),
    );
    const told = answers.map(({ body }) => body.status ?? body.code);
    expect(told.filter((one) => one !== "limit_reached" && one !== "done")).toEqual([]);
    expect(told.filter((one) => one === "done").length).toBeLessThanOrEqual(1);
    expect(made.writes()).toHaveLength(told.filter((one) => one === "done").length);
  });
});

/** What the sandbox's Kibana is made to do behind the server's back, and what the call then answers. */
const interference: [what: string, method: string, path: string, body: unknown, expected: Record<string, unknown>][] = [
  [
    "is renamed",
    "PUT",
    "/api/actions/connector/ops-slack-2",
    { name: "Ops Slack (old)", config: {}, secrets: { webhookUrl: "https://hooks.slack.com/services/T0/B0/new" } },
    {
      status: "plan_changed",
      message: expect.stringMatching(/^The target changed .*Nothing was written. Repeat the call to decide on the new plan\.$/),
    },
  ],
  [
    "starts to be used by a rule",
    "POST",
    "/api/alerting/rule/new-rule",
    {
      name: "New rule",
      rule_type_id: ".es-query",
      consumer: "stackAlerts",
      schedule: { interval: "1m" },
      actions: [
        {
          id: "ops-slack-2",
          group: "query matched",
          params: {},
          frequency: { summary: false, notify_when: "onActiveAlert", throttle: null },
        },
      ],
    },
    { code: "in_use" },
  ],
  ["is deleted by somebody else", "DELETE", "/api/actions/connector/ops-slack-2", undefined, { code: "connector_not_found" }],
];

describe("a target that", () => {
  test.each(interference)("%s while the person is asked is left as it is", async (_what, method, path, body, expected) => {
    let after = "";
    const made: Awaited<ReturnType<typeof product>> = await product({
      person: async () => {
        await made.bare(method, path, body);
        after = await made.state();
        return { action: "accept", content: { confirm: true } };
      },
    });
    const answer = await made.call("safe_delete_connector", unused);
    expect(answer.body).toMatchObject(expected);
    expect([await made.state(), made.writes(), await made.journal()]).toEqual([after, [], ""]);
  });

  test.each(interference)("%s between the plan and its id is left as it is", async (_what, method, path, body, expected) => {
    const made = await product({ settings: { confirm: "token" } });
    const { id } = (await made.call("safe_delete_connector", unused)).body.confirm;
    await made.bare(method, path, body);
    const after = await made.state();
    const answer = await made.call("safe_delete_connector", { ...unused, confirm: id });
    expect(answer.body).toMatchObject(
      expected.status === "plan_changed" ? { code: "confirmation_invalid", detail: { reason: "target_changed" } } : expected,
    );
    expect([await made.state(), made.writes()]).toEqual([after, []]);
  });

  test("has its id taken while the person is asked is not written over", async () => {
    let after = "";
    const made: Awaited<ReturnType<typeof product>> = await product({
      env,
      person: async () => {
        await made.bare("POST", "/api/actions/connector/incident-intake", { name: "Mine", connector_type_id: ".server-log" });
        after = await made.state();
        return { action: "accept", content: { confirm: true } };
      },
    });
    expect((await made.call("create_connector", webhook)).body.status).toBe("plan_changed");
    expect([await made.state(), made.writes()]).toEqual([after, []]);
  });

  test("is to be changed by two calls at once is changed by one", async () => {
    const made = await product({ person: accepts });
    const answers = await Promise.all([made.call("safe_delete_connector", unused), made.call("safe_delete_connector", unused)]);
    expect(answers.map(({ body }) => body.status ?? body.code).sort()).toEqual(["connector_not_found", "done"]);
    expect(made.writes()).toHaveLength(1);
  });
});

describe("a confirm id", () => {
  async function issued(options: ProductOptions = {}) {
    const made = await product({ env, ...options, settings: { confirm: "token", ...options.settings } });
    const { confirm } = (await made.call("safe_delete_connector", unused)).body;
    return { ...made, id: confirm.id as string, expires: confirm.expires_at as string };
  }

  async function refused(
    made: Awaited<ReturnType<typeof product>>,
    args: Record<string, unknown>,
    reason: string,
    message: string,
    tool = "safe_delete_connector",
  ) {
    const before = [await made.state(), await made.journal(), made.writes().length];
    const { body } = await made.call(tool, args);
    expect(body).toEqual({
      code: "confirmation_invalid",
      message: `The \`confirm\` id ${message}. Nothing was written.`,
      fix: "Repeat the call without `confirm`, show the new plan to the person, and use the id that comes with it.",
      detail: { reason },
    });
    expect([await made.state(), await made.journal(), made.writes().length]).toEqual(before);
  }

  test("expires after ten minutes", async () => {
    const made = await issued();
    expect(Date.parse(made.expires)).toBe(made.clock.now() + 600_000);
    made.clock.advance(600_000);
    await refused(made, { ...unused, confirm: made.id }, "expired", "has expired");
  });

  test("works once", async () => {
    const made = await issued();
    expect((await made.call("safe_delete_connector", { ...unused, confirm: made.id })).body.status).toBe("done");
    // The same target is there again: the plan is exactly the same.
    await made.bare("POST", "/api/actions/connector/ops-slack-2", {
      name: "Ops Slack",
      connector_type_id: ".slack",
      config: {},
      secrets: { webhookUrl: "https://hooks.slack.com/services/T0SEED/B0OLD/revoked-last-year" },
    });
    await refused(made, { ...unused, confirm: made.id }, "used", "was already used: each works once");
  });

  test("works once even if it comes twice at the same moment", async () => {
    const made = await issued();
    const call = () => made.call("safe_delete_connector", { ...unused, confirm: made.id });
    const answers = await Promise.all([call(), call()]);
    expect(answers.filter(({ body }) => body.status === "done")).toHaveLength(1);
    expect(made.writes()).toHaveLength(1);
  });

  test.each([
    ["made up", () => "abc.def.ghi.jkl.mno"],
    ["with another expiry", (id: string) => id.replace(/^[^.]+/, (time) => (Number.parseInt(time, 36) + 3_600_000).toString(36))],
    ["cut short", (id: string) => id.slice(0, -2)],
  ])("%s is foreign", async (_what, forge) => {
    const made = await issued();
    await refused(made, { ...unused, confirm: forge(made.id) }, "foreign", "was not issued by this server (or it was restarted since)");
  });

  test("of another server is foreign", async () => {
    const [made, other] = [await issued(), await issued()];
    await refused(made, { ...unused, confirm: other.id }, "foreign", "was not issued by this server (or it was restarted since)");
  });

  test("does not work for other arguments", async () => {
    const made = await issued();
    await refused(
      made,
      { ids: ["kibana-log"], confirm: made.id },
      "other_change",
      "was issued for another call: the tool or its arguments differ",
    );
  });

  test("does not work for another tool", async () => {
    const made = await issued();
    await refused(
      made,
      { ...loud, confirm: made.id },
      "other_change",
      "was issued for another call: the tool or its arguments differ",
      "test_connector",
    );
  });

  test("of one connection works for the same call on another of the same server", async () => {
    const made = await issued();
    const second = await connect(made.backend, made.settings, undefined);
    expect((await second.call("safe_delete_connector", { ...unused, confirm: made.id })).body.status).toBe("done");
  });
});
