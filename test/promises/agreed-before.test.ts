import { describe, expect, test } from "vitest";
import { agreedByJournal } from "../../src/change/agreed-by-journal.ts";
import { systemClock } from "../../src/change/clock.ts";
import { createJournal, type JournalEntry } from "../../src/change/journal.ts";
import { accepts, declines, type ProductOptions, product } from "../support/product.ts";

const env = { CONNECTOR_SECRET_TOKEN: "mcp-token-value" };
const secrets = { token: { $env: "CONNECTOR_SECRET_TOKEN" } };
const config = { serverUrl: "https://mcp.corp.example/mcp", hasAuth: true, authType: "bearer" };
const tools = { name: "Tools", id: "tools", type: ".mcp", config, secrets };
const open = { name: "Open", id: "open", type: ".mcp", config: { serverUrl: "https://open.corp.example/mcp", hasAuth: false } };
const asks = (host: string) => [`a request goes to ${host}, which nobody has agreed to yet in this space, as far as is known`];

const started = async (more: ProductOptions = {}) => {
  const made = await product({ person: accepts, env, sandbox: { empty: true }, ...more });
  const reasons = async (id: string) => (await made.call("test_connector", { id, dry_run: true })).body.plan.needs_a_person;
  return { ...made, reasons };
};

describe("a host that a person agreed to for a connector", () => {
  test("with its secret: a test asks nobody again", async () => {
    const { call, questions, reasons } = await started();
    expect((await call("create_connector", tools)).body).toMatchObject({ status: "done", asked: "form" });
    expect(await reasons("tools")).toBeUndefined();
    expect((await call("test_connector", { id: "tools" })).body.asked).toBe("none");
    expect(questions).toHaveLength(1);
  });

  test("by a test: the next one asks nobody again", async () => {
    const { call, reasons } = await started();
    expect((await call("create_connector", open)).body.asked).toBe("none");
    expect(await reasons("open")).toEqual(asks("open.corp.example"));
    expect((await call("test_connector", { id: "open" })).body.asked).toBe("form");
    expect(await reasons("open")).toBeUndefined();
  });
});

describe("a host that nobody agreed to for a connector", () => {
  test("is asked about: one that Kibana got since, and one of another connector", async () => {
    const { call, bare, reasons } = await started();
    await call("create_connector", tools);
    await call("create_connector", { ...open, config: { ...open.config, serverUrl: config.serverUrl } });
    expect(await reasons("open")).toEqual(asks("mcp.corp.example"));
    const other = { name: "Tools", config: { ...config, serverUrl: "https://other.example/mcp" }, secrets: { token: "x" } };
    await bare("PUT", "/api/actions/connector/tools", other);
    expect(await reasons("tools")).toEqual(asks("other.example"));
  });

  test.each<[string, ProductOptions]>([
    ["a person refused", { person: declines }],
    ["a token was repeated", { person: undefined, settings: { confirm: "token" } }],
  ])("is asked about again: %s", async (_what, more) => {
    const { call, reasons } = await started(more);
    await call("create_connector", open);
    const { body } = await call("test_connector", { id: "open" });
    if (body.confirm) await call("test_connector", { id: "open", confirm: body.confirm.id });
    expect(await reasons("open")).toEqual(asks("open.corp.example"));
  });
});

test.each([
  ["form", ["passkey"], 0],
  ["page", ["passkey"], 0],
  ["passkey", ["passkey"], 1],
  ["form", ["form", "page", "passkey"], 1],
  ["token", ["form", "page", "passkey"], 0],
] as const)("agreed by a %s, where what counts is %j: %i place", async (consent, ways, places) => {
  const { call, journalDir } = await started();
  await call("create_connector", tools);
  const { entries } = await createJournal(journalDir, systemClock).entries();
  const agreed = entries.map((entry) => ({ ...entry, begin: { ...entry.begin, consent } }));
  const isAgreed = ({ begin }: JournalEntry) => (ways as readonly string[]).includes(begin.consent);
  expect(await agreedByJournal(agreed, entries[0]?.begin.deployment ?? "", isAgreed)).toHaveLength(places);
});
