import { expect } from "vitest";
import { type Answer, expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { closedPort, indexAction, replacement, webhookWithLogin } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";

const gold = { needs: ["licence gold or better"] } as const;
const exportAt = "/api/saved_objects/_export";
const importAt = "/api/saved_objects/_import";
const path = "/api/actions/connector";

const lines = ({ text }: Answer) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

function exported(kibana: Kibana, id: string): Promise<Answer> {
  return kibana.post(exportAt, { objects: [{ type: "action", id }], excludeExportDetails: true });
}

function imported(kibana: Kibana, ndjson: string, query = "", how: { space?: string; name?: string } = {}): Promise<Answer> {
  const form = new FormData();
  form.append("file", new Blob([ndjson], { type: "application/ndjson" }), how.name ?? "contract.ndjson");
  return kibana.post(`${importAt}${query}`, form, how.space ? { space: how.space } : {});
}

/** Deleted and brought back by import: its secrets are lost. */
async function withoutSecrets(kibana: Kibana, connector: Record<string, unknown> = webhookWithLogin): Promise<string> {
  const { id } = await kibana.connector(connector);
  const { text } = await exported(kibana, id);
  await kibana.delete(`${path}/${id}`);
  const answer = expectOk(await imported(kibana, text));
  expect(answer).toMatchObject({ success: true, successCount: 1 });
  return id;
}

export const savedObjects: Case[] = [
  verified("§7.4", "export gives a line for each connector and one with the details", async (kibana) => {
    const { id, name, config } = await kibana.connector();
    const answer = await kibana.post(exportAt, { objects: [{ type: "action", id }] });
    expectOk(answer);
    expect(answer.headers.get("content-type")).toContain("ndjson");
    const [line, details] = lines(answer);
    expect(line).toMatchObject({ type: "action", id, references: [], attributes: { actionTypeId: ".index", name, config } });
    expect(details).toMatchObject({ exportedCount: 1, missingRefCount: 0, missingReferences: [] });
  }),
  verified("§7.4", "export of the type gives all saved connectors of the space and no preconfigured one", async (kibana) => {
    const made = [await kibana.connector(), await kibana.connector()].map((one) => one.id).sort();
    const answer = await kibana.post(exportAt, { type: ["action"], excludeExportDetails: true });
    expect(
      lines(answer)
        .map((line) => line.id)
        .sort(),
    ).toEqual(made);
  }),
  verified("§7.4", "excludeExportDetails leaves the last line out", async (kibana) => {
    const { id } = await kibana.connector();
    expect(lines(await exported(kibana, id))).toMatchObject([{ type: "action", id }]);
  }),
  verified("§7.4", "export takes type or objects, not both", async (kibana) => {
    const { id } = await kibana.connector();
    expectRefusal(await kibana.post(exportAt, { type: ["action"], objects: [{ type: "action", id }] }), 400);
  }),
  verified(
    "§4",
    "export writes no secrets, and marks a connector that needs them",
    async (kibana) => {
      const { id } = await kibana.connector(webhookWithLogin);
      const answer = await exported(kibana, id);
      expect(answer.text).not.toContain(webhookWithLogin.secrets.password);
      expect(lines(answer)[0].attributes).toMatchObject({ secrets: {}, isMissingSecrets: true });
    },
    gold,
  ),
  verified("§4", "export does not mark a connector that needs no secrets", async (kibana) => {
    const { id } = await kibana.connector();
    expect(lines(await exported(kibana, id))[0].attributes).toMatchObject({ secrets: {}, isMissingSecrets: false });
  }),
  verified("§7.4", "import brings a connector back under its id", async (kibana) => {
    const { id, name } = await kibana.connector();
    const { text } = await exported(kibana, id);
    await kibana.delete(`${path}/${id}`);
    expect(expectOk(await imported(kibana, text))).toMatchObject({
      success: true,
      successCount: 1,
      successResults: [{ type: "action", id }],
    });
    expect(expectOk(await kibana.get(`${path}/${id}`))).toMatchObject({ name, is_missing_secrets: false });
  }),
  verified(
    "§4",
    "an imported connector that needs secrets says that they are missing",
    async (kibana) => {
      const id = await withoutSecrets(kibana);
      expect(expectOk(await kibana.get(`${path}/${id}`)).is_missing_secrets).toBe(true);
    },
    gold,
  ),
  verified(
    "§7.4",
    "import warns of connectors that need secrets",
    async (kibana) => {
      const { id } = await kibana.connector(webhookWithLogin);
      const { text } = await exported(kibana, id);
      await kibana.delete(`${path}/${id}`);
      expect(expectOk(await imported(kibana, text)).warnings).toEqual([
        expect.objectContaining({
          type: "action_required",
          message: "1 connector has sensitive information that require updates.",
          actionPath: "/app/management/insightsAndAlerting/triggersActionsConnectors",
          buttonLabel: "Go to connectors",
        }),
      ]);
    },
    gold,
  ),
  verified(
    "§4",
    "PUT with secrets removes the mark of missing secrets",
    async (kibana) => {
      const id = await withoutSecrets(kibana);
      const { config, secrets } = webhookWithLogin;
      expect(expectOk(await kibana.put(`${path}/${id}`, { name: "Repaired", config, secrets })).is_missing_secrets).toBe(false);
    },
    gold,
  ),
  verified(
    "§3",
    "a run without the secrets it needs answers 200 with an error of the framework",
    async (kibana) => {
      const id = await withoutSecrets(kibana, { connector_type_id: ".slack", config: {}, secrets: { webhookUrl: closedPort } });
      expect(expectOk(await kibana.execute(id, { message: "never sent" }))).toMatchObject({
        status: "error",
        message: expect.stringMatching(/^error validating (action|connector) type (config|secrets|connector): /),
        errorSource: "framework",
      });
    },
    gold,
  ),
  verified(
    "§6.1",
    "a rule cannot be saved with a connector whose secrets are missing",
    async (kibana) => {
      const id = await withoutSecrets(kibana);
      const { name } = expectOk(await kibana.get(`${path}/${id}`));
      const rule = await kibana.rule();
      const actions = [indexAction(id, { params: { body: "{}" } })];
      const answer = await kibana.put(`/api/alerting/rule/${rule.id}`, replacement(rule, { actions }));
      expectRefusal(answer, 400);
      expect(answer.body.message).toContain(`Invalid connectors: ${name}`);
    },
    gold,
  ),
  verified("§7.4", "import under an id that is there answers 200 with a conflict", async (kibana) => {
    const { id } = await kibana.connector();
    const { text } = await exported(kibana, id);
    expect(expectOk(await imported(kibana, text))).toMatchObject({
      success: false,
      successCount: 0,
      errors: [{ type: "action", id, error: { type: "conflict" } }],
    });
  }),
  verified("§7.4", "import with overwrite replaces", async (kibana) => {
    const { id, name } = await kibana.connector();
    const { text } = await exported(kibana, id);
    await kibana.put(`${path}/${id}`, { name: "Renamed", config: { index: "i" } });
    expect(expectOk(await imported(kibana, text, "?overwrite=true")).success).toBe(true);
    expect(expectOk(await kibana.get(`${path}/${id}`)).name).toBe(name);
  }),
  verified("§7.4", "import into a second space makes a new id", async (kibana) => {
    const { id } = await kibana.connector();
    const { text } = await exported(kibana, id);
    const answer = expectOk(await imported(kibana, text, "", { space: kibana.otherSpace }));
    expect(answer).toMatchObject({ success: true, successResults: [{ id, destinationId: expect.any(String) }] });
    expect(answer.successResults[0].destinationId).not.toBe(id);
  }),
  verified("§7.4", "overwrite and createNewCopies exclude each other", async (kibana) => {
    const { id } = await kibana.connector();
    const { text } = await exported(kibana, id);
    expectRefusal(await imported(kibana, text, "?overwrite=true&createNewCopies=true"), 400);
  }),
  verified("§7.4", "import of a file that does not end in .ndjson is refused", async (kibana) => {
    const { id } = await kibana.connector();
    const { text } = await exported(kibana, id);
    expectRefusal(await imported(kibana, text, "", { name: "contract.txt" }), 400, /^Invalid file extension/);
  }),
  verified(
    "§7.4",
    "since 9.4, import drops a connector with an odd id and says so in a warning",
    async (kibana) => {
      const { id } = await kibana.connector();
      const odd = `${id}_Odd`;
      const { text } = await exported(kibana, id);
      const answer = expectOk(await imported(kibana, text.replaceAll(id, odd)));
      expect(answer.warnings.length).toBeGreaterThan(0);
      expectRefusal(await kibana.get(`${path}/${odd}`), 404);
    },
    { since: "9.4" },
  ),
  unverified("§7.4", "the saved object action by the general API", [/^400 /, /^404 /], async (kibana) => {
    const { id } = await kibana.connector();
    return inWords(await kibana.get(`/api/saved_objects/action/${id}`));
  }),
];
