import * as z from "zod";
import type { NextCall } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import { countByTag } from "../map/by-tag.ts";
import { pictureOf } from "../map/picture.ts";
import { type MappedRule, type ObstacleKind, type Route, type Verdict, verdicts } from "../map/route.ts";
import { mapRules } from "../map/run.ts";
import type { NotSeen } from "../map/space.ts";
import { type Loss, lossOf } from "../map/without.ts";
import { firstThatFit, plainText, quoted } from "../plain-text.ts";
import { ConnectorNotHere, namesake } from "./connectors/find-connector.ts";
import { chosenSpaces } from "./connectors/several-spaces.ts";
import { readAcross } from "./define.ts";
import { compact, idOrName, next, warnings, widens } from "./fields.ts";
import { type FoundSpaces, losingUsers } from "./map/losing-users.ts";
import { type AllCounts, collectPage, noCounts, type PageRow, readCursor, writeCursor } from "./map/mapped-page.ts";
import { type MappedRow, mappedRow } from "./map/mapped-row.ts";
import { toBeTold } from "./map/to-be-told.ts";
import { filterOf, ruleFilter } from "./rules/rule-filter.ts";

/** What may stop a rule itself. */
const states = ["disabled", "muted", "snoozed", "maintenance", "rule_failing"] as const satisfies readonly ObstacleKind[];
/** Characters of the rows of one answer: more goes on the next page. */
const longestPage = 8_000;
const entriesShown = 8;
/** Rules beside the answer, where an app shows them and no model pays for them, and their characters. */
const mostInApp = 200;
const appPage = 60_000;

export const mapNotifications = readAcross({
  name: "map_notifications",
  title: "Map notifications",
  description:
    'Rules with whom each tells now: verdict, routes over policies, workflows and connectors, what is in the way. {space: "*", enabled: true, verdict: "nobody"}: which notify nobody. With `connector`: what would be silent, or lose a route, without it.',
  input: z.strictObject({
    space: z.string().min(1).optional(),
    ...ruleFilter,
    tags: widens(ruleFilter.tags.clone().describe("Any of these"), "all tags"),
    type: widens(ruleFilter.type.clone().describe("v2: the new alerting"), "all types"),
    connector: widens(idOrName.optional(), "the rules themselves"),
    verdict: widens(z.enum(verdicts).optional(), "all verdicts"),
    state: widens(z.enum(states).optional(), "all states"),
    limit: z.number().int().min(1).max(50).default(20),
    cursor: z.string().optional(),
  }),
  argumentHints: {
    spaces: 'is `space` here: "default,security", or "*"',
    name: "is `text` here",
    query: "is `text` here",
    rule: "is `text` here",
  },
  output: z.looseObject({
    summary: z.string(),
    counts: z.looseObject({}),
    not_seen: z.array(z.looseObject({})).optional(),
    total: z.number(),
    rules: z.array(z.looseObject({})).optional(),
    would_be_silent: z.array(z.looseObject({})).optional(),
    would_lose_route: z.array(z.looseObject({})).optional(),
    cursor: z.string().optional(),
    warnings,
    next,
  }),
  async run({ space, connector, verdict, state, limit, cursor, ...given }, context) {
    const notes: string[] = [];
    const spaces = await chosenSpaces(space, context, notes);
    const before = cursor === undefined ? undefined : readCursor(cursor);
    const counts = before?.counts ?? noCounts();
    const filter = { ...filterOf(given), ...(connector !== undefined && { notified_by: connector }) };
    const named = filter.notified_by;
    if (before && !spaces.some((space) => space === before.position.space)) throw otherArguments();
    const withPicture = context.forApp !== undefined && connector === undefined;
    const page = collectPage(withPicture ? Math.max(limit, mostInApp) : limit, counts, !before);
    const byTag = countByTag();
    const found: FoundSpaces = new Map();
    const lossIn = (rule: MappedRule): Loss | undefined => {
      const id = found.get(rule.space)?.connector?.id ?? connector;
      return connector === undefined || id === undefined ? undefined : lossOf(rule, id);
    };
    const fits = (rule: MappedRule) =>
      (verdict === undefined || rule.verdict === verdict) && (state === undefined || rule.obstacles.some(({ kind }) => kind === state));
    const notSeen = await mapRules(
      context.kibana,
      {
        ...{
          spaces,
          filter,
          after: before?.position,
          withUsers: connector !== undefined && !before,
          now: Date.now(),
          signal: context.signal,
        },
        ...(before && { spacesAtOnce: 1 }),
        onProgress: context.progress,
      },
      {
        space(facts) {
          const all = [...(facts.connectors.all?.values() ?? [])];
          const meant = all.filter((one) => one.id === named || one.name === named);
          if (meant.length > 1 && connector !== undefined) throw severalNamed(connector, facts.space, meant);
          const [only] = meant;
          found.set(facts.space, { connectors: facts.connectors.all, ...(only && { connector: only, facts }), rules: 0 });
        },
        rule(rule, position) {
          const there = found.get(rule.space);
          const isDirect = ({ connector: id, via }: Route) => via.length === 0 && id === there?.connector?.id;
          if (there?.connector && rule.routes.some(isDirect)) there.rules += 1;
          if (withPicture && !before && fits(rule)) byTag.add(rule);
          return page.take({ rule, position }, lossIn(rule), fits(rule));
        },
      },
    );
    const rows = page.rows(spaces);
    if (named !== undefined && counts.verdicts.told + counts.verdicts.perhaps + counts.verdicts.nobody === 0)
      assertSomewhere(named, found, spaces);
    const connectorsOf = (rule: MappedRule) => found.get(rule.space)?.connectors;
    const shown = await fitting(rows.slice(0, limit), connectorsOf);
    const last = shown.at(-1)?.row.position;
    const more = last !== undefined && rows.length > shown.length;
    const { name, sandbox } = context.deployment;
    context.forApp?.({
      deployment: { name, sandbox },
      ...(withPicture && { ...(await rowsForApp(rows, connectorsOf)), ...compact({ picture: pictureOf(byTag.groups()) }) }),
    });
    const users = connector === undefined || before ? [] : await losingUsers(found, context, notSeen);
    counts.total += users.length;
    const several = spaces.length > 1;
    const lists =
      connector === undefined
        ? { rules: shown.map(({ shown: one }) => ({ ...one })) }
        : {
            ...losing("would_be_silent"),
            ...losing("would_lose_route"),
          };
    function losing(loss: Loss) {
      const rules = shown.filter(({ row }) => lossIn(row.rule) === loss).map(({ shown: one }) => ({ kind: "rule", ...one }));
      return { [loss]: [...users.filter((one) => one.loss === loss).map((one) => one.shown), ...rules] };
    }
    const silent = shown.filter(({ row }) => lossIn(row.rule) === "would_be_silent").length;
    const later = before || connector === undefined ? 0 : counts.losses.would_be_silent - silent;
    return {
      summary: `${connector === undefined ? summaryOf(counts, spaces) : summaryWithout(connector, counts, users)}${
        notSeen.some(({ what }) => what === "rules") ? " Perhaps there are more: rules were not all seen (not_seen)." : ""
      }`,
      counts: connector === undefined ? counts.verdicts : countsWithout(counts, users),
      ...compact({ not_seen: notSeen.slice(0, entriesShown).map(shownGap) }),
      total: counts.total,
      ...lists,
      ...compact({
        cursor: more && last ? writeCursor(last, counts) : undefined,
        warnings: [
          ...notes,
          ...(later > 0
            ? [`${later} of the rules that would be silent ${later === 1 ? "is" : "are"} on later pages: follow \`cursor\`.`]
            : []),
          ...(notSeen.length > entriesShown
            ? [`${notSeen.length - entriesShown} more entries of not_seen are left out: ask for a single space.`]
            : []),
        ],
        next:
          connector === undefined
            ? [
                ...toBeTold(
                  shown.map(({ row }) => row.rule),
                  context.settings,
                ),
                ...narrower(verdict, counts, more || several, compact({ space, ...given })),
              ]
            : [],
      }),
    };
  },
});

/** The same with the verdict that matters next. @param isLong whether the answer is part of more */
function narrower(verdict: Verdict | undefined, { verdicts: by }: AllCounts, isLong: boolean, args: Record<string, unknown>): NextCall[] {
  const call = (wanted: Verdict, why: string) => [{ tool: "map_notifications", args: { ...args, verdict: wanted }, why }];
  if (verdict === undefined && by.nobody > 0 && isLong) return call("nobody", "Only the rules that tell nobody.");
  return verdict === "nobody" && by.perhaps > 0
    ? call("perhaps", "Rules that may tell nobody, such as those whose connector failed last.")
    : [];
}

/** As many rows as fit, at least one. */
async function fitting(rows: readonly PageRow[], connectorsOf: (rule: MappedRule) => ReadonlyMap<string, Connector> | undefined) {
  const shown: { row: PageRow; shown: MappedRow }[] = [];
  let length = 0;
  for (const row of rows) {
    const one = await mappedRow(row.rule, connectorsOf(row.rule));
    length += JSON.stringify(one).length;
    if (shown.length > 0 && length > longestPage) break;
    shown.push({ row, shown: one });
  }
  return shown;
}

/** More rules than an answer has. */
async function rowsForApp(rows: readonly PageRow[], connectorsOf: Parameters<typeof fitting>[1]) {
  const shown = await Promise.all(rows.slice(0, mostInApp).map(({ rule }) => mappedRow(rule, connectorsOf(rule))));
  const rules = firstThatFit(shown, appPage);
  return { rules, rest: rules.length < rows.length };
}

function shownGap({ space, what, why, fix }: NotSeen) {
  return compact({ space: plainText(space, 120), what, why: plainText(why, 200), fix });
}

function summaryOf({ verdicts: by }: AllCounts, spaces: readonly string[]): string {
  const all = by.nobody + by.perhaps + by.told;
  const [only, ...others] = spaces;
  const where = others.length === 0 ? "" : ` in ${spaces.length} spaces`;
  if (all === 0)
    return others.length === 0
      ? `No rule of the space ${quoted(only ?? "")} matches; space "*" looks into all.`
      : `No rule matches${where}.`;
  return `Of ${all} rule${all === 1 ? "" : "s"}${where}: ${by.nobody} ${by.nobody === 1 ? "tells" : "tell"} nobody, ${by.perhaps} perhaps somebody, ${by.told} somebody.`;
}

function countsWithout({ losses }: AllCounts, users: readonly { loss: Loss; kind: string }[]) {
  const of = (loss: Loss) => {
    const kinds: Record<string, number> = losses[loss] > 0 ? { rule: losses[loss] } : {};
    for (const { kind } of users.filter((one) => one.loss === loss)) kinds[kind] = (kinds[kind] ?? 0) + 1;
    return kinds;
  };
  return { would_be_silent: of("would_be_silent"), would_lose_route: of("would_lose_route") };
}

function summaryWithout(connector: string, { losses }: AllCounts, users: readonly { loss: Loss }[]): string {
  const of = (loss: Loss) => losses[loss] + users.filter((one) => one.loss === loss).length;
  const [silent, losing] = [of("would_be_silent"), of("would_lose_route")];
  if (silent + losing === 0) return `Nothing that was seen uses ${quoted(connector, 60)}.`;
  return `Without ${quoted(connector, 60)}: ${silent} would be silent, ${losing} would lose this route. Deleted while rules still run it, it silences their other routes too.`;
}

function otherArguments(): ToolError {
  return new ToolError(
    "invalid_arguments",
    "`cursor` belongs to a call with other arguments.",
    "Repeat the arguments of the call that gave it.",
  );
}

function severalNamed(name: string, space: string, all: readonly Connector[]): ToolError {
  return new ToolError(
    "ambiguous_connector",
    `${all.length} connectors in the space "${space}" fit ${quoted(name, 60)}.`,
    "Use the id of the one you mean.",
    { candidates: all.map(namesake) },
  );
}

/** @throws ToolError connector_not_found where every space was looked at, and none has it */
function assertSomewhere(named: string, found: FoundSpaces, spaces: readonly string[]): void {
  const all = [...found.values()];
  if (all.length < spaces.length || all.some(({ connector, connectors }) => connector !== undefined || connectors === undefined)) return;
  throw new ConnectorNotHere(
    { asked: named, space: spaces.join(", ") },
    `There is no connector ${quoted(named, 100)} in ${spaces.length === 1 ? `the space "${spaces[0]}"` : `these ${spaces.length} spaces`}, and no rule names it.`,
    'Call list_connectors with space "*": it may be in another space.',
  );
}
