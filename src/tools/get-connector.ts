import * as z from "zod";
import type { Health } from "../audit/health.ts";
import type { NextCall } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { Runs } from "../kibana/connector-runs.ts";
import { type LiveType, unusable } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText } from "../plain-text.ts";
import { hideInConfig } from "../secrets/hide-in-config.ts";
import { countedUsers, nothingCounted } from "../usage/counted.ts";
import { shownUse } from "../usage/free.ts";
import { inWords, notLookedAtInWords, othersUsing, type Usage } from "../usage/look.ts";
import { countedAmong, explainReferences } from "../usage/references.ts";
import { whereOf } from "../usage/use.ts";
import { connectorRow } from "./connectors/connector-row.ts";
import { pickConnector } from "./connectors/find-connector.ts";
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
  const rulesOf = async (found: Pick<Connector, "id" | "preconfigured">) => {
    const { rulesAt } = await import("./connectors/rules-now.ts");
    return orWhy(rulesAt(kibana, inSpace, found), 200);
  };
  const runsOf = runsOnce(inSpace, context);
  const early = new Map(
    wanted.filter(isLikeAnId).map((id) => {
      if (withRules || include.has("health")) settled(runsOf(id));
      return [id, withRules ? settled(rulesOf({ id, preconfigured: false })) : undefined];
    }),
  );
  // Only the list says how many references there are: without them a row would say that Kibana counts none.
  const all = settled(kibana.connectors(inSpace));
  const types = settled(kibana.connectorTypes(inSpace));
  const others = withRules ? settled(othersOf({ all, types, wanted, inSpace, runsOf }, context)) : undefined;

  const countedOf = async (found: Connector, known: number) => {
    if (explainReferences(found, known) === undefined) return nothingCounted;
    return countedUsers(kibana, inSpace, found, known, whereOf(found, await types, await kibana.status()));
  };

  return async (asked: string, most: number) => {
    const found = pickConnector(await all, inSpace, asked);
    const [known, usersOfAny, read, runs] = await Promise.all([
      types,
      others,
      withRules ? ((found.preconfigured ? undefined : early.get(found.id)) ?? rulesOf(found)) : undefined,
      include.has("health") ? healthFrom(runsOf(found.id), found.id, inSpace, context) : undefined,
    ]);
    const { type, config, notes } = described(found, known);
    if (typeof read === "string") notes.push(`Which rules use it could not be read: ${read}`);
    if (typeof usersOfAny?.users === "string") notes.push(`What else uses it could not be read: ${usersOfAny.users}`);
    const seen = typeof usersOfAny?.users === "object" ? usersOfAny.users.of(found) : undefined;
    const counted = countedAmong(seen?.uses ?? []);
    const more = typeof read === "object" && usersOfAny ? await countedOf(found, read.rules.length + counted) : nothingCounted;
    const mine = seen && { ...seen, uses: [...seen.uses, ...more.uses] };
    for (const one of more.unread) notes.push(`Not looked at, so they may use it: ${inWords(one)}.`);
    const judged = usersOfAny?.judged;
    const [over, now] = await Promise.all([
      orWhy(judged?.overWorkflows(found.id) ?? Promise.resolve([]), 200),
      typeof read === "object" ? judged?.of(read.rules, found.id, read.seesSnoozes) : undefined,
    ]);
    if (typeof over === "string") notes.push(`Which rules reach it over workflows could not be read: ${over}`);
    if (runs) notes.push(...(await mendedSince(found.id, inSpace, runs, context)));
    const calls = await repairCalls(found, inSpace, runs, context);
    return {
      connector: compact({ ...connectorRow(found, inSpace, known, context.settings), type_name: type?.name, config }),
      ...(typeof read === "object"
        ? shownRules(found, read.rules, {
            ...{ space: inSpace, most, withActions, now: (rule) => now?.get(rule.id), notes },
            counted: counted + more.accountedFor,
          })
        : {}),
      ...(mine ? shownUsers(mine, typeof over === "object" ? over : [], most, notes) : {}),
      ...(calls.length > 0 ? { next: calls } : {}),
      ...compact({ health: runs, warnings: notes }),
    };
  };
}

/** The runs of each connector, read once. */
function runsOnce(inSpace: string, { kibana }: ToolContext): (id: string) => Promise<Runs> {
  const begun = new Map<string, Promise<Runs>>();
  const read = async (id: string) => (await import("../audit/health.ts")).allRuns(kibana, inSpace, id, Date.now());
  return (id) => {
    const runs = begun.get(id) ?? read(id);
    begun.set(id, runs);
    return runs;
  };
}

interface Wanted {
  all: Promise<Connector[]>;
  types: Promise<LiveType[]>;
  wanted: readonly string[];
  inSpace: string;
  runsOf: (id: string) => Promise<Runs>;
}

/** What uses the wanted connectors besides rules, and what is in the way of those that use them. */
async function othersOf({ all, types, wanted, inSpace, runsOf }: Wanted, { kibana }: ToolContext) {
  const [connectors, known, status] = await Promise.all([all, types, kibana.status()]);
  const found = connectors.filter(({ id, name }) => wanted.includes(id) || wanted.includes(name));
  const looking = orWhy(othersUsing(kibana, inSpace, found, { existing: connectors, types: known, status }), 200);
  const { rulesNow } = await import("./connectors/rules-now.ts");
  const [users, judged] = await Promise.all([
    looking,
    rulesNow(kibana, {
      ...{ space: inSpace, connectors, types: known, status },
      seen: looking.then((one) => (typeof one === "object" ? one.seen : undefined)),
      runs: new Map(found.map(({ id }) => [id, runsOf(id)])),
    }),
  ]);
  return { users, judged };
}

/** The others as an answer shows them. @param over rules that reach it over workflows; `notes` gets what was not looked at */
function shownUsers(
  { uses, sight }: Pick<Usage, "uses" | "sight">,
  over: readonly Record<string, unknown>[],
  most: number,
  notes: string[],
) {
  const missed = notLookedAtInWords(sight);
  if (missed !== "") notes.push(`Not looked at, so they may use it: ${missed}.`);
  const shown = [...uses.slice(0, most).map(shownUse), ...over.slice(0, most)];
  return shown.length > 0 ? { users: shown, users_total: uses.length + over.length } : {};
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
  const { config, found: hidden } = hideInConfig(found.config);
  const notes = hidden.map((one) => `config.${one.path} holds a readable secret (${one.why}); everybody who may read connectors sees it.`);
  if (!found.config)
    notes.push(found.preconfigured ? "Kibana does not show the config of this preconfigured connector." : "It is stored without a config.");
  if (found.missingSecrets) notes.push("Its secrets are missing (an import loses them): it fails until they are entered again.");
  const why = unusable(type, found.preconfigured);
  if (why) notes.push(`It cannot run here: ${why}.`);
  return { type, config, notes };
}

/** What this server changed in a connector since its last failure. */
async function mendedSince(id: string, inSpace: string, runs: Partial<Health>, { journal, deployment }: ToolContext): Promise<string[]> {
  if (!("failing_since" in runs) || runs.failing_since === undefined) return [];
  const [{ ownWrites }, { entries }] = await Promise.all([
    import("../change/own-writes.ts"),
    journal.entries().catch(() => ({ entries: [] })),
  ]);
  const own = ownWrites(entries, deployment.name).connector(inSpace, id);
  if (!own || !runs.last_failure || own.at <= runs.last_failure.at) return [];
  return [`Since its last failure this server ${own.did} (${own.at.slice(0, 16)}Z): no run shows yet whether that helped.`];
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
  if (!(runs && "failures" in runs && runs.failures)) return [];
  const safe = await safeTest(found, inSpace, "See whether it still fails, and why.");
  if (safe.length > 0 || runs.failing_since === undefined) return safe;
  const why = "It has no test that sends nothing: this sends nothing either, and says which test would. The user decides.";
  return [{ tool: "test_connector", args: { id: found.id, space: inSpace }, why }];
}

async function healthFrom(reading: Promise<Runs>, id: string, inSpace: string, { kibana }: ToolContext) {
  const { healthOf, runsOfWeek } = await import("../audit/health.ts");
  return compact(await healthOf(reading, runsOfWeek(kibana, inSpace, id, Date.now())));
}
