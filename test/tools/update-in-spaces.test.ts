import { describe, expect, test } from "vitest";
import { accepts, declines, doesNotKnow, type ProductOptions, product } from "../support/product.ts";
import { refusing } from "../support/refusing.ts";
import { documentOf, references, seedConnector } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;
type Made = Awaited<ReturnType<typeof product>>;

const jira = (projectKey: string) => ({ apiUrl: "https://jira.example.com", projectKey });
const stored = { email: "a@example.com", apiToken: "canary-old-token" };
const fresh = references({ email: "a@example.com", apiToken: "canary-new-token" });
const webhook = (more: Args = {}) => ({ url: "https://hooks.example.com/a", method: "post", hasAuth: false, ...more });
const basic = webhook({ hasAuth: true, authType: "webhook-authentication-basic" });

async function empty(options: ProductOptions = {}) {
  return product({
    person: accepts,
    env: fresh.env,
    ...options,
    sandbox: { empty: true, spaces: ["a", "b", "c"], ...options.sandbox },
  });
}

/** Copies of one connector: in `default`, a and b, each with its own project. */
async function copies(made: Made) {
  for (const [id, space] of [
    ["tickets", undefined],
    ["tickets-a", "a"],
    ["tickets-b", "b"],
  ] as const)
    await seedConnector(made, { id, name: "Tickets", type: ".jira", config: jira(id), secrets: stored, ...(space && { space }) });
}

/** `a updated tickets-a` */
const rows = (body: { result: { rows: { space: string; state: string; id?: string }[] } }) =>
  body.result.rows.map(({ space, state, id }) => [space, state, id].filter((one) => one !== undefined).join(" "));

const update = async (made: Made, args: Args) => (await made.call("update_connector", args)).body;

describe("a secret", () => {
  test("goes nowhere where one id of a list is gone, though a connector has the list as its name", async () => {
    const made = await empty();
    await copies(made);
    const evil = { ...jira("x"), apiUrl: "https://evil.example.net" };
    for (const [n, list] of ["tickets,nobody", "tickets,"].entries()) {
      await seedConnector(made, { id: `other-${n}`, name: list, type: ".jira", config: evil, secrets: stored, space: "c" });
      const body = await update(made, { id: list, space: "*", secrets: fresh.args });
      expect(JSON.stringify(body)).not.toContain("evil.example.net");
    }
  });

  test("goes to those that are named by their ids, not to one that has this list as its name", async () => {
    const made = await empty();
    await copies(made);
    const evil = { ...jira("x"), apiUrl: "https://evil.example.net" };
    await seedConnector(made, { id: "other", name: "tickets,tickets-a", type: ".jira", config: evil, secrets: stored, space: "c" });
    const body = await update(made, { id: "tickets,tickets-a", space: "*", secrets: fresh.args });
    expect(rows(body)).toEqual(expect.arrayContaining(["default updated tickets", "a updated tickets-a"]));
    expect(rows(body)).not.toContain("c updated other");
    expect(made.questions.map(({ message }) => message).join()).not.toContain("evil.example.net");
  });

  test.each<[string, Args]>([
    ["by its name, in all spaces", { id: "Tickets", space: "*" }],
    ["by the id of one of them", { id: "tickets-a", space: "a,default,b" }],
    ["by all ids", { id: "tickets, tickets-a,tickets-b", space: "*" }],
  ])("is rotated in all copies, %s: one question, and each keeps its config", async (_how, args) => {
    const made = await empty();
    await copies(made);
    const body = await update(made, { ...args, secrets: fresh.args });
    expect(body).toMatchObject({
      status: "done",
      asked: "form",
      result: { counts: { updated: 3 }, secrets_stored: ["email", "apiToken"] },
    });
    expect(made.questions).toHaveLength(1);
    const { message } = made.questions[0] ?? { message: "" };
    for (const one of ["default (tickets)", "a (tickets-a)", "b (tickets-b)"]) expect(message).toContain(one);
    expect(message.match(/CONNECTOR_SECRET_APITOKEN → jira\.example\.com/g)).toHaveLength(1);
    const documents = await Promise.all(["tickets", "tickets-a", "tickets-b"].map((id) => documentOf(made, id)));
    expect(documents.map((one) => one?.config.projectKey)).toEqual(["tickets", "tickets-a", "tickets-b"]);
    const own = await seedConnector(made, {
      id: "own",
      type: ".jira",
      config: jira("x"),
      secrets: { ...stored, apiToken: "canary-new-token" },
    });
    expect(new Set(documents.map((one) => one?.secrets))).toEqual(new Set([own.secrets]));
    expect(JSON.stringify([body, message])).not.toContain("canary");
    expect(body.undo).toEqual({ tool: "undo_change", args: { change: body.change }, note: expect.stringContaining("secrets") });
  });

  test("that would be lost in one of them leaves that one as it is, and says so", async () => {
    const made = await empty();
    for (const [id, space, config, secrets] of [
      ["hook-a", "a", webhook(), {}],
      ["hook-b", "b", basic, { user: "u", password: "canary-password" }],
      ["hook-c", "c", webhook(), {}],
    ] as const)
      await seedConnector(made, { id, space, name: "Hook", type: ".webhook", config, secrets });
    const before = await documentOf(made, "hook-b");
    const body = await update(made, { id: "Hook", space: "a,b,c", config: { method: "put" } });
    expect(body).toMatchObject({ status: "done", result: { counts: { left_out: 1, updated: 2 } } });
    expect(body.result.rows[0]).toMatchObject({
      space: "b",
      id: "hook-b",
      state: "left_out",
      why: expect.stringMatching(/user and password/),
    });
    expect(await documentOf(made, "hook-b")).toEqual(before);
    expect(made.questions[0]?.message).toContain("Left out");
  });

  test("that only a person can know of is asked of each copy, and anything but yes writes nothing", async () => {
    const made = await empty({ person: doesNotKnow });
    for (const space of ["a", "b"])
      await seedConnector(made, { id: `hook-${space}`, space, name: "Hook", type: ".webhook", config: webhook() });
    await made.fault("error", { path: "/secret_headers", times: 100 });
    const { code, message } = await update(made, { id: "Hook", space: "a,b", config: { method: "put" } });
    expect([code, message]).toEqual(["secrets_needed", expect.stringContaining("Of each of these connectors")]);
    expect(made.writes()).toEqual([]);
  });

  test("goes to no host that somebody else's connector of that name has: by name it is unclear, by id that one is left out", async () => {
    const made = await empty();
    await copies(made);
    const theirs = { apiUrl: "https://jira.evil.example", projectKey: "X" };
    await seedConnector(made, { id: "theirs", space: "c", name: "Tickets", type: ".jira", config: theirs, secrets: stored });
    const before = await documentOf(made, "theirs");
    expect(await update(made, { id: "Tickets", space: "*", secrets: fresh.args })).toMatchObject({
      code: "ambiguous_connector",
      message: expect.stringMatching(/jira\.example\.com \(.*tickets.*\); jira\.evil\.example \(theirs\)/),
    });
    expect(made.writes()).toEqual([]);
    const body = await update(made, { id: "tickets-a", space: "*", secrets: fresh.args });
    expect(body.result.counts).toEqual({ left_out: 1, updated: 3 });
    expect(body.result.rows[0]).toMatchObject({ id: "theirs", why: expect.stringContaining("jira.evil.example") });
    expect([made.questions.at(-1)?.message.includes("→ jira.evil.example"), await documentOf(made, "theirs")]).toEqual([false, before]);
    // Named by their ids, they are meant, and the person sees both hosts.
    expect((await update(made, { id: "tickets-a,theirs", space: "*", secrets: fresh.args })).result.counts).toMatchObject({ updated: 2 });
    expect(made.questions.at(-1)?.message).toContain("→ jira.evil.example");
  });

  test("that is needed in all of them is asked for as for one", async () => {
    const made = await empty();
    await copies(made);
    expect(await update(made, { id: "Tickets", space: "*", config: { projectKey: "NEW" } })).toMatchObject({
      code: "secrets_needed",
      detail: { required: ["email", "apiToken"] },
    });
  });
});

describe("which copies are meant", () => {
  test("each space says what became of its own: unchanged, not there, of another type, one of two", async () => {
    const made = await empty({ sandbox: { spaces: ["a", "b", "c", "d", "e"] } });
    const log = (id: string, space: string, index: string) =>
      seedConnector(made, { id, space, name: "Trail", type: ".index", config: { index } });
    await log("trail-a", "a", "old");
    await log("trail-b", "b", "new");
    await seedConnector(made, { id: "trail-c", space: "c", name: "Trail", type: ".server-log" });
    await log("trail-d", "d", "old");
    await log("trail-d2", "d", "old");
    const body = await update(made, { id: "Trail", space: "a,b,c,d,e", config: { index: "new" } });
    expect(rows(body)).toEqual(["d left_out", "c not_there", "e not_there", "a updated trail-a", "b unchanged trail-b"]);
    expect(body.result.rows.map(({ why }: { why?: string }) => why ?? "").slice(0, 2)).toEqual([
      "trail-d and trail-d2 have that name and type: say by id which one is meant",
      "what has that name there is of type .server-log",
    ]);
    expect(await update(made, { id: "Trail", space: "b,d", config: { index: "new" } })).toMatchObject({
      status: "no_change",
      message: "Nothing was written. What was left out is not as the call asks.",
    });
    expect(await update(made, { id: "Trail", space: "d,e", config: { index: "new" } })).toMatchObject({
      code: "ambiguous_connector",
      message: "In d, trail-d and trail-d2 have that name and type: say by id which one is meant.",
    });
    // By the id of one of two the others are found all the same; all spaces are those that have it.
    expect(rows(await update(made, { id: "trail-d2", space: "*", config: { index: "newer" } }))).toEqual([
      "a updated trail-a",
      "b updated trail-b",
      "d updated trail-d2",
    ]);
    expect((await documentOf(made, "trail-d"))?.config.index).toBe("old");
  });

  test.each<[string, Args, object]>([
    ["a name that no space has", { id: "Nothing", space: "a,b" }, { code: "connector_not_found" }],
    [
      "an id that is in another space",
      { id: "tickets", space: "a,b" },
      { code: "connector_not_found", fix: expect.stringContaining('space "a,b,default"'), detail: { elsewhere: [{ space: "default" }] } },
    ],
    [
      "ids of which one is nowhere",
      { id: "tickets-a,tickets-x", space: "a,b" },
      { code: "connector_not_found", message: expect.stringContaining("tickets-x") },
    ],
    [
      "ids of two types",
      { id: "tickets-a,log", space: "a,default" },
      { code: "invalid_arguments", message: expect.stringContaining("of type .server-log") },
    ],
    ["a system connector", { id: "system-connector-.cases", space: "a,b" }, { code: "system_action" }],
    ["a space that is none", { id: "Tickets", space: "a,x" }, { code: "space_not_found" }],
  ])("%s is refused", async (_what, args, error) => {
    const made = await empty();
    await copies(made);
    await seedConnector(made, { id: "log", type: ".server-log" });
    expect(await update(made, { ...args, name: "Other" })).toMatchObject(error);
    expect(made.writes()).toEqual([]);
  });

  test("a preconfigured connector is refused as in one space", async () => {
    const made = await empty({ sandbox: { empty: false } });
    expect((await update(made, { id: "ops-mail-preconfigured", space: "*", name: "x" })).code).toBe("preconfigured");
  });

  test("nothing to change is no change, and no question", async () => {
    const made = await empty();
    await copies(made);
    const body = await update(made, { id: "Tickets", space: "a,b,c", name: "Tickets" });
    expect([body.status, rows(body), made.questions]).toEqual([
      "no_change",
      ["c not_there", "a unchanged tickets-a", "b unchanged tickets-b"],
      [],
    ]);
  });
});

describe("the question", () => {
  test("says first what is removed, and for which spaces the change differs", async () => {
    const made = await empty({ person: declines });
    const log = (id: string, space: string, more: Args) =>
      seedConnector(made, { id, space, name: "Trail", type: ".index", config: { index: "i", executionTimeField: "at", ...more } });
    await log("trail-a", "a", {});
    await log("trail-b", "b", { index: "j" });
    const body = await update(made, { id: "Trail", space: "a,b", config: { index: "k", executionTimeField: null } });
    expect(body.status).toBe("declined");
    const lines = made.questions[0]?.message.split("\n") ?? [];
    expect(lines[0]).toMatch(/Update connector "Trail" \(\.index\) in 2 spaces: a, b\. It removes config\.executionTimeField\.$/);
    expect(lines).toContainEqual(expect.stringMatching(/^In a: Before: .*"index":"i"/));
    expect(lines).toContainEqual(expect.stringMatching(/^In b: Before: .*"index":"j"/));
    expect(made.writes()).toEqual([]);
  });

  test("no longer holds if one of the copies changes meanwhile", async () => {
    const made: Made = await empty({
      person: async () => {
        await made.bare("PUT", "/s/b/api/actions/connector/trail-b", { name: "Trail", config: { index: "theirs" }, secrets: {} });
        return { action: "accept", content: { confirm: true } };
      },
    });
    for (const space of ["a", "b"])
      await seedConnector(made, { id: `trail-${space}`, space, name: "Trail", type: ".index", config: { index: "i" } });
    expect((await update(made, { id: "Trail", space: "a,b", config: { index: "k" } })).status).toBe("plan_changed");
    expect(made.writes()).toEqual([]);
  });
});

describe("what goes wrong", () => {
  test("in one space is its row; the call made again does what is left", async () => {
    const made = await empty();
    for (const space of ["a", "b", "c"])
      await seedConnector(made, { id: `trail-${space}`, space, name: "Trail", type: ".index", config: { index: "i" } });
    const { call } = await refusing(made, { method: "PUT", path: "/s/b/" });
    const args = { id: "Trail", space: "*", config: { index: "k" } };
    const { body } = await call("update_connector", args);
    expect([body.status, rows(body)]).toEqual(["partial", ["b failed trail-b", "a updated trail-a", "c updated trail-c"]]);
    expect(rows((await call("update_connector", args)).body)).toEqual(["b updated trail-b", "a unchanged trail-a", "c unchanged trail-c"]);
    const undone = (await call("undo_change", { change: body.change })).body;
    expect([
      undone.result.counts,
      (await documentOf(made, "trail-a"))?.config.index,
      (await documentOf(made, "trail-b"))?.config.index,
    ]).toEqual([{ updated: 2 }, "i", "k"]);
  });

  test("a protected copy stops all, and says which could go", async () => {
    const made = await empty({ settings: { protect: ["trail-b"] } });
    for (const space of ["a", "b"])
      await seedConnector(made, { id: `trail-${space}`, space, name: "Trail", type: ".index", config: { index: "i" } });
    const body = await update(made, { id: "Trail", space: "a,b", config: { index: "k" } });
    expect(body).toMatchObject({ code: "protected", detail: { could_go: ["trail-a"] } });
    expect(made.writes()).toEqual([]);
  });
});

test("a new name reaches the workflows of each space that name it, and an undo takes all of it back", async () => {
  const url = "https://hooks.slack.com/services/T/x/x";
  const of = references({ webhookUrl: url });
  const made = await empty({ env: of.env });
  const text = (name: string) =>
    `name: Tell\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: slack\n    connector-id: ${name}\n    with:\n      message: x\n`;
  const texts = async () =>
    Promise.all(
      ["a", "b"].map(async (space) => JSON.parse(await made.bare("GET", `/s/${space}/api/workflows/workflow/tell-${space}`)).yaml),
    );
  for (const space of ["a", "b"]) {
    await seedConnector(made, { id: `chat-${space}`, space, name: "Chat", type: ".slack", secrets: { webhookUrl: url } });
    await made.bare("POST", `/s/${space}/api/workflows/workflow`, { id: `tell-${space}`, yaml: text("Chat") });
  }
  const body = await update(made, { id: "Chat", space: "a,b", name: "Ops chat", secrets: of.args });
  expect(body).toMatchObject({ status: "done", result: { counts: { updated: 2 }, workflows: [{ space: "a" }, { space: "b" }] } });
  expect(made.questions[0]?.message).toMatch(/Workflows \(2\): .* in space a; .* in space b/);
  expect(await texts()).toEqual([text("chat-a"), text("chat-b")]);
  const undone = (await made.call("undo_change", { change: body.change, secrets: of.args })).body;
  expect(undone).toMatchObject({ status: "done", result: { counts: { updated: 2 }, workflows: [{ space: "b" }, { space: "a" }] } });
  expect([await texts(), (await documentOf(made, "chat-b"))?.name]).toEqual([[text("Chat"), text("Chat")], "Chat"]);
});
