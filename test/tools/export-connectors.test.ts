import { expect, test } from "vitest";
import { parse } from "yaml";
import { connect, product } from "../support/product.ts";
import { seedConnector } from "../support/stored-documents.ts";

type Made = Awaited<ReturnType<typeof product>>;
const contentOf = (body: { files: { name: string; content: string }[] }, name: string) =>
  body.files.find((one) => one.name === name)?.content ?? "";

test("a small export is in the answer, complete", async () => {
  const { call, writes } = await product();
  const { body, text } = await call("export_connectors", { ids: ["ops-slack"] });
  expect(body).toMatchObject({ format: "terraform", counts: { exported: 1, seen: 10 } });
  expect(body.files.map(({ name }: { name: string }) => name)).toEqual(["providers.tf", "variables.tf", "connectors.tf", "imports.tf"]);
  expect(contentOf(body, "connectors.tf")).toContain('name              = "Ops Slack"');
  expect(body.cursor).toBeUndefined();
  expect(text.length).toBeLessThan(20_000);
  expect(writes()).toEqual([]);
});

test("a text longer than other tools show is not cut", async () => {
  const made = await product({ sandbox: { empty: true } });
  const ca = "x".repeat(5_000);
  await seedConnector(made, { type: ".webhook", config: { url: "https://a.example.com", hasAuth: false, authType: null, ca } });
  const { body } = await made.call("export_connectors", { format: "api" });
  expect(contentOf(body, "connectors.sh")).toContain(ca);
});

async function many(): Promise<Made> {
  return product({ sandbox: { size: { spaces: 2, connectors: 150, rules: 10, seed: 3 } } });
}

async function pages(
  made: Made,
  args: Record<string, unknown>,
): Promise<{ texts: Record<string, string>; first: Record<string, unknown>; calls: number }> {
  const { body: first } = await made.call("export_connectors", args);
  const texts: Record<string, string> = {};
  let calls = 0;
  for (let cursor = first.cursor; cursor !== undefined; calls++) {
    const { body, text } = await made.call("export_connectors", { cursor });
    expect(text.length).toBeLessThan(2 * 20_000);
    for (const { name, content } of body.files) texts[name] = (texts[name] ?? "") + content;
    cursor = body.cursor;
  }
  return { texts, first, calls };
}

test("a large export comes in parts: by cursor, and as resources at the addresses in the answer", async () => {
  const made = await many();
  const { texts, first, calls } = await pages(made, { space: "*" });
  expect(calls).toBeGreaterThan(3);
  const files = first.files as { name: string; uris: string[]; content?: string }[];
  expect(files.map(({ name }) => name)).toEqual(["providers.tf", "variables.tf", "connectors.tf", "imports.tf"]);
  for (const { name, uris, content } of files) {
    const parts = [];
    for (const uri of uris) {
      const [part] = (await made.client.readResource({ uri })).contents;
      parts.push(part && "text" in part ? part.text : "");
    }
    expect(content).toBeUndefined();
    expect(parts.join("")).toBe(texts[name]);
    for (const part of parts) expect(JSON.stringify(part).length).toBeLessThanOrEqual(12_002);
  }
  const { counts } = first as { counts: { exported: number } };
  expect(texts["connectors.tf"]?.match(/^resource /gm)?.length).toBe(counts.exported);
  expect(first.next).toMatchObject([{ tool: "export_connectors", args: { cursor: first.cursor } }]);
});

test("parts are what was exported, whatever changes meanwhile; and end after half an hour", async () => {
  const made = await many();
  const { body } = await made.call("export_connectors", { format: "kibana_yml", space: "*" });
  const second = (await made.call("export_connectors", { cursor: body.cursor })).body;
  const before = made.calls.length;
  await made.call("export_connectors", { cursor: second.cursor });
  expect(made.calls.length).toBe(before);
  made.clock.advance(31 * 60_000);
  const late = await made.call("export_connectors", { cursor: second.cursor });
  expect(late).toMatchObject({ isError: true, body: { code: "invalid_arguments", fix: expect.stringContaining("export again") } });
});

test("parts belong to whoever asked for them", async () => {
  const made = await many();
  const { body } = await made.call("export_connectors", { space: "*" });
  const same = await connect(made.backend, made.settings, undefined);
  expect((await same.call("export_connectors", { cursor: body.cursor })).isError).toBe(false);
  expect(made.backend.exports.find("somebody-else", body.cursor.split(".")[0])).toBeUndefined();
  for (const cursor of ["nonsense", `${body.cursor}9`, `${body.cursor.split(".")[0]}.-1`]) {
    expect((await made.call("export_connectors", { cursor })).body.code).toBe("invalid_arguments");
  }
});

test("preconfigured connectors are skipped in every format, and the answer says so", async () => {
  const { call } = await product();
  for (const format of ["terraform", "api"]) {
    const { body } = await call("export_connectors", { format, ids: ["ops-mail-preconfigured", "kibana-log"] });
    expect(body.counts).toEqual({ exported: 1, skipped: 1, seen: 10 });
    expect(body.skipped).toEqual([
      {
        id: "ops-mail-preconfigured",
        space: "default",
        why: "it is defined in kibana.yml: there is no saved connector to export",
      },
    ]);
  }
  const { body } = await call("export_connectors", { ids: ["ops-mail-preconfigured"] });
  expect(body).toMatchObject({ files: [], counts: { exported: 0 }, next: [{ tool: "list_connectors" }] });
});

test("kibana.yml for a preconfigured connector: why there is nothing, and a skeleton where it was asked for by its id", async () => {
  const { call } = await product();
  const { body } = await call("export_connectors", { format: "kibana_yml", ids: ["ops-mail-preconfigured"] });
  const [row] = body.skipped;
  expect(row.why).toBe(
    "it is defined in kibana.yml: it is written there already, and Kibana does not show its secrets or config (exposeConfig: true shows the config); take its lines from that file",
  );
  const { "xpack.actions.preconfigured": all } = parse(row.skeleton);
  expect(all["ops-mail-preconfigured"]).toMatchObject({ actionTypeId: ".email" });
  expect(row.skeleton).toContain("      # from: string, required\n");
  expect(row.skeleton).toContain('      # password: "\u0024{CONNECTOR_SECRET_OPS_MAIL_PRECONFIGURED_PASSWORD}"');
  expect(body.files).toEqual([]);
  const every = (await call("export_connectors", { format: "kibana_yml" })).body;
  expect(JSON.stringify(every.skipped)).not.toContain("skeleton");
});

test.each(["terraform", "kibana_yml", "api"])("%s: no file has the address of the deployment; it has the label instead", async (format) => {
  const made = await product();
  const { body, text } = await made.call("export_connectors", { format });
  const { hostname, port } = new URL(made.settings.kibana?.url ?? "");
  expect(text).not.toContain(`${hostname}:${port}`);
  const [head] = body.files.map(({ content }: { content: string }) => content);
  expect(head).toMatch(/^(#!\/bin\/sh\n)?# \d+ (Kibana )?connectors? of (Kibana [\d.]+|SANDBOX)/);
});

test("a variable says whether it is a whole URL or the token in it", async () => {
  const made = await product();
  const args = {
    name: "Feed of payments",
    type: ".webhook",
    config: { url: "https://hooks.example.com/in?token=abcdef123456", hasAuth: false },
  };
  await made.bare("POST", "/api/actions/connector/feed", {
    name: args.name,
    connector_type_id: ".webhook",
    config: args.config,
    secrets: {},
  });
  const { body } = await made.call("export_connectors", { ids: ["feed", "ops-slack"] });
  const all = body.files.map(({ content }: { content: string }) => content).join("\n");
  expect(all).toMatch(/url +. "https:\/\/hooks.example.com\/in.token=\$\{var.feed_url_token\}"/);
  expect(all).toContain("config.url of connector feed in space default: the token in it alone, not the whole URL");
  expect(all).toContain("secrets.webhookUrl of connector ops-slack in space default: the whole URL");
  expect(all).toContain("S3 with KMS, Azure Blob Storage, GCS with CMEK");
});

test("secrets in the config become placeholders, and are listed", async () => {
  const { call, bare } = await product();
  const secret = JSON.parse(await bare("GET", "/api/actions/connector/deploy-hook")).config.headers.Authorization;
  expect(secret.length).toBeGreaterThan(8);
  for (const format of ["terraform", "kibana_yml", "api"]) {
    const { body, text } = await call("export_connectors", { format, ids: ["deploy-hook"] });
    expect(text).not.toContain(secret);
    expect(body.warnings.join(" ")).toContain('config.headers.Authorization of deploy-hook in "default" holds a readable secret');
    expect(JSON.stringify(body.files)).toMatch(/deploy_hook_headers_authorization/i);
  }
});

test("selects by type, text and exact names; a name in several spaces is ambiguous", async () => {
  const { call } = await product();
  const exported = async (args: Record<string, unknown>) => (await call("export_connectors", { format: "api", ...args })).body;
  expect((await exported({ type: "slack" })).counts.exported).toBe(2);
  expect((await exported({ text: "PAGERDUTY" })).counts.exported).toBe(2);
  expect((await exported({ ids: ["Batch Jira"] })).counts.exported).toBe(1);
  expect(await exported({ ids: ["Ops Slack"] })).toMatchObject({ code: "ambiguous_connector" });
  expect(await exported({ ids: ["nobody"] })).toMatchObject({ code: "connector_not_found" });
  expect(await exported({ type: "nope" })).toMatchObject({ code: "type_unknown" });
  expect(await exported({ ids: ["system-connector-.cases"] })).toMatchObject({ code: "system_action" });
  expect(await exported({ space: "nowhere" })).toMatchObject({ code: "space_not_found" });
  expect(await exported({ secrets_in_state: true })).toMatchObject({ code: "invalid_arguments" });
});

test("several spaces: each connector with its own; only spaces that may be seen", async () => {
  const { call } = await product({ settings: { spaces: ["default", "team-payments"] } });
  const { body } = await call("export_connectors", { space: "*", secrets_in_state: true });
  const text = JSON.stringify(body.files);
  expect(body.counts.exported).toBeGreaterThan(9);
  expect(text).not.toContain("security");
  expect((await call("export_connectors", { space: "security" })).body.code).toBe("forbidden");
});

test("Serverless and Cloud take no kibana.yml, and the answer says so", async () => {
  const serverless = await product({ sandbox: { version: "serverless" } });
  const { body } = await serverless.call("export_connectors", { format: "kibana_yml", ids: ["kibana-log"] });
  expect(body.warnings[0]).toBe(
    "This deployment is on Serverless, which takes no preconfigured connectors: the file is only for a self-managed Kibana.",
  );
});

test("names the ids that this Kibana would not take again", async () => {
  const old = await product({ sandbox: { version: "8.17" } });
  await seedConnector(old, { id: "Old_Id", type: ".server-log" });
  const { body } = await old.call("export_connectors", { format: "api", ids: ["Old_Id"] });
  expect(body.warnings).toBeUndefined();
  const older = await product({ sandbox: { version: "8.7" } });
  const none = await older.call("export_connectors", { format: "api", ids: ["kibana-log"] });
  expect(none.body.warnings[0]).toContain("chooses ids itself");
});
