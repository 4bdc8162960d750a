import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { NextCall, NoChange, OpResult, Plan } from "../change/plan.ts";
import { newId } from "../change/write-and-look.ts";
import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import { quoted, word } from "../plain-text.ts";
import { howToAuthorise } from "./connectors/authorise.ts";
import { canChooseId, freeId } from "./connectors/connector-id.ts";
import { connectorView } from "./connectors/connector-row.ts";
import { safeTest } from "./connectors/safe-test.ts";
import { reportOfEach, type SpacesPlan } from "./connectors/space-rows.ts";
import { changeInSpaces } from "./define.ts";
import { changedSpaces, compact, connectorName, widens } from "./fields.ts";
import { planCreateInSpaces } from "./plans/create-in-spaces.ts";
import { type AskedFor, idInSpace, newConnector, planNew } from "./plans/new-connector.ts";
import { usingIt } from "./rules/awaiting-rules.ts";
import { assertNoMarks } from "./secrets/redaction-marks.ts";

const isType = "is not an argument: it is `type` here";

export const createConnector = changeInSpaces({
  name: "create_connector",
  title: "Create connector",
  description:
    "Create a connector in one or several spaces, or copy one with `from`. Secrets are references, never values; a copy needs them again. Checks everything before writing; never overwrites. One per service, not per rule.",
  risk: "write",
  access: "change",
  idempotent: false,
  argumentHints: { connector_type: isType, connector_type_id: isType, actionTypeId: isType },
  input: z.strictObject({
    name: connectorName,
    type: z.string().min(1).optional().describe('As ".slack"'),
    config: z.looseObject({}).optional().describe("With from: only what differs"),
    secrets: z
      .looseObject({})
      .optional()
      .describe('Field → {"$env": "NAME"}, {"$file": "name"} or, on a local server, {"$ask": true}: a person types it'),
    id: z.string().optional().describe("Default: from the name"),
    space: changedSpaces,
    from: z
      .strictObject({ id: z.string().min(1), space: widens(z.string().optional(), "the space of the copy", { nullIsAbsent: true }) })
      .optional(),
    if_exists: z.enum(["fail", "use"]).optional().describe("use: take one with the same name, type and config"),
  }),
  async plan(asked, context): Promise<Plan | NoChange> {
    const { name, id, from, if_exists: ifExists } = asked;
    const { kibana, space: target } = context;
    assertRealConfig(asked);
    const likely =
      id ?? (from?.space === undefined || from.space === target ? freeId(name, new Set()) : idInSpace(name, target, new Set()));
    kibana.begin((reader) => usingIt(likely, reader, target));
    const [types, status, existing] = await Promise.all([kibana.connectorTypes(target), kibana.status(), kibana.connectors(target)]);
    const wanted = await newConnector(asked, target, { types, status }, context);
    const { source, taken } = wanted;
    const one = { name, type: wanted.live.id, config: wanted.config, id };
    if (ifExists === "use") {
      const found = await sameOne(one, existing, target);
      if (found) return { ...found, warnings: [...taken, ...found.warnings] };
    }
    if (id === undefined) assertNoTwin(one, existing);
    const ids = new Set([...existing, ...(source ? [source.connector] : [])].map((other) => other.id));
    const chosen = id ?? (source && source.space !== target && canChooseId(status) ? idInSpace(name, target, ids) : undefined);
    return planNew(wanted, { space: target, id: chosen }, { status, existing }, context);
  },
  async planSeveral(asked, spaces, context): Promise<SpacesPlan | NoChange> {
    assertRealConfig(asked);
    return planCreateInSpaces(asked, spaces, context);
  },
  async report(plan: Plan | SpacesPlan, results, { deployment }) {
    if ("beside" in plan) {
      const made = results.find(({ outcome, op }) => outcome === "done" && op.op === "create");
      return { ...reportOfEach(plan, results), next: made ? await testOf(made) : [] };
    }
    const [result] = results;
    if (result?.outcome !== "done" || result.op.op !== "create") return {};
    const made = result.data as Connector | undefined;
    const id = result.op.id ?? newId(result);
    if (id === undefined) return {};
    const { name = result.op.name, config, references, authMode, userAuthStatus } = result.stored ?? made ?? {};
    const authorisation = { ...(authMode && { authMode }), ...(userAuthStatus && { userAuthStatus }) };
    const { space } = result.op;
    // Whoever was asked has read of them.
    const unforeseen = references !== undefined && references > 0 && (plan.asksBecause ?? []).length === 0;
    return {
      warnings: unforeseen
        ? [
            `Kibana counts ${references} that refer${references === 1 ? "s" : ""} to the id ${word(id)} already: from now on ${references === 1 ? "it uses" : "they use"} this connector, and this key cannot see who ${references === 1 ? "it is" : "they are"}. The undo is refused as long as that is so.`,
          ]
        : [],
      result: compact({
        connector: connectorView({ id, name, type: result.op.type, config, references, ...authorisation }, space),
        authorise: howToAuthorise(authorisation, deployment.url, space),
      }),
      next: await testOf(result),
    };
  },
});

/** The call that tests a new connector. */
async function testOf(result: OpResult): Promise<NextCall[]> {
  const { op } = result;
  const id = op.id ?? newId(result);
  if (op.op !== "create" || id === undefined) return [];
  return safeTest({ id, type: op.type, config: op.config }, op.space, "Test it before a rule relies on it.");
}

/** @throws ToolError secret_refused for a config or name with redaction marks */
function assertRealConfig({ name, config = {} }: AskedFor): void {
  assertNoMarks("name", name, "Give the name that people shall read, without the mark.");
  assertNoMarks(
    "config",
    config,
    "Give the real value (with `from`, leave out what does not change); secrets go into `secrets` as references.",
  );
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
      warnings: [
        same.missingSecrets
          ? "It existed already, and has lost its secrets: Kibana skips its runs until update_connector stores them."
          : "It existed already. Whether its secrets are the ones you mean cannot be seen.",
      ],
      next: same.missingSecrets ? [] : await safeTest(same, space, "Its secrets may be different."),
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
