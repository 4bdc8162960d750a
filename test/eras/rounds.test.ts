import { describe, expect, test } from "vitest";
import { seal } from "../../src/sealed.ts";
import { approve, refuse } from "../pages/form.ts";
import { fakeClock } from "../support/clock.ts";
import { freshFolder } from "../support/folder.ts";
import { holder, servedProduct } from "../support/http.ts";
import { callInRounds, closed, named, no, type Round, yes } from "../support/rounds.ts";

type Args = Record<string, unknown>;
type Served = Awaited<ReturnType<typeof servedProduct>>;
type Options = Parameters<typeof servedProduct>[0];

const key = { confirmKey: seal("a-key-that-all-replicas-share", "key") };
const trail = { auditConnector: { space: "default", id: "alert-audit-index" } };
const minutes = (count: number) => count * 60_000;
/** Runs once for each yes: nothing in Kibana tells the second run from the first. */
const run: [string, Args] = ["execute_connector", { id: "kibana-log", params: { message: "hello" } }];
const remove: [string, Args] = ["safe_delete_connector", { ids: ["ops-slack-2"] }];

const on =
  (served: Served) =>
  ([tool, args]: [string, Args], round: Round = {}) =>
    callInRounds(served.send, tool, args, round);

const runsOf = async (served: Served) => (await served.deliveries()).filter((one) => one.connector_id === "kibana-log").length;

/** Another process on the same Kibana. */
function beside(first: Served, options: Options = {}): Promise<Served> {
  const { kibana } = first.settings;
  return servedProduct({ ...options, settings: { ...(kibana && { url: kibana.url }), ...options.settings } });
}

const invalid = (reason: string) => ({ code: "confirmation_invalid", detail: { reason } });

describe("a question of the second era", () => {
  test("is a result at once, and its state has neither names nor values", async () => {
    const served = await servedProduct({
      env: { CONNECTOR_SECRET_HOOK: "https://hooks.slack.com/services/T0/B0/canary-4f6e0c" },
    });
    const args = { name: "Team chat", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } };
    const { asked, state, text } = await on(served)(["create_connector", args]);
    expect(asked.form).toMatchObject({
      method: "elicitation/create",
      params: { mode: "form", message: expect.stringContaining("Team chat"), requestedSchema: { required: ["confirm"] } },
    });
    expect(text).not.toContain("4f6e0c");
    expect(state).toMatch(/^[\w.-]{60,160}$/);
    for (const part of state.split(".")) expect(Buffer.from(part, "base64url").toString("latin1")).not.toMatch(/team|chat|slack|hook/i);
    expect(served.writes()).toEqual([]);
    expect((await on(served)(["create_connector", args], { state, answers: yes })).body).toMatchObject({ status: "done", asked: "form" });
  });

  test.each<[string, (first: Served, clock: ReturnType<typeof fakeClock>, options: Options) => Promise<Served>]>([
    [
      "after nine minutes",
      async (first, clock) => {
        clock.advance(minutes(9));
        return first;
      },
    ],
    [
      "after a restart",
      async (first, _clock, options) => {
        await first.entry.drain();
        await first.backend.close();
        return beside(first, options);
      },
    ],
    ["by another replica", (first, _clock, options) => beside(first, options)],
  ])("that is answered %s is honoured once", async (_when, then) => {
    const clock = fakeClock();
    const options = { clock, journalDir: await freshFolder(), settings: { ...key } };
    const first = await servedProduct(options);
    const { state } = await on(first)(run);
    expect(await runsOf(first)).toBe(0);
    const second = await then(first, clock, options);
    expect((await on(second)(run, { state, answers: yes })).body).toMatchObject({ status: "done", asked: "form" });
    for (const served of second === first ? [first] : [second, await beside(first, options)])
      expect((await on(served)(run, { state, answers: yes })).body).toMatchObject(invalid("used"));
    expect(await runsOf(first)).toBe(1);
  });

  test("that two replicas are told the answer of at the same time is honoured once", async () => {
    const options = { clock: fakeClock(), journalDir: await freshFolder(), settings: { ...key } };
    const first = await servedProduct(options);
    const second = await beside(first, options);
    const { state } = await on(first)(run);
    const answers = await Promise.all([first, second, first, second].map((one) => on(one)(run, { state, answers: yes })));
    expect(answers.filter(({ body }) => body.status === "done")).toHaveLength(1);
    expect(await runsOf(first)).toBe(1);
  });

  test.each<[string, (state: string, served: Served, clock: ReturnType<typeof fakeClock>) => unknown, string]>([
    ["forged", (state) => ({ state: `${state.slice(0, -2)}${state.endsWith("AA") ? "BB" : "AA"}` }), "foreign"],
    ["for a form made of a page's", (state) => ({ state: state.replace(".form.", ".page-x.") }), "foreign"],
    ["empty", () => ({ state: "" }), "foreign"],
    ["of another principal", (state) => ({ state, holder: "bob" }), "other_change"],
    ["of other arguments", (state) => ({ state, call: ["safe_delete_connector", { ids: ["imported-pagerduty"] }] }), "other_change"],
    ["of another tool", (state) => ({ state, call: run }), "other_change"],
    [
      "expired",
      (state, _served, clock) => {
        clock.advance(minutes(10));
        return { state };
      },
      "expired",
    ],
  ])("writes nothing where its state is %s", async (_what, change, reason) => {
    const clock = fakeClock();
    const served = await servedProduct({ clock, http: { tokens: [holder("ann"), holder("bob")] } });
    const { state } = await on(served)(remove, { holder: "ann" });
    const { call = remove, ...round } = change(state, served, clock) as Round & { call?: [string, Args] };
    const { body } = await on(served)(call, { holder: "ann", answers: yes, ...round });
    expect(body).toMatchObject(invalid(reason));
    expect(served.writes()).toEqual([]);
  });

  test("writes nothing where its state is a token, nor is its state a token", async () => {
    const tokens = await servedProduct({ settings: { ...key, confirm: "token" } });
    const { body } = await on(tokens)(remove);
    expect((await on(tokens)(remove, { state: body.confirm.id, answers: yes })).body).toMatchObject(invalid("foreign"));
    const forms = await beside(tokens, { settings: { ...key } });
    const { state } = await on(forms)(remove);
    const [tool, args] = remove;
    expect((await on(tokens)([tool, { ...args, confirm: state }])).body).toMatchObject(invalid("foreign"));
    expect(tokens.writes()).toEqual([]);
  });

  test("that was answered with no is not answered with yes afterwards", async () => {
    const served = await servedProduct();
    const { state } = await on(served)(remove);
    expect((await on(served)(remove, { state, answers: no })).body).toMatchObject({ status: "declined" });
    expect((await on(served)(remove, { state, answers: yes })).body).toMatchObject(invalid("used"));
    expect(served.writes()).toEqual([]);
  });

  test("is asked again where the target has changed meanwhile", async () => {
    const served = await servedProduct();
    const rename: [string, Args] = ["update_connector", { id: "kibana-log", name: "Ours" }];
    const { state } = await on(served)(rename);
    await served.bare("PUT", "/api/actions/connector/kibana-log", { name: "Theirs", config: {}, secrets: {} });
    const { body } = await on(served)(rename, { state, answers: yes });
    expect(body).toMatchObject({ status: "plan_changed" });
    expect(served.writes()).toEqual([]);
  });

  test.each<[string, Round["answers"] | undefined, number]>([
    ["accepted faster than a person reads", yes, 200],
    ["declined faster than a person reads", no, 200],
    ["closed without an answer", closed, 5_000],
    ["accepted without content", { form: { action: "accept" } }, 5_000],
    ["brought back with nothing", undefined, 5_000],
    ["answered under another key", { other: { action: "accept", content: { confirm: true } } }, 5_000],
  ])("that is %s was seen by nobody: the page is next, and nothing is written", async (_how, answers, after) => {
    const clock = fakeClock();
    const served = await servedProduct({ clock, settings: { confirmReading: 1_000 } });
    const { state } = await on(served)(remove);
    clock.advance(after);
    const { body } = await on(served)(remove, { state, ...(answers && { answers }) });
    expect(body).toMatchObject({ status: "confirmation_needed", confirm: { url: expect.stringContaining("http://127.0.0.1") } });
    expect(served.writes()).toEqual([]);
  });

  test.each<[string, object]>([
    ["no elicitation", {}],
    ["elicitation of addresses only, for a form", { elicitation: { url: {} } }],
  ])("is never put to a client with %s", async (_what, capabilities) => {
    const served = await servedProduct();
    const { body, asked, text } = await on(served)(remove, { capabilities });
    expect(text).not.toContain("-32021");
    if (asked) expect(asked.page).toMatchObject({ params: { mode: "url", url: expect.stringContaining("http://127.0.0.1") } });
    else expect(body).toMatchObject({ status: "confirmation_needed", confirm: { url: expect.any(String) } });
  });

  test("is a form where no kind of elicitation is named", async () => {
    const served = await servedProduct();
    expect((await on(served)(remove, { capabilities: { elicitation: {} } })).asked.form.params.mode).toBe("form");
  });
});

describe("an address that the client shows", () => {
  const shows = { capabilities: { elicitation: { url: {} } } };
  const accepted = { page: { action: "accept" } };
  const hook = "https://hooks.slack.com/services/T00/B00/canary-4f6e0c";
  const typed: [string, Args] = ["create_connector", { name: "Search on-call", type: ".slack", secrets: { webhookUrl: { $ask: true } } }];

  test("leads to the page for secrets, and what was typed there is used as soon as the client says so", async () => {
    const served = await servedProduct();
    const { asked, state, text } = await on(served)(typed, shows);
    expect((await approve(asked.page.params.url, { "secrets.webhookUrl": hook })).html).toContain("Approved");
    const { body, text: last } = await on(served)(typed, { ...shows, state, answers: accepted });
    expect(body).toMatchObject({ status: "done", asked: "page" });
    expect(text + last + (await served.journal())).not.toContain("4f6e0c");
    expect((await on(served)(typed, { ...shows, state, answers: accepted })).body).toMatchObject(invalid("used"));
  });

  test("and that nobody has answered yet is waited for without a call, and no answer has the address", async () => {
    const served = await servedProduct();
    const { asked, state } = await on(served)(remove, shows);
    const { body, text } = await on(served)(remove, { ...shows, state, answers: accepted });
    expect(body).toMatchObject({ status: "confirmation_needed", message: expect.stringContaining("on the page that their client shows") });
    expect(text).not.toContain(new URL(asked.page.params.url).host);
    await approve(asked.page.params.url);
    const [tool, args] = remove;
    expect((await on(served)([tool, { ...args, confirm: body.confirm.id }], shows)).body).toMatchObject({ status: "done", asked: "page" });
  });

  test.each([
    ["declines it", { page: { action: "decline" } }, async () => {}, "declined"],
    ["says nothing of it", {}, async () => {}, "confirmation_needed"],
    ["accepts it, and the page was refused", accepted, async (url: string) => void (await refuse(url)), "declined"],
  ] as const)("and %s: nothing is written", async (_how, answers, onPage, status) => {
    const served = await servedProduct();
    const { asked, state } = await on(served)(remove, shows);
    await onPage(asked.page.params.url);
    expect((await on(served)(remove, { ...shows, state, answers })).body).toMatchObject({ status });
    expect(served.writes()).toEqual([]);
  });

  test("faster than a person reads was perhaps not shown: the answer has it too", async () => {
    const served = await servedProduct({ settings: { confirmReading: 1_000 } });
    const { asked, state } = await on(served)(remove, shows);
    const { body } = await on(served)(remove, { ...shows, state, answers: accepted });
    expect(body.confirm.url).toBe(asked.page.params.url);
    expect(body.message).toContain("faster than a person reads");
  });
});

describe("what has to be typed or known", () => {
  /** Nobody can list the conversations of others, and it ran: the person types the name. */
  async function withModel(options: Options = {}) {
    const served = await servedProduct(options);
    await served.bare("POST", "/api/actions/connector/model", {
      name: "Model",
      connector_type_id: ".gen-ai",
      config: { apiProvider: "Other", apiUrl: "https://llm.example.com/v1", defaultModel: "m" },
      secrets: { apiKey: "k" },
    });
    const params = { subAction: "test", subActionParams: { body: "{}" } };
    await served.bare("POST", "/api/actions/connector/model/_execute", { params });
    return served;
  }
  const model: [string, Args] = ["safe_delete_connector", { ids: ["model"] }];

  test.each<[string, Options]>([
    ["a server with sessions", {}],
    ["a stateless one", { http: { stateless: true }, settings: { ...key, ...trail } }],
    ["a stateless one that gives tokens", { http: { stateless: true }, settings: { ...key, ...trail, confirm: "token" } }],
  ])("a name is typed to %s, and only the right one counts", async (_what, options) => {
    const served = await withModel(options);
    const first = await on(served)(model);
    expect(first.asked.form.params.requestedSchema.required).toEqual(["name"]);
    expect((await on(served)(model, { state: first.state, answers: named("Mode1") })).body).toMatchObject({ status: "declined" });
    expect((await on(served)(model, { state: first.state, answers: named("Model") })).body).toMatchObject(invalid("used"));
    const again = await on(served)(model);
    expect((await on(served)(model, { state: again.state, answers: named("Model") })).body).toMatchObject({
      status: "done",
      asked: "form",
    });
  });

  const update: [string, Args] = [
    "update_connector",
    { id: "deploy-hook", secrets: { user: { $env: "CONNECTOR_SECRET_USER" }, password: { $env: "CONNECTOR_SECRET_HOOK" } } },
  ];
  test.each([
    ["yes", "done"],
    ["no", "secrets_needed"],
    ["do not know", "secrets_needed"],
  ])("a statement that only a person knows, answered with %s: %s", async (answer, outcome) => {
    const served = await servedProduct({ env: { CONNECTOR_SECRET_HOOK: "hunter2-hunter2", CONNECTOR_SECRET_USER: "kibana" } });
    await served.fault("error", { path: "/secret_headers", times: 10 });
    const { asked, state, body: refused } = await on(served)(update);
    expect([asked?.form.params.requestedSchema.required, refused]).toEqual([["nothing_else"], undefined]);
    const { body } = await on(served)(update, { state, answers: { form: { action: "accept", content: { nothing_else: answer } } } });
    expect(body.status ?? body.code).toBe(outcome);
  });
});

describe("a stateless server", () => {
  const stateless = (settings: NonNullable<Options>["settings"]) =>
    servedProduct({ http: { stateless: true }, settings: { ...trail, ...settings } });

  test("asks in a form with the key that its replicas share", async () => {
    const served = await stateless(key);
    const { state } = await on(served)(remove);
    expect((await on(served)(remove, { state, answers: yes })).body).toMatchObject({ status: "done", asked: "form" });
  });

  test("asks nobody without the key, and says that it is missing", async () => {
    const served = await stateless({});
    const { body } = await on(served)(remove);
    expect(body).toMatchObject({ code: "confirmation_invalid", fix: "Have the operator set CONNECTORS_CONFIRM_KEY." });
  });

  test("says to a client that shows no forms which one could", async () => {
    const served = await stateless(key);
    const { body } = await on(served)(remove, { capabilities: {} });
    expect(body).toMatchObject({ code: "confirmation_invalid", message: expect.stringContaining("protocol 2026-07-28") });
  });

  test("still refuses what nothing in Kibana would show: sent twice it would be done twice", async () => {
    const served = await stateless(key);
    expect((await on(served)(run)).body).toMatchObject({ code: "forbidden" });
  });
});
