import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { destinations } from "../catalog/destinations.ts";
import { connectorType } from "../catalog/index.ts";
import type { NoChange, Plan, SecretFlow } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Status } from "../kibana/status.ts";
import { quoted, word } from "../plain-text.ts";
import { type RuleUse, rulesUsing } from "../rules/find-rules.ts";
import { howToAuthorise } from "./connectors/authorise.ts";
import { canChooseId, freeId } from "./connectors/connector-id.ts";
import { connectorView } from "./connectors/connector-row.ts";
import { ConnectorNotHere, findConnector } from "./connectors/find-connector.ts";
import { liveType } from "./connectors/live-type.ts";
import { orWhy } from "./connectors/or-why.ts";
import { originOf } from "./connectors/preconfigured.ts";
import { safeTest } from "./connectors/safe-test.ts";
import { changeTool, type SpaceContext, type ToolContext } from "./define.ts";
import { changedSpace, compact, connectorName, widens } from "./fields.ts";
import { mergeConfig } from "./plans/merge-config.ts";
import { assertCarried, planCreate } from "./plans/plan-create.ts";
import { inWords } from "./rules/replaced-report.ts";
import { literalsInConfig } from "./secrets/config-secrets.ts";
import { encodedConfig } from "./secrets/encoded-config.ts";
import { authenticationSaid } from "./secrets/explicit-no-auth.ts";
import { assertNoKnownWebhook } from "./secrets/known-webhook.ts";
import { assertNoMarks } from "./secrets/redaction-marks.ts";

const isType = "is not an argument: it is `type` here";

export const createConnector = changeTool({
  name: "create_connector",
  title: "Create connector",
  description:
    "Create a connector, or copy one with `from`. Secrets are references, never values; a copy needs them again. Checks everything before writing; never overwrites. One per service, not per rule.",
  risk: "write",
  access: "change",
  idempotent: false,
  argumentHints: { connector_type: isType, connector_type_id: isType, actionTypeId: isType },
  input: z.strictObject({
    name: connectorName,
    type: z.string().min(1).optional().describe('As ".slack"; not needed with from'),
    config: z.looseObject({}).optional().describe("With from: only what differs"),
    secrets: z
      .looseObject({})
      .optional()
      .describe('Field → {"$env": "NAME"}, {"$file": "name"} or, on a local server, {"$ask": true}: a person types it'),
    id: z.string().optional().describe("Default: from the name"),
    space: changedSpace,
    from: z
      .strictObject({ id: z.string().min(1), space: widens(z.string().optional(), "the space of the copy", { nullIsAbsent: true }) })
      .optional()
      .describe("Connector to copy"),
    if_exists: z.enum(["fail", "use"]).optional().describe("use: take one with the same name, type and config"),
  }),
  async plan({ name, type, config = {}, secrets = {}, id, from, if_exists: ifExists }, context): Promise<Plan | NoChange> {
    const { kibana, space: target } = context;
    const fix = "Give the real value (with `from`, leave out what does not change); secrets go into `secrets` as references.";
    assertNoMarks("config", config, fix);
    const likely = id ?? freeId(name, new Set());
    kibana.begin((reader) => usingIt(likely, reader, target));
    const [types, status, existing] = await Promise.all([kibana.connectorTypes(target), kibana.status(), kibana.connectors(target)]);
    const source = from && (await sourceOf(from, target, status, context));
    const { type: live, note: taken } = await typeOf(type, source?.connector, types);
    const entry = await connectorType(live.id);
    const merged = source ? mergeConfig(entry, source.connector.config ?? {}, config) : config;
    await assertNoKnownWebhook({ type: live.id, name, config: merged }, () => types, context.secrets);
    const asksBecause = literalsInConfig({ given: config, stored: source?.connector.config, entry, status }, context.secrets);
    const encoded = encodedConfig(entry, merged);
    const { config: full, notes: said } = authenticationSaid(entry, encoded.config, secrets);
    const notes = [...(taken ? [taken] : []), ...said, ...encoded.notes];
    if (ifExists === "use") {
      const found = await sameOne({ name, type: live.id, config: full, id }, existing, target);
      if (found) return taken ? { ...found, warnings: [taken, ...(found.warnings ?? [])] } : found;
    }
    if (id === undefined) assertNoTwin({ name, type: live.id, config: full }, existing);
    const chosen = id ?? (source && canChooseId(status) ? idOfCopy(name, target, source.connector.id, existing) : undefined);
    const planned = await planCreate({ space: target, id: chosen, name, live, config: full, secrets }, { status, existing }, context);
    const awaiting = await rulesAwaiting(planned.ops[0].id, context);
    const plan = { ...planned, warnings: [...awaiting, ...planned.warnings] };
    if (awaiting.length > 0) asksBecause.push("rules of a connector that is gone send to it from then on, or may");
    if (!source) return { ...plan, asksBecause, warnings: [...notes, ...plan.warnings] };
    const left = await assertCarried(plan, "A copy does not include secrets", status, context.secrets);
    return {
      ...plan,
      asksBecause,
      warnings: [
        ...(taken ? [taken] : []),
        ...encoded.notes,
        ...plan.warnings,
        ...source.notes,
        ...(left.length > 0 ? [`If the original has ${left.join(", ")}, the copy does not.`] : []),
      ],
      flows: [...plan.flows, ...(await carriedAlong(source.connector, live.id, full))],
    };
  },
  async report(_plan, [result], { deployment }) {
    if (result?.outcome !== "done" || result.op.op !== "create") return {};
    const made = result.data as Connector | undefined;
    const id = result.op.id ?? made?.id;
    if (id === undefined) return {};
    const { config, references, authMode, userAuthStatus } = result.stored ?? made ?? {};
    const authorisation = { ...(authMode && { authMode }), ...(userAuthStatus && { userAuthStatus }) };
    const { space } = result.op;
    return {
      result: compact({
        connector: connectorView({ id, name: result.op.name, type: result.op.type, config, references, ...authorisation }, space),
        authorise: howToAuthorise(authorisation, deployment.url, space),
      }),
      next: await safeTest({ id, type: result.op.type, config: result.op.config }, result.op.space, "Test it before a rule relies on it."),
    };
  },
});

/** The rules that use an id, preconfigured or not. */
function usingIt(id: string, reader: Reader, space: string): Promise<RuleUse[]>[] {
  return [false, true].map((preconfigured) => rulesUsing(reader, space, { id, preconfigured }));
}

/** Says which rules refer to the id already, of a connector that is gone, preconfigured or not: they get the new one unsaved. */
async function rulesAwaiting(id: string | undefined, { kibana, space }: SpaceContext): Promise<string[]> {
  if (id === undefined) return [];
  const found = await orWhy(Promise.all(usingIt(id, kibana, space)), 200);
  if (typeof found === "string") return [`Whether rules still have this id could not be read: they would send to this connector. ${found}`];
  const rules = found.flat();
  return rules.length > 0 ? [`Actions of ${inWords(rules)} still have this id: from then on they send to this connector.`] : [];
}

/** The connector to copy, and who still uses it. */
async function sourceOf(
  from: { id: string; space?: string | undefined },
  target: string,
  status: Status,
  { kibana, deployment, spaces }: ToolContext,
) {
  const space = from.space === undefined ? target : await spaces.check(from.space, { fresh: true });
  const connector = await findConnector(kibana, space, from.id).catch((error: unknown) => {
    if (from.space !== undefined || !(error instanceof ConnectorNotHere) || error.detail) throw error;
    throw new ConnectorNotHere(error, error.message, `Name the space of the original: from: {"space": "…", "id": "…"}.`);
  });
  if (connector.preconfigured && !connector.config) {
    const { is, inKibanaYml } = originOf(connector, { status, url: deployment.url });
    throw new ToolError(
      "preconfigured",
      `Kibana does not show the config of ${quoted(connector.name)} (${connector.id}): it ${is}.`,
      `Give type and config yourself${inKibanaYml ? "; the operator can show it with exposeConfig: true in kibana.yml" : ""}.`,
    );
  }
  const rules = await rulesUsing(kibana, space, connector).catch(() => undefined);
  const use =
    rules === undefined
      ? "which rules use it could not be read"
      : rules.length === 0
        ? "no rule uses it"
        : `${rules.length} rule${rules.length > 1 ? "s still use" : " still uses"} it`;
  return { connector, notes: [`${quoted(connector.name)} (${word(connector.id)}) stays as it is; ${use}.`] };
}

/** A copy may not send what is in a config to another host without a person's consent: it may hold tokens that no check recognises. */
async function carriedAlong(source: Connector, type: string, config: Record<string, unknown>): Promise<SecretFlow[]> {
  const entry = await connectorType(type);
  if (!entry) return [{ field: "config", source: `The config of ${quoted(source.name)}`, hosts: [] }];
  const [was, becomes] = [destinations(entry, source.config ?? {}, () => undefined), destinations(entry, config, () => undefined)];
  const other = becomes.filter((host) => !was.includes(host));
  return other.length > 0 ? [{ field: "config", source: `The config of ${quoted(source.name)}`, hosts: other }] : [];
}

async function typeOf(asked: string | undefined, source: Connector | undefined, types: readonly LiveType[]) {
  if (asked === undefined && !source)
    throw new ToolError("invalid_arguments", "`type` is missing.", "Give a type, or a connector to copy in `from`.");
  const found = await liveType(asked ?? source?.type ?? "", types);
  if (source && found.type.id !== source.type) {
    throw new ToolError(
      "invalid_arguments",
      `${quoted(source.name)} is of type ${source.type}: a copy cannot be of type ${found.type.id}.`,
      "Leave `type` out, or create the other one without `from`.",
    );
  }
  return found;
}

/** The connector that already is what was asked for; undefined if none has that name and type. @throws ToolError id_taken */
async function sameOne(
  wanted: { name: string; type: string; config: Record<string, unknown>; id: string | undefined },
  existing: readonly Connector[],
  space: string,
): Promise<NoChange | undefined> {
  const named = existing.filter(
    (one) => one.name === wanted.name && one.type === wanted.type && (wanted.id === undefined || one.id === wanted.id),
  );
  const differs = (one: Connector) => differingFrom(one, wanted.config);
  const [same, ...more] = named.filter((one) => differs(one).length === 0);
  if (same && more.length === 0) {
    return {
      noChange: true,
      space,
      result: { connector: connectorView(same, space) },
      warnings: ["It existed already. Whether its secrets are the ones you mean cannot be seen."],
      next: await safeTest(same, space, "Its secrets may be different."),
    };
  }
  if (named.length === 0) return undefined;
  const rows = named.map((one) => ({ id: one.id, differs: differs(one) }));
  throw new ToolError(
    "id_taken",
    more.length > 0
      ? `${more.length + 1} connectors have this name, type and config.`
      : `A connector named ${quoted(wanted.name)} of that type exists with another config (${rows.map((row) => `${row.id}: ${row.differs.join(", ")}`).join("; ")}).`,
    "Use one of them by its id, give another name, or change it with update_connector.",
    { candidates: rows },
  );
}

/** The keys of a wanted config whose values differ in a connector. */
function differingFrom(one: Connector, config: Record<string, unknown>): string[] {
  return Object.entries(config)
    .filter(([key, value]) => !isDeepStrictEqual(one.config?.[key] ?? null, value ?? null))
    .map(([key]) => key);
}

/** Repeating the same call must not make a second connector. @throws ToolError id_taken */
function assertNoTwin(
  { name, type, config }: { name: string; type: string; config: Record<string, unknown> },
  existing: readonly Connector[],
): void {
  const twin = existing.find((one) => one.name === name && one.type === type && differingFrom(one, config).length === 0);
  if (!twin) return;
  throw new ToolError(
    "id_taken",
    `A connector named ${quoted(name)} of type ${type} exists already, with no visible difference (id ${twin.id}).`,
    `Use ${twin.id}: one connector serves many rules. if_exists: "use" takes it, update_connector changes it; if you want a second one, give another name or an \`id\`.`,
    { id: twin.id },
  );
}

/** Ids are unique over all spaces: the id of a copy with the same name also gets the name of its space. */
function idOfCopy(name: string, space: string, original: string, existing: readonly Connector[]): string {
  const taken = new Set([original, ...existing.map((one) => one.id)]);
  return freeId(freeId(name, new Set()) === original ? `${name.slice(0, 36 - space.length - 1)} ${space}` : name, taken);
}
