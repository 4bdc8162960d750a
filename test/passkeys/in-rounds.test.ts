import { describe, expect, test } from "vitest";
import { seal } from "../../src/sealed.ts";
import { softAuthenticator } from "../support/authenticator.ts";
import { fakeClock } from "../support/clock.ts";
import { freshFolder } from "../support/folder.ts";
import { servedProduct } from "../support/http.ts";
import { enrollKey, sendForm, signPage } from "../support/passkeys.ts";
import { callInRounds, named, type Round, yes } from "../support/rounds.ts";

type Args = Record<string, unknown>;
type Options = NonNullable<Parameters<typeof servedProduct>[0]>;

const laptop = softAuthenticator();
const key = { confirmKey: seal("a-key-that-all-replicas-share", "key") };
const byPasskey = { approveWith: { pins: [] } };
const onPage = { status: "confirmation_needed", confirm: { url: expect.stringMatching(/^http:\/\/localhost:\d+\/p\//) } };
const addresses = { capabilities: { elicitation: { form: {}, url: {} } } };
const accepted = { page: { action: "accept" } };

const remove: [string, Args] = ["safe_delete_connector", { ids: ["ops-slack-2"] }];
const destructive: [string, string, Args][] = [
  ["a delete", ...remove],
  ["an update", "update_connector", { id: "kibana-log", name: "Another name" }],
  ["a run", "execute_connector", { id: "ops-slack-2", params: { message: "hello" } }],
  ["a loud test", "test_connector", { id: "ops-slack-2", mode: "loud" }],
  ["a replacement", "replace_connector", { from: "ops-slack", to: "ops-slack-2" }],
  [
    "a secret's way to a new host",
    "create_connector",
    { name: "New", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } },
  ],
];
const env = { CONNECTOR_SECRET_HOOK: "https://hooks.example.net/services/one" };

/** A server that takes passkeys, with one that is enrolled. */
async function served(options: Options = {}) {
  const journalDir = options.journalDir ?? (await freshFolder());
  await enrollKey(journalDir, "Laptop", laptop);
  const made = await servedProduct({
    clock: fakeClock(),
    env,
    ...options,
    journalDir,
    settings: { ...key, ...byPasskey, ...options.settings },
  });
  const call = (tool: string, args: Args, round: Round = {}) => callInRounds(made.send, tool, args, round);
  return { ...made, call };
}

/** How a server without passkeys, on the same Kibana and with the same key, asked before this one. */
async function askedBefore(tool: string, args: Args, confirm: "form" | "token") {
  const before = await servedProduct({ clock: fakeClock(), env, journalDir: await freshFolder(), settings: { ...key, confirm } });
  const { asked, state, body } = await callInRounds(before.send, tool, args);
  expect(asked === undefined).toBe(confirm === "token");
  const { kibana } = before.settings;
  const { call, writes } = await served({ settings: { confirm, ...(kibana && { url: kibana.url }) } });
  return { call, state, token: body?.confirm.id, writes: () => [...writes(), ...before.writes()] };
}

describe("a client whose question ends the call", () => {
  test.each(destructive)("is asked no form for %s, and an answer that it brings all the same does not count", async (_name, tool, args) => {
    const { call, writes } = await served();
    for (const round of [{}, { answers: yes }, { answers: { form: { action: "accept", content: { name: "Ops Slack", confirm: true } } } }])
      expect(await call(tool, args, round)).toMatchObject({ asked: undefined, body: onPage });
    expect(writes()).toEqual([]);
  });

  test.each(destructive)("cannot approve %s with a form that a server without passkeys had asked", async (_name, tool, args) => {
    const { call, state, writes } = await askedBefore(tool, args, "form");
    for (const answers of [yes, named("Ops Slack")])
      expect(await call(tool, args, { state, answers })).toMatchObject({ asked: undefined, body: onPage });
    expect(writes()).toEqual([]);
  });

  test.each(destructive)("cannot approve %s by a token", async (_name, tool, args) => {
    const { call, writes } = await served({ settings: { confirm: "token" } });
    const { body } = await call(tool, args);
    expect(body).toMatchObject(onPage);
    expect((await call(tool, { ...args, confirm: body.confirm.id })).body).toMatchObject({ status: "confirmation_needed" });
    expect(writes()).toEqual([]);
  });

  test.each(destructive)("cannot approve %s by a token that a server without passkeys had given out", async (_name, tool, args) => {
    const { call, token, writes } = await askedBefore(tool, args, "token");
    expect((await call(tool, { ...args, confirm: token })).body).toMatchObject({ code: "confirmation_invalid" });
    expect((await call(tool, args, { state: token, answers: yes })).body).toMatchObject({ code: "confirmation_invalid" });
    expect(writes()).toEqual([]);
  });

  test("is given the page's address as its question, and only the signature counts", async () => {
    const { call, writes } = await served();
    const { asked, state } = await call(...remove, addresses);
    const { mode, url } = asked.page.params;
    expect([mode, url]).toEqual(["url", expect.stringMatching(/^http:\/\/localhost:/)]);
    expect((await sendForm(url, { answer: "approve" })).status).toBe(422);
    const early = await call(...remove, { ...addresses, state, answers: accepted });
    expect(early.body).toMatchObject({ status: "confirmation_needed" });
    expect(writes()).toEqual([]);
    expect((await signPage(url, laptop)).html).toContain("<h1>Approved</h1>");
    expect((await call(...remove, { ...addresses, state, answers: accepted })).body).toMatchObject({ status: "done", asked: "passkey" });
  });

  test("is told in a dry run that nobody has a key", async () => {
    const { send } = await servedProduct({ settings: byPasskey });
    const [tool, args] = remove;
    const { body } = await callInRounds(send, tool, { ...args, dry_run: true });
    expect(body.would_be_refused).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/^No passkey of local is enrolled/) }),
    ]);
    expect((await callInRounds(send, tool, args)).body).toMatchObject({ detail: { reason: "no_passkey" } });
  });

  test("agrees in a form to what only adds something", async () => {
    const { call } = await served();
    const add: [string, Args] = [
      "attach_connector",
      { connector: "kibana-log", rules: ["disk-almost-full"], params: { message: "{{rule.name}}" } },
    ];
    const { state } = await call(...add);
    expect((await call(...add, { state, answers: yes })).body).toMatchObject({ status: "done", asked: "form" });
  });
});
