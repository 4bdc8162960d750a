import { describe, expect, test } from "vitest";
import { stored } from "../catalog/examples.ts";
import { accepts, declines, type ProductOptions, product } from "../support/product.ts";
import { documentOf, references, seedConnector } from "../support/stored-documents.ts";

const hidden = { Authorization: "Bearer hidden-token-0123456789", "X-Team": "ops" };
const webhook = {
  type: ".webhook",
  config: { url: "https://hooks.example.com/a?token=hidden-in-the-url", method: "post", hasAuth: false, headers: hidden },
};
const index = { type: ".index", config: { index: "audit", refresh: true, executionTimeField: "at" } };

async function withSource(one: Parameters<typeof seedConnector>[1], options: ProductOptions = {}) {
  const made = await product({ person: accepts, ...options, sandbox: { empty: true, spaces: ["ops"], ...options.sandbox } });
  const source = await seedConnector(made, one);
  const copy = async (args: Record<string, unknown> = {}) =>
    (await made.call("create_connector", { name: "Copy", from: { id: "stored" }, ...args })).body;
  return { made, source, copy };
}

describe("a copy", () => {
  test.each([
    ["of the same space", {}, "default", "copy"],
    ["into another space", { space: "ops", from: { id: "stored", space: "default" } }, "ops", "copy-ops"],
  ])("%s has a new id and the whole config; the original stays as it is", async (_where, args, space, id) => {
    const { made, source, copy } = await withSource(index);
    expect(await copy(args)).toMatchObject({ status: "done", result: { connector: { id, name: "Copy", type: ".index", space } } });
    expect(await documentOf(made, id)).toMatchObject({ ...source, id, name: "Copy", space });
    expect(await documentOf(made, "stored")).toEqual(source);
  });

  test("of the same name, into another space, has the name of its space in its id: ids are unique over all spaces", async () => {
    const { made, copy } = await withSource({ ...index, id: "stored-one" });
    const from = { id: "stored-one", space: "default" };
    expect(await copy({ name: "Stored one", space: "ops", from })).toMatchObject({
      status: "done",
      result: { connector: { id: "stored-one-ops", space: "ops" } },
    });
    expect(made.writes()).toHaveLength(1);
  });

  test("copies what answers show redacted, byte for byte, without showing it", async () => {
    const { made, source, copy } = await withSource(webhook);
    const body = await copy();
    expect(body.status).toBe("done");
    expect((await documentOf(made, "copy"))?.config).toEqual(source.config);
    expect(JSON.stringify([body, made.questions])).not.toMatch(/hidden-token|hidden-in-the-url/);
    expect(body.result.connector.config).toMatchObject({ headers: { Authorization: "[redacted]", "X-Team": "ops" } });
  });

  test("takes the differences as a patch", async () => {
    const { made, copy } = await withSource(webhook);
    await copy({ config: { headers: { "x-team": "dev" }, method: "put" } });
    expect((await documentOf(made, "copy"))?.config).toMatchObject({
      ...webhook.config,
      method: "put",
      headers: { Authorization: hidden.Authorization, "x-team": "dev" },
    });
  });

  test.each(
    stored
      .filter(({ required }) => required.length > 0)
      .map((one) => [`${one.type}, ${one.way}`, one] as const)
      .filter(([name]) => /^\.(pagerduty|tines|jira|email|bedrock|webhook)/.test(name)),
  )("of %s needs the secrets again", async (_name, one) => {
    const { args, env } = references(one.secrets);
    const { made, source, copy } = await withSource(one, { env });
    if (one.required.length === Object.keys(one.secrets).length) expect((await copy()).code).toBe("secrets_needed");
    expect(await documentOf(made, "copy")).toBeUndefined();
    expect((await copy({ secrets: args })).status).toBe("done");
    expect(await documentOf(made, "copy")).toMatchObject({ config: source.config, secrets: source.secrets });
  });

  test("says which secrets the original may have and the copy does not get", async () => {
    const { made, copy } = await withSource(webhook);
    expect((await copy({ dry_run: true })).warnings.join()).not.toContain("If the original has");
    await made.fault("error", { path: "/secret_headers", times: 10 });
    expect((await copy({ dry_run: true })).warnings).toContain("If the original has secretHeaders, the copy does not.");
  });

  test("says who still uses the original", async () => {
    const made = await product({ person: accepts });
    const { body } = await made.call("create_connector", { name: "Audit copy", from: { id: "alert-audit-index" }, dry_run: true });
    expect(body.warnings.join()).toContain('"Alert audit log" (alert-audit-index) stays as it is; 1 rule still uses it.');
    const unused = await made.call("create_connector", { name: "Log copy", from: { id: "kibana-log" }, dry_run: true });
    expect(unused.body.warnings.join()).toContain("no rule uses it");
  });

  test("of another type than the original is refused", async () => {
    const { made, copy } = await withSource(index);
    expect((await copy({ type: ".webhook" })).code).toBe("invalid_arguments");
    expect((await copy({ type: ".index" })).status).toBe("done");
    expect(made.writes()).toHaveLength(1);
  });

  test("of a preconfigured connector whose config is not shown is refused, with what to do instead", async () => {
    const made = await product({ person: accepts });
    const { body } = await made.call("create_connector", { name: "Mail copy", from: { id: "ops-mail-preconfigured" } });
    expect(body).toMatchObject({ code: "preconfigured", fix: expect.stringContaining("exposeConfig") });
    expect(made.writes()).toEqual([]);
  });

  test("of a connector that is nowhere, or in a space that may not be touched, is refused", async () => {
    const { made, copy } = await withSource({ ...index, space: "ops" }, { settings: { spaces: ["default"] } });
    expect((await copy()).code).toBe("connector_not_found");
    expect((await copy({ from: { id: "stored", space: "ops" } })).code).toBe("forbidden");
    expect((await copy({ from: { id: "system-connector-.cases" } })).code).toBe("system_action");
    expect(made.writes()).toEqual([]);
  });

  test("with a redaction mark in what differs is refused", async () => {
    const { made, copy } = await withSource(webhook);
    expect((await copy({ config: { headers: { Authorization: "[redacted]" } } })).code).toBe("secret_refused");
    expect(made.writes()).toEqual([]);
  });
});

describe("a copy to another host asks a person: tokens in the config would go there", () => {
  const elsewhere = { config: { url: "https://collector.example.net/a" } };

  test("who sees the host", async () => {
    const { made, copy } = await withSource(webhook, { person: declines });
    expect((await copy(elsewhere)).status).toBe("declined");
    expect(made.questions[0]?.message).toContain("collector.example.net");
    expect(made.questions[0]?.message).not.toContain("hidden-token");
    expect([made.writes(), await documentOf(made, "copy")]).toEqual([[], undefined]);
  });

  test("and waits if nobody can be asked", async () => {
    const { made, copy } = await withSource(webhook, { person: undefined });
    expect((await copy(elsewhere)).status).toBe("confirmation_needed");
    expect(made.writes()).toEqual([]);
  });

  test("but not to the same host, or to one that the operator agreed to", async () => {
    const { made, copy } = await withSource(webhook, { settings: { targetHosts: ["*.example.net"] } });
    expect((await copy({ config: { url: "https://hooks.example.com/other" } })).status).toBe("done");
    expect((await copy({ ...elsewhere, name: "Second copy" })).status).toBe("done");
    expect(made.questions).toEqual([]);
  });

  test("and the same host without encryption counts as another", async () => {
    const { copy } = await withSource(webhook, { person: declines });
    expect((await copy({ config: { url: "http://hooks.example.com/a" } })).status).toBe("declined");
  });
});

describe("if_exists", () => {
  const wanted = { name: "Stored one", type: ".index", config: index.config };
  type Call = Record<string, unknown>;

  test.each<[string, Call, Call]>([
    ["use, the same one exists", { ...wanted, if_exists: "use" }, { status: "no_change", result: { connector: { id: "stored" } } }],
    ["use, the same one, part of its config named", { ...wanted, config: { index: "audit" }, if_exists: "use" }, { status: "no_change" }],
    ["use, the same one by its id", { ...wanted, id: "stored", if_exists: "use" }, { status: "no_change" }],
    ["use, none of that name", { ...wanted, name: "Other", if_exists: "use" }, { status: "done", result: { connector: { id: "other" } } }],
    ["use, none of that type", { name: "Stored one", type: ".server-log", if_exists: "use" }, { status: "done" }],
    [
      "use, another config",
      { ...wanted, config: { index: "b" }, if_exists: "use" },
      { code: "id_taken", message: expect.stringContaining("stored: index") },
    ],
    [
      "fail, the same one exists",
      { ...wanted, if_exists: "fail" },
      { code: "id_taken", message: expect.stringContaining("(id stored)"), fix: expect.stringContaining('if_exists: "use"') },
    ],
    ["fail, its id is taken", { ...wanted, id: "stored", if_exists: "fail" }, { code: "id_taken" }],
    ["left out, its id is taken", { ...wanted, id: "stored" }, { code: "id_taken" }],
    ["some other word", { ...wanted, if_exists: "replace" }, { code: "invalid_arguments" }],
  ])("%s", async (_what, args, expected) => {
    const { made, source } = await withSource(index);
    const { body } = await made.call("create_connector", args);
    expect(body).toMatchObject(expected);
    expect(made.writes()).toHaveLength(body.status === "done" ? 1 : 0);
    expect(await documentOf(made, "stored")).toEqual(source);
  });

  test("use, several match: none is picked", async () => {
    const { made } = await withSource(index);
    await seedConnector(made, { ...index, id: "twin" });
    const { body } = await made.call("create_connector", { ...wanted, if_exists: "use" });
    expect(body).toMatchObject({ code: "id_taken", message: expect.stringContaining("2 connectors have this name, type and config") });
  });

  test("use, for an existing one says that its secrets may be different", async () => {
    const { made } = await withSource({ type: ".slack", secrets: { webhookUrl: "https://hooks.slack.com/services/a/b/c" } });
    const { body } = await made.call("create_connector", { name: "Stored one", type: ".slack", if_exists: "use" });
    expect(body).toMatchObject({ status: "no_change" });
    expect(body.warnings.join()).toContain("secrets");
  });

  test("use with a copy takes the copy that was made before", async () => {
    const { made, copy } = await withSource(webhook);
    expect((await copy({ if_exists: "use" })).status).toBe("done");
    expect((await copy({ if_exists: "use" })).status).toBe("no_change");
    expect(made.writes()).toHaveLength(1);
  });
});
