import * as z from "zod";
import type { Health } from "../audit/health.ts";
import type { NextCall } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import { type LiveType, unusable } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText } from "../plain-text.ts";
import { rulesWith } from "../rules/find-rules.ts";
import { hideSecrets } from "../secrets/detect.ts";
import { shownUse } from "../usage/free.ts";
import { notLookedAtInWords, othersUsing, type Usage } from "../usage/look.ts";
import { connectorRow } from "./connectors/connector-row.ts";
import { findConnector, pickConnector } from "./connectors/find-connector.ts";
import { orWhy } from "./connectors/or-why.ts";
import { withPlaces } from "./connectors/other-spaces.ts";
import { safeTest } from "./connectors/safe-test.ts";
import { readTool, type ToolContext } from "./define.ts";
import { atMost, compact, idOrName, namedById, next, space, warnings } from "./fields.ts";
import { shownRules } from "./rules/shown-rules.ts";
import { reenterSecrets } from "./secrets/reenter-secrets.ts";

/** How many rules of a connector are shown, alone and among others. */
const rulesShown = { alone: 20, beside: 5 };
const mostIds = 10;

type Part = "rules" | "users" | "health" | "actions";

export const getConnector = readTool({
  name: "get_connector",
  title: "Get connector",
  description: "Details of one or several connectors: redacted config, what uses it, how its runs went. Stored secrets are never readable.",
  input: z.strictObject({
    id: z
      .string({ error: ({ input }) => (Array.isArray(input) ? "takes one; several go into `ids`" : undefined) })
      .pipe(idOrName)
      .optional()
      .describe("Id or exact name"),
    ids: atMost(mostIds, z.array(idOrName)).optional().describe("Several instead"),
    space,
    include: atMost(10, z.array(z.enum(["users", "rules", "health", "actions"])))
      .default(["users", "health"])
      .describe("actions: rules with params, frequency, filters"),
  }),
  argumentHints: namedById,
  output: z.looseObject({
    connector: z.looseObject({}).optional(),
    rules: z.array(z.looseObject({})).optional(),
    users: z.array(z.looseObject({})).optional(),
    health: z.looseObject({}).optional(),
    connectors: z.array(z.looseObject({})).optional(),
    warnings,
    next,
  }),
  async run({ id, ids = [], include }, context) {
    const wanted = [...new Set([...(id === undefined ? [] : [id]), ...ids])];
    const [first] = wanted;
    if (first === undefined) throw new ToolError("invalid_arguments", "Neither `id` nor `ids` names a connector.", "Give one of them.");
    const look = lookInto(context.space, new Set(include), wanted, context);
    if (ids.length === 0) return look(first, rulesShown.alone);
    const rows = await Promise.all(wanted.map((one) => row(one, look(one, rulesShown.beside), context)));
    return { connectors: rows, ...(include.includes("health") ? { blind_spots: (await import("../audit/health.ts")).blindSpots } : {}) };
  },
});

/** One of several: blind spots are given once for all, and a connector that cannot be shown does not fail the others. */
async function row(asked: string, looking: Promise<{ health?: object }>, context: ToolContext): Promise<Record<string, unknown>> {
  try {
    const { health: runs, ...rest } = await looking;
    return compact({ ...rest, health: runs && { ...runs, blind_spots: undefined } });
  } catch (error) {
    if (!(error instanceof ToolError) || !["connector_not_found", "ambiguous_connector", "system_action"].includes(error.code)) throw error;
    const { code, message, fix, detail } = await withPlaces(error, "get_connector", context);
    return { id: plainText(asked, 100), error: compact({ code, message, fix, detail }) };
  }
}

/** Asks for everything at once: if a name looks like an id, rules and runs are requested before the connector is found. */
function lookInto(inSpace: string, include: ReadonlySet<Part>, wanted: readonly string[], context: ToolContext) {
  const { kibana } = context;
  const withActions = include.has("actions");
  const withRules = withActions || include.has("users") || include.has("rules");
  const rulesOf = (found: { id: string; preconfigured: boolean }) => orWhy(rulesWith(kibana, inSpace, { id: found.id, known: found }), 200);
  const early = new Map(
    wanted.filter(isLikeAnId).map((id) => [
      id,
      {
        rules: withRules ? settled(rulesOf({ id, preconfigured: false })) : undefined,
        health: include.has("health") ? settled(health(id, inSpace, context)) : undefined,
      },
    ]),
  );
  // Only the list says how many references there are.
  const all = withRules || wanted.length > 1 ? settled(kibana.connectors(inSpace)) : undefined;
  const types = settled(kibana.connectorTypes(inSpace));
  const others = all && withRules ? settled(orWhy(othersOf(all, types, wanted, inSpace, context), 200)) : undefined;

  return async (asked: string, most: number) => {
    const found = all ? pickConnector(await all, inSpace, asked) : await findConnector(kibana, inSpace, asked);
    const begun = early.get(found.id);
    const [known, usersOfAny, rules, runs] = await Promise.all([
      types,
      others,
      withRules ? ((found.preconfigured ? undefined : begun?.rules) ?? rulesOf(found)) : undefined,
      include.has("health") ? (begun?.health ?? health(found.id, inSpace, context)) : undefined,
    ]);
    const { type, config, notes } = described(found, known);
    if (typeof rules === "string") notes.push(`Which rules use it could not be read: ${rules}`);
    if (typeof usersOfAny === "string") notes.push(`What else uses it could not be read: ${usersOfAny}`);
    const mine = typeof usersOfAny === "function" ? usersOfAny(found) : undefined;
    const calls = [...(await repairCalls(found, inSpace, runs, context)), ...leadingHere(found, inSpace, mine?.uses ?? [])];
    return {
      connector: compact({ ...connectorRow(found, inSpace, known, context.settings), type_name: type?.name, config }),
      ...(typeof rules === "object" ? shownRules(found, rules, { space: inSpace, most, withActions, notes }) : {}),
      ...(mine ? shownUsers(mine, most, notes) : {}),
      ...(calls.length > 0 ? { next: calls } : {}),
      ...compact({ health: runs, warnings: notes }),
    };
  };
}

/** What uses the wanted connectors besides rules. */
async function othersOf(
  all: Promise<Connector[]>,
  types: Promise<LiveType[]>,
  wanted: readonly string[],
  inSpace: string,
  { kibana }: ToolContext,
) {
  const [existing, known, status] = await Promise.all([all, types, kibana.status()]);
  const found = existing.filter(({ id, name }) => wanted.includes(id) || wanted.includes(name));
  return othersUsing(kibana, inSpace, found, { existing, types: known, status });
}

/** The others as an answer shows them. @param notes gets what was not looked at */
function shownUsers({ uses, sight }: Pick<Usage, "uses" | "sight">, most: number, notes: string[]) {
  const missed = notLookedAtInWords(sight);
  if (missed !== "") notes.push(`Not looked at, so they may use it: ${missed}.`);
  return uses.length > 0 ? { users: uses.slice(0, most).map(shownUse), users_total: uses.length } : {};
}

/** Keeps a rejection that is not awaited yet from ending the process. */
function settled<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

/** Ids of saved connectors look like this; names rarely do, and preconfigured ones are looked up again. */
function isLikeAnId(text: string): boolean {
  return /^[a-z0-9_-]+$/.test(text);
}

function described(found: Connector, types: readonly LiveType[]) {
  const type = types.find((one) => one.id === found.type);
  const { config, found: hidden } = hideSecrets(found.config);
  const notes = hidden.map((one) => `config.${one.path} holds a readable secret (${one.why}); everybody who may read connectors sees it.`);
  if (!found.config)
    notes.push(found.preconfigured ? "Kibana does not show the config of this preconfigured connector." : "It is stored without a config.");
  if (found.missingSecrets) notes.push("Its secrets are missing (an import loses them): it fails until they are entered again.");
  const why = unusable(type, found.preconfigured);
  if (why) notes.push(`It cannot run here: ${why}.`);
  return { type, config, notes };
}

/** Calls for a connector that does not work; none for one that works, since only the user decides whether it is deleted. */
async function repairCalls(
  found: Connector,
  inSpace: string,
  runs: Partial<Health> | undefined,
  { secrets }: Pick<ToolContext, "secrets">,
): Promise<NextCall[]> {
  if (found.missingSecrets) {
    return [await reenterSecrets(found, inSpace, secrets)];
  }
  if (runs && "failures" in runs && runs.failures) {
    return safeTest(found, inSpace, "See whether it still fails, and why.");
  }
  return [];
}

/** What leads to a workflow is looked up only where it is wanted. */
function leadingHere({ id }: Connector, inSpace: string, uses: Usage["uses"]): NextCall[] {
  if (!uses.some(({ kind }) => kind === "workflow")) return [];
  return [
    {
      tool: "map_notifications",
      args: { space: inSpace, connector: id },
      why: "Also the policies and rules that reach it through workflows.",
    },
  ];
}

async function health(id: string, inSpace: string, { kibana }: ToolContext) {
  const { healthOf } = await import("../audit/health.ts");
  return compact(await healthOf(kibana, inSpace, id, Date.now()));
}
