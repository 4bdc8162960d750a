import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { askedOf } from "../change/consent/ask.ts";
import { entriesOf, idIn, subjectsInWords } from "../change/entries-of.ts";
import type { JournalEntry } from "../change/journal.ts";
import { undoLater } from "../change/policy.ts";
import { maySee } from "../change/principal.ts";
import { recordedElsewhere } from "../change/recorded-elsewhere.ts";
import { changesOnlySecrets, inverseOfEntry, mayHaveHappened, type Recorded, recordedIn } from "../change/undo.ts";
import { ToolError } from "../errors.ts";
import { plainJson, plainText, quoted } from "../plain-text.ts";
import { hideSecrets } from "../secrets/detect.ts";
import { hideInConfig } from "../secrets/hide-in-config.ts";
import { nameTold } from "../secrets/secret-source.ts";
import { readAcross, type ToolContext } from "./define.ts";
import { compact, warnings, widens } from "./fields.ts";
import { undoNow } from "./plans/changes-now.ts";
import { secretsUnknown } from "./plans/plan-undo.ts";
import { type Now, nameNow, readNow } from "./plans/read-now.ts";
import { touched } from "./rules/rule-changes.ts";
import { actionDifference, actionLines, connectorNames } from "./rules/shown-actions.ts";

/** Characters of one text in `before` and `after`. */
const longest = 300;
/** In which a connector is looked for by its name. */
const mostSpaces = 20;

export const listChanges = readAcross({
  name: "list_changes",
  title: "List changes",
  description: "Changes that this server made here, newest first, each with its undo or why there is none.",
  input: z.strictObject({
    space: widens(z.string().optional().describe("Default: all"), "all spaces"),
    id: widens(z.string().optional().describe("Id or name"), "all connectors and rules"),
    limit: z.number().int().min(1).max(100).default(10),
    detail: z.boolean().optional().describe("Before and after"),
    cursor: z.string().optional(),
  }),
  output: z.looseObject({ changes: z.array(z.looseObject({})), total: z.number(), cursor: z.string().optional(), warnings }),
  async run({ space, id, limit, detail, cursor }, context) {
    const { journal, deployment, principal } = context;
    const { entries, problems } = await journal.entries();
    const here = entries
      .filter(({ begin }) => begin.deployment === deployment.name)
      .filter(({ begin }) => maySee(principal, begin.op.space));
    const seen = here.filter(await inSpaces(space, entries, context));
    const mine = id === undefined ? seen : await about(seen, id, context);
    const elsewhere = here.length === 0 ? recordedElsewhere(entries, context) : undefined;
    const start = cursor === undefined ? 0 : mine.findIndex((entry) => key(entry) === cursor) + 1;
    if (cursor !== undefined && start === 0) {
      throw new ToolError(
        "invalid_arguments",
        "`cursor` is not one that this tool gave out for these filters.",
        "Leave it out to begin with the newest change.",
      );
    }
    const page = mine.slice(start, start + limit);
    const last = page.at(-1);
    const now = await readNow(page, context);
    const changes = await Promise.all(page.map((entry) => row(entry, now, entries, detail, context)));
    const later = changes.some(({ undo }) => undo !== undefined) ? undoLater(await journal.lastHour(), context.settings) : undefined;
    return {
      changes,
      total: mine.length,
      not_listed: "What was changed in Kibana itself, or by a server with another journal.",
      ...compact({
        cursor: last && start + limit < mine.length ? key(last) : undefined,
        warnings: [
          ...problems,
          ...(elsewhere === undefined ? [] : [elsewhere]),
          ...(later === undefined ? [] : [later]),
          ...(id !== undefined && mine.length === 0 && seen.length > 0
            ? [`No change of ${quoted(id, 80)} is recorded. There are changes of ${subjectsInWords(seen)}.`]
            : []),
          ...(now.unread === undefined
            ? []
            : [`Not all of the present state could be read; where it is missing, names and undo are as recorded: ${now.unread}`]),
        ],
      }),
    };
  },
});

/** The entries about what an id or a name means, and those of rules and workflows that it went from or came to. */
async function about(entries: readonly JournalEntry[], asked: string, { kibana }: ToolContext): Promise<JournalEntry[]> {
  const own = entriesOf(entries, asked);
  const users = entries.filter((entry) => changesUses(entry) && !own.includes(entry));
  const ids = new Set([asked, ...own.flatMap((one) => idIn(one) ?? [])]);
  const spaces = own.length > 0 ? [] : [...new Set(users.map(({ begin }) => begin.op.space))].slice(0, mostSpaces);
  // Of what has no entry of its own, Kibana knows the name.
  const lists = await Promise.all(spaces.map((space) => kibana.connectors(space).catch(() => [])));
  for (const { id, name } of lists.flat()) if (name === asked) ids.add(id);
  const found = new Set([...own, ...users.filter((entry) => movedIn(entry).some((id) => ids.has(id)))]);
  return entries.filter((entry) => found.has(entry));
}

function changesUses({ begin: { op } }: JournalEntry): boolean {
  return op.op === "put_rule" || op.op === "put_workflow";
}

function movedIn(entry: JournalEntry): string[] {
  const { from, to } = connectorsIn(entry);
  return [...from, ...to];
}

/**
 * Which entries are of the spaces that are meant. One that is gone since may have changes all the same.
 * @throws ToolError space_not_found, forbidden
 */
async function inSpaces(
  asked: string | undefined,
  entries: readonly JournalEntry[],
  { spaces }: ToolContext,
): Promise<(entry: JournalEntry) => boolean> {
  if (asked === undefined || asked.trim() === "*") return () => true;
  const ids = asked.split(",").map((one) => one.trim());
  const known = new Set(entries.map(({ begin }) => begin.op.space));
  await Promise.all(ids.filter((id) => !known.has(id)).map((id) => spaces.check(id, { fresh: false })));
  return ({ begin }) => ids.includes(begin.op.space);
}

function key({ begin }: JournalEntry): string {
  return `${begin.change}/${begin.n}`;
}

async function row(
  entry: JournalEntry,
  now: Now,
  entries: readonly JournalEntry[],
  detail: boolean | undefined,
  context: ToolContext,
): Promise<Record<string, unknown>> {
  const { begin, end } = entry;
  const name = nameNow(entry, now);
  const record = recordedIn(entry);
  const { from, to } = connectorsIn(entry);
  const then = plainText(begin.op.name, 120);
  const called = name === undefined ? then : plainText(name, 120);
  return compact({
    change: begin.change,
    at: begin.at,
    tool: begin.tool,
    undoes: begin.undoes,
    op: begin.op.op,
    space: begin.op.space,
    id: idIn(entry),
    name: called,
    name_then: called === then ? undefined : then,
    type: begin.op.type,
    ...(changesUses(entry) ? { from: shownIds(from), to: shownIds(to) } : {}),
    secrets_from: sourcesIn(record, context.secrets),
    test: record?.op === "execute" && record.safe ? true : undefined,
    outcome: end?.outcome ?? "unknown",
    note: noteOn(entry),
    error: end?.error,
    asked: askedOf(begin.consent),
    approved_by: begin.approval === undefined ? undefined : approver(begin.approval, begin.principal),
    by: begin.client,
    // Over stdio there is only the local user.
    principal: begin.principal === "local" ? undefined : begin.principal,
    ...(detail ? beforeAndAfter(entry, now) : {}),
    ...(await undoNow(entry, now, entries, context)),
  });
}

/** From where a change took the secrets that it stored, by field: names of variables and files, never values. */
function sourcesIn(record: Recorded | undefined, source: ToolContext["secrets"]): Record<string, string> | undefined {
  if (record?.op !== "create" && record?.op !== "update") return undefined;
  const all = Object.entries(record.secretSources).map(([path, name]) => [plainText(path, 80), plainText(nameTold(name, source), 120)]);
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}

/** What to know of an entry of which it is not known whether it happened. */
function noteOn(entry: JournalEntry): string | undefined {
  if (!mayHaveHappened(entry)) return undefined;
  const inverse = inverseOfEntry(entry);
  if (inverse && changesOnlySecrets(inverse)) return secretsUnknown;
  return entry.end ? undefined : "It began, but its end is not recorded: look at the connector to see whether it happened.";
}

/** The passkey's name; whose it is where that is not the caller. */
function approver({ by, key }: NonNullable<JournalEntry["begin"]["approval"]>, caller: string): string {
  return `${by === caller ? "" : `${by}: `}${plainText(key, 60)}`;
}

/** The connectors whose actions, or places in a workflow, went `from` a rule or workflow, and that came `to` it or changed there. */
function connectorsIn(entry: JournalEntry): { from: string[]; to: string[] } {
  const record = recordedIn(entry);
  if (record?.op === "put_workflow")
    return { from: record.moves.flatMap(({ was, of }) => of ?? was), to: record.moves.map(({ is }) => is) };
  if (record?.op !== "put_rule") return { from: [], to: [] };
  const count = (state: typeof record.before, id: string) => state.actions.filter((action) => action.id === id).length;
  const goes = touched(record.before, record.after).filter((id) => count(record.after, id) < count(record.before, id));
  const comes = touched(record.before, record.after).filter((id) => !goes.includes(id));
  return { from: goes, to: comes };
}

function shownIds(ids: readonly string[]): string[] {
  return [...new Set(ids)].slice(0, 5).map((id) => plainText(id, 80));
}

/** The state before and after, redacted and cut; unchanged parts are left out. */
function beforeAndAfter(entry: JournalEntry, now: Now): { before?: unknown; after?: unknown } {
  const record = recordedIn(entry);
  if (!record) return {};
  const { before, after } = states(record, now);
  // Actions are cut already.
  const shown = ({ secrets, ...state }: Shown) => ({
    ...(record.op === "put_rule" ? state : plainJson((record.op === "execute" ? hideSecrets : hideInConfig)(state).config, longest)),
    // Names of fields, which are no secret.
    ...compact({ secrets }),
  });
  return { ...(before && { before: shown(before) }), ...(after && { after: shown(after) }) };
}

type Shown = Record<string, unknown> & { secrets?: string[] | undefined };

function states(record: Recorded, now: Now): { before?: Shown; after?: Shown } {
  switch (record.op) {
    case "create":
      return { after: { name: record.name, config: record.config, secrets: record.secretFields } };
    case "delete":
      return { before: { name: record.name, config: record.config } };
    case "rotate":
      return { after: { secrets: ["ingest_token"] } };
    case "execute":
      return { after: { params: record.params } };
    case "update": {
      const { before, after, secretFields } = record;
      return {
        before: differing(before, after),
        after: { ...differing(after, before), secrets: secretFields },
      };
    }
    case "put_rule": {
      const names = connectorNames(now.connectors.get(record.space) ?? []);
      const { goes, comes } = actionDifference(record.before, record.after, names);
      return {
        before: compact({ actions: actionLines(record.before.actions, names), goes }),
        after: compact({ actions: actionLines(record.after.actions, names), comes }),
      };
    }
    case "put_workflow": {
      const places = (of: "was" | "is") => record.moves.map((move) => `${plainText(move.how, 80)}: ${plainText(move[of], 80)}`);
      return { before: { places: places("was") }, after: { places: places("is") } };
    }
  }
}

interface NameAndConfig {
  name: string;
  config: Record<string, unknown>;
}

function differing(one: NameAndConfig, other: NameAndConfig): Shown {
  const keys = [...new Set([...Object.keys(one.config), ...Object.keys(other.config)])];
  const changed = keys.filter((name) => !isDeepStrictEqual(one.config[name] ?? null, other.config[name] ?? null));
  const config = Object.fromEntries(changed.map((name) => [name, one.config[name] ?? null]));
  return compact({ name: one.name === other.name ? undefined : one.name, config });
}
