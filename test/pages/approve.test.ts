import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema, type ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { createBackend } from "../../src/commands/backend.ts";
import { createServer } from "../../src/mcp/first/server.ts";
import { createService } from "../../src/mcp/service.ts";
import { connect, type ProductOptions, product, types } from "../support/product.ts";
import { env, nothingWritten, records, stored, unused, webhook } from "./changes.ts";
import { approve, look, refuse, submit } from "./form.ts";

type Args = Record<string, unknown>;

const changes: [what: string, tool: string, args: Args][] = [
  ["a delete", "safe_delete_connector", unused],
  ["a create with a secret to a new host", "create_connector", webhook],
  ["a loud test", "test_connector", { id: "kibana-log", mode: "loud" }],
];

/** A call that waits for the page. */
async function waiting(tool: string, args: Args, options: ProductOptions = {}) {
  const made = await product({ env, ...options });
  const asked = await nothingWritten(made, () => made.call(tool, args));
  expect(asked.body).toMatchObject({ status: "confirmation_needed" });
  const { id, url } = asked.body.confirm;
  return { made, asked, id, url, again: (more: Args = {}) => made.call(tool, { ...args, confirm: id, ...more }) };
}

const invalid = (reason: string) => ({ code: "confirmation_invalid", detail: { reason } });

describe.each(changes)("%s, by a client that cannot ask", (_what, tool, args) => {
  test("answers with a page, an id, what to do and until when, and writes nothing", async () => {
    const { asked, made, id, url } = await waiting(tool, args);
    expect(asked.isError).toBe(false);
    expect(asked.body.confirm).toEqual({
      id: expect.stringMatching(/^page-[\w-]{20}$/),
      how: "When they say that they are done, repeat the same arguments with this id as `confirm`. Do not open the page yourself.",
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/p\/[\w-]{32}$/),
      expires_at: new Date(made.clock.now() + 600_000).toISOString(),
    });
    expect(url).not.toContain(id);
    expect(asked.body.message).toContain("Nothing was written. The person approves on the page at `confirm.url`");
  });

  test("called again without the id, while the page waits, answers with the same page; once refused it stays refused", async () => {
    const { made, id, url } = await waiting(tool, args);
    expect((await made.call(tool, args)).body).toMatchObject({ status: "confirmation_needed", confirm: { id, url } });
    await refuse(url);
    // A refusal holds for the plan until its page expires.
    expect((await made.call(tool, args)).body.status).toBe("declined");
  });

  test("approved on the page, the change is made when the same call comes again, and the journal says how", async () => {
    const { made, url, again } = await waiting(tool, args);
    expect((await approve(url)).html).toContain("Approved");
    expect(made.writes()).toEqual([]);
    expect((await again()).body).toMatchObject({ status: "done" });
    expect(made.writes()).toHaveLength(1);
    expect(await records(made)).toMatchObject([
      { kind: "begin", consent: "page" },
      { kind: "end", outcome: "done" },
    ]);
  });

  test("an id works once", async () => {
    const { made, url, again } = await waiting(tool, args);
    await approve(url);
    await again();
    const second = await nothingWritten(made, again);
    // Its target may be gone by now; it is never done twice.
    expect([second.isError, made.writes().length]).toEqual([true, 1]);
    expect(second.body).toMatchObject(invalid("used"));
  });

  test("of two calls with one id that run at once, one is done", async () => {
    const { made, url, again } = await waiting(tool, args);
    await approve(url);
    const both = await Promise.all([again(), again()]);
    expect(both.filter(({ body }) => body.status === "done")).toHaveLength(1);
    expect(made.writes()).toHaveLength(1);
  });

  test("refused on the page is declined, for good", async () => {
    const { made, url, again } = await waiting(tool, args);
    expect((await refuse(url)).html).toContain("Nothing was written.");
    expect((await approve(url)).status).toBe(410);
    for (let n = 0; n < 2; n++) expect((await nothingWritten(made, again)).body).toMatchObject({ status: "declined" });
  });

  test("before the person answered, the same page is named again", async () => {
    const { made, asked, url, again } = await waiting(tool, args);
    expect((await nothingWritten(made, again)).body).toMatchObject({ status: "confirmation_needed", confirm: asked.body.confirm });
    await approve(url);
    expect((await again()).body).toMatchObject({ status: "done" });
  });

  test("looking at the page, or sending a form without an answer, approves nothing", async () => {
    const { made, url, again } = await waiting(tool, args);
    await look(url);
    expect((await nothingWritten(made, again)).body).toMatchObject({ status: "confirmation_needed" });
    await submit(url, { anything: "else" });
    expect((await nothingWritten(made, again)).body).not.toHaveProperty("status", "done");
  });

  test("an expired id is reported as expired, before and after the person agreed", async () => {
    const { made, url, again } = await waiting(tool, args);
    await approve(url);
    made.clock.advance(600_000);
    expect((await nothingWritten(made, again)).body).toMatchObject(invalid("expired"));
    const late = await waiting(tool, args);
    late.made.clock.advance(600_000);
    expect((await approve(late.url)).html).toContain("Expired");
    expect((await nothingWritten(late.made, late.again)).body).toMatchObject(invalid("expired"));
  });

  test.each(["page-AAAAAAAAAAAAAAAAAAAA", "page-", "nonsense", "a.b.c.d"])(
    "an id that was never given out, %j, is refused",
    async (confirm) => {
      const made = await product({ env });
      expect((await nothingWritten(made, () => made.call(tool, { ...args, confirm }))).body).toMatchObject(invalid("foreign"));
    },
  );

  test("dry_run asks nobody", async () => {
    const made = await product({ env });
    const { body } = await nothingWritten(made, () => made.call(tool, { ...args, dry_run: true }));
    expect(body).toMatchObject({ status: "planned" });
    expect(body).not.toHaveProperty("confirm");
  });
});

describe("an approval is for one call", () => {
  test.each<[string, string, Args]>([
    ["another name", "create_connector", { ...webhook, name: "Other" }],
    ["another host", "create_connector", { ...webhook, config: { ...webhook.config, url: "https://evil.example/x" } }],
    ["another secret", "create_connector", { ...webhook, secrets: { ...webhook.secrets, user: { $env: "CONNECTOR_SECRET_WORD" } } }],
    ["another space", "create_connector", { ...webhook, space: "security" }],
    ["another tool", "safe_delete_connector", unused],
    ["another tool that only tests", "test_connector", { id: "kibana-log", mode: "loud" }],
  ])("does not cover a call with %s", async (_what, tool, args) => {
    const { made, id, url, again } = await waiting("create_connector", webhook);
    await approve(url);
    expect((await nothingWritten(made, () => made.call(tool, { ...args, confirm: id }))).body).toMatchObject(invalid("other_change"));
    expect((await again()).body).toMatchObject({ status: "done" });
  });

  test("arguments in another order are the same call", async () => {
    const { made, id, url } = await waiting("create_connector", webhook);
    await approve(url);
    const turned = Object.fromEntries(Object.entries({ ...webhook, confirm: id }).reverse());
    expect((await made.call("create_connector", turned)).body).toMatchObject({ status: "done" });
  });

  test("of a deployment: another server of the same Kibana does not accept it", async () => {
    const { made, id, url } = await waiting("safe_delete_connector", unused);
    await approve(url);
    const backend = createBackend(made.settings, env, made.clock);
    onTestFinished(() => backend.close());
    const other = await connect(backend, made.settings, undefined);
    const answer = await nothingWritten(made, () => other.call("safe_delete_connector", { ...unused, confirm: id }));
    expect(answer.body).toMatchObject(invalid("foreign"));
  });

  test("of a target: when it changed since, nothing is written", async () => {
    const { made, url, again } = await waiting("safe_delete_connector", unused);
    await approve(url);
    const secrets = { webhookUrl: "https://hooks.slack.com/services/T/B/other" };
    await made.bare("PUT", "/api/actions/connector/ops-slack-2", { name: "Taken over by the night shift", config: {}, secrets });
    expect((await nothingWritten(made, again)).body).toMatchObject(invalid("target_changed"));
  });

  test("of a value: when the variable changed since, nothing is written", async () => {
    const words: Record<string, string> = { ...env };
    const { made, url, again } = await waiting("create_connector", webhook, { env: words });
    await approve(url);
    words.CONNECTOR_SECRET_WORD = "another-value-0123";
    expect((await nothingWritten(made, again)).body).toMatchObject(invalid("target_changed"));
  });

  test("and a target that is gone, or used by a rule since, is an error of its own", async () => {
    const { made, url, again } = await waiting("safe_delete_connector", unused);
    await approve(url);
    await made.bare("DELETE", "/api/actions/connector/ops-slack-2");
    expect((await nothingWritten(made, again)).body).toMatchObject({ code: "connector_not_found" });
  });
});

describe("a connector whose use cannot be known", () => {
  const name = "Assistant model";
  const gone = { ids: ["assistant-model"] };

  async function withAssistant(options: ProductOptions = {}) {
    const { settings, ...rest } = options;
    const made = await product({
      env: { CONNECTOR_SECRET_AI: "canary-0123456789" },
      settings: { targetHosts: ["api.openai.com"], ...settings },
      ...rest,
    });
    const created = await made.call("create_connector", {
      name,
      type: ".gen-ai",
      config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" },
      secrets: { apiKey: { $env: "CONNECTOR_SECRET_AI" } },
    });
    expect(created.body).toMatchObject({ status: "done", result: { connector: { id: "assistant-model" } } });
    // Nobody can list the conversations of others, and it ran.
    const params = { subAction: "test", subActionParams: { body: "{}" } };
    await made.bare("POST", "/api/actions/connector/assistant-model/_execute", { params });
    return made;
  }

  test("is deleted only when its name is typed on the page", async () => {
    const made = await withAssistant();
    const { body } = await nothingWritten(made, () => made.call("safe_delete_connector", gone));
    expect(body).toMatchObject({ status: "confirmation_needed" });
    expect((await look(body.confirm.url)).html).toContain(`Type the name to confirm: “${name}”`);
    for (const typed of ["", "assistant model", "Assistant mode"]) {
      const { status, html } = await approve(body.confirm.url, { name: typed });
      expect([status, html.includes("That is not the name.")]).toEqual([422, true]);
      expect((await made.call("safe_delete_connector", { ...gone, confirm: body.confirm.id })).body.status).toBe("confirmation_needed");
    }
    expect((await approve(body.confirm.url, { name: ` ${name} ` })).status).toBe(200);
    expect((await made.call("safe_delete_connector", { ...gone, confirm: body.confirm.id })).body).toMatchObject({ status: "done" });
    expect(await stored(made, "assistant-model")).toBeUndefined();
  });

  test("is deleted when its name is typed in the form, and not with another", async () => {
    const wrong = await withAssistant({ person: types("assistant") });
    const declined = await nothingWritten(wrong, () => wrong.call("safe_delete_connector", gone));
    expect(declined.body).toMatchObject({
      status: "declined",
      message: expect.stringContaining("not the text that was asked for. Nothing was written"),
    });
    const right = await withAssistant({ person: types(name) });
    expect((await right.call("safe_delete_connector", gone)).body).toMatchObject({ status: "done" });
  });

  test("is never deleted by a token: with --confirm token the page is shown anyway", async () => {
    const made = await withAssistant({ settings: { confirm: "token" } });
    const { body } = await nothingWritten(made, () => made.call("safe_delete_connector", gone));
    expect(body.confirm.url).toMatch(/^http:\/\/127\.0\.0\.1/);
    const token = (await made.call("safe_delete_connector", unused)).body.confirm.id;
    const answer = await nothingWritten(made, () => made.call("safe_delete_connector", { ...gone, confirm: token }));
    expect(answer.body).toMatchObject(invalid("foreign"));
  });
});

test("--confirm token gives a token and no page, and the token works once", async () => {
  const made = await product({ env, settings: { confirm: "token" } });
  const { body } = await nothingWritten(made, () => made.call("create_connector", webhook));
  expect(body.confirm).not.toHaveProperty("url");
  expect(body.confirm.id).not.toMatch(/^page-/);
  const confirmed = { ...webhook, confirm: body.confirm.id };
  expect((await made.call("create_connector", confirmed)).body).toMatchObject({ status: "done" });
  expect(await records(made)).toMatchObject([{ consent: "token" }, {}]);
});

describe("a client that shows addresses (URL elicitation)", () => {
  /** A client that can show addresses and nothing else. */
  async function withUrls(answer: () => ElicitResult) {
    const made = await product({ env });
    const shown: { mode: string; url: string; message: string; elicitationId: string }[] = [];
    const server = createServer(createService(made.backend, { name: "tester", access: "full", spaces: undefined }));
    const client = new Client({ name: "url-client", version: "1" }, { capabilities: { elicitation: { url: {} } } });
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      shown.push(params as (typeof shown)[number]);
      // As long as a person takes to read.
      made.clock.advance(2_000);
      return answer();
    });
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await Promise.all([server.connect(ours), client.connect(theirs)]);
    onTestFinished(() => client.close());
    const call = async (tool: string, args: Args) => {
      const result = await client.callTool({ name: tool, arguments: args });
      return { body: JSON.parse((result.content as { text: string }[])[0]?.text ?? ""), text: JSON.stringify(result), isError: false };
    };
    return { made, shown, call };
  }

  test("gets the page's address itself, and the answer has only the id", async () => {
    const { made, shown, call } = await withUrls(() => ({ action: "accept" }));
    const { body, text } = await nothingWritten(made, () => call("safe_delete_connector", unused));
    expect(shown).toMatchObject([{ mode: "url", message: expect.stringContaining("please approve: Delete connector") }]);
    expect(body).toMatchObject({ status: "confirmation_needed", confirm: { id: shown[0]?.elicitationId } });
    expect(body.message).toContain("on the page that their client shows");
    const url = shown[0]?.url ?? "";
    expect(text).not.toContain(new URL(url).pathname.slice(3));
    expect(text).not.toContain(new URL(url).host);
    // Asked again before the answer, it stays out too.
    const early = await nothingWritten(made, () => call("safe_delete_connector", { ...unused, confirm: body.confirm.id }));
    expect(early.text).not.toContain(new URL(url).host);
    await approve(url);
    expect((await call("safe_delete_connector", { ...unused, confirm: body.confirm.id })).body).toMatchObject({ status: "done" });
  });

  test("that declines to show it has declined, and what is sent from the page afterwards does not count", async () => {
    const { made, shown, call } = await withUrls(() => ({ action: "decline" }));
    const { body } = await nothingWritten(made, () => call("safe_delete_connector", unused));
    expect(body).toMatchObject({ status: "declined" });
    const [page] = shown;
    await approve(page?.url ?? "");
    const again = () => call("safe_delete_connector", { ...unused, confirm: page?.elicitationId });
    expect((await nothingWritten(made, again)).body).toMatchObject({ status: "declined" });
  });

  test("that fails to show it gets the address in the answer after all", async () => {
    const { call } = await withUrls(() => {
      throw new Error("no window");
    });
    expect((await call("safe_delete_connector", unused)).body.confirm.url).toMatch(/^http:\/\/127\.0\.0\.1/);
  });
});
