import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import {
  changesOnlySecrets,
  type Inverse,
  inverseOfEntry,
  mayHaveHappened,
  recordedIn,
  type UndoOffer,
  undoCall,
} from "../../change/undo.ts";
import { connectorProtected, ruleProtected, undoBy } from "../../change/undo-here.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { quoted } from "../../plain-text.ts";
import { notMadeAgain, notTaken } from "../connectors/back-again.ts";
import type { ToolContext } from "../define.ts";
import { nowOfAnotherRule } from "../rules/another-rule.ts";
import { obstacle, obstacleInWords, touched } from "../rules/rule-changes.ts";
import { besideInWords, cannotTell, nowOfAnotherType, outInWords, ruleSince } from "../rules/rule-since.ts";
import { againstText } from "../workflows/way-back.ts";
import {
  actionsAsBefore,
  asBefore,
  backAlready,
  differsFrom,
  fieldsInWords,
  isBack,
  looksLikeAnother,
  ofAnother,
  whatIsThere,
  writtenBy,
} from "./changed-since.ts";
import { connectorSince, type Later, laterThan, rulesSince, sinceInWords, undoneAlready } from "./later-changes.ts";
import { key, type Now, nameNow } from "./read-now.ts";
import { deletedAgain, nowOfAnother, type Owner, ownerSince } from "./same-connector.ts";
import { asBeforeIt, neitherNor, whyNotBack } from "./undo-workflows.ts";

/** The undo of a change if it is possible now, or why it is not; undefined for a change that did not happen. */
export async function undoNow(
  entry: JournalEntry,
  now: Now,
  entries: readonly JournalEntry[],
  context: Pick<ToolContext, "principal" | "settings" | "kibana">,
): Promise<UndoOffer | undefined> {
  const recorded = inverseOfEntry(entry);
  if (!recorded) return undefined;
  const { space, type } = entry.begin.op;
  if (now.gone.has(space)) return { no_undo: `The space ${quoted(space, 60)} is gone.` };
  const id = idIn(entry);
  const rule = now.rules.get(key(space, id ?? ""));
  const other = rule && !("none" in recorded) ? nowOfAnotherRule(entry, rule) : undefined;
  if (other !== undefined) return { no_undo: other };
  const renamed = renamedWith(entry, entries);
  const { inverse, awaitsName, note } = await withNeedsNow(recorded, now, { renamed, isUncertain: mayHaveHappened(entry) }, context.kibana);
  if (mayHaveHappened(entry) && ("none" in inverse || changesOnlySecrets(inverse) || !isLookedUp(inverse, now))) return undefined;
  const known = { type, later: laterThan(entry, entries), owner: await ownerSince(entry, entries), isUncertain: mayHaveHappened(entry) };
  const why = "none" in inverse ? undefined : await whyNotNow(inverse, now, known);
  if (why !== undefined && mayHaveHappened(entry)) return { no_undo: isBack(why) ? asBeforeIt : neitherNor };
  const against =
    "none" in inverse
      ? undefined
      : (why ?? undoneAlready(entry, entries) ?? protectedNow(inverse, entry, now, context.settings) ?? refusedNow(inverse, entry, now));
  const by = undoBy(context.principal, context.settings);
  if (against !== undefined) return { no_undo: against };
  if (!awaitsName || !renamed) return undoCall(entry.begin.change, inverse, { id, by, left: note });
  const name = await undoNow(renamed.entry, now, entries, context);
  if (name !== undefined && "no_undo" in name) return name;
  const both = undoCall(entry.begin.change, inverse, { by, left: "The connector that it names gets its name back first." });
  return "undo" in both ? { undo: { ...both.undo, args: { ...both.undo.args, space } } } : both;
}

interface Renamed {
  entry: JournalEntry;
  id: string;
  name: string;
}

/** The connector that the same change gave another name, with the one that an undo gives back. */
function renamedWith({ begin }: JournalEntry, entries: readonly JournalEntry[]): Renamed | undefined {
  if (begin.op.op !== "put_workflow") return undefined;
  for (const entry of entries) {
    if (entry.begin.change !== begin.change || entry.begin.op.space !== begin.op.space) continue;
    const inverse = inverseOfEntry(entry);
    if (inverse && "op" in inverse && inverse.op === "update" && inverse.to.name !== inverse.expect.name)
      return { entry, id: inverse.id, name: inverse.to.name };
  }
  return undefined;
}

function isLookedUp({ op, space, id }: Exclude<Inverse, { none: string }>, now: Now): boolean {
  if (op === "put_rule") return now.rules.has(key(space, id));
  return op === "put_workflow" ? now.workflows.has(key(space, id)) : now.connectors.has(space);
}

/** Why the operator's protection stands against it, as the undo's own plan would be refused. */
function protectedNow(
  inverse: Exclude<Inverse, { none: string }>,
  entry: JournalEntry,
  now: Now,
  settings: ToolContext["settings"],
): string | undefined {
  const { space, id } = inverse;
  const known = knownIn(space, now);
  const name = nameNow(entry, now) ?? entry.begin.op.name;
  if (inverse.op === "put_rule") {
    const touches = touched(inverse.expect, inverse.to).map((one) => ({ id: one, name: known?.get(one)?.name }));
    return ruleProtected({ id, name, tags: now.rules.get(key(space, id))?.tags ?? [] }, touches, settings);
  }
  if (inverse.op === "put_workflow") {
    const record = recordedIn(entry);
    const ids = record?.op === "put_workflow" ? record.moves.flatMap(({ was, is }) => [was, is]) : [];
    const trail = settings.auditConnector && known?.get(settings.auditConnector.id);
    if (trail && inverse.back.includes(trail.name.trim())) return connectorProtected(trail.id, [], settings);
    const { protect } = settings;
    return ids
      .map((one) => connectorProtected(one, [known?.get(one)?.name], { protect, auditConnector: undefined }))
      .find((why) => why !== undefined);
  }
  return connectorProtected(id, [name, ...(inverse.op === "update" ? [inverse.to.name] : [])], settings);
}

/** Why Kibana would refuse it now. */
function refusedNow(inverse: Exclude<Inverse, { none: string }>, { begin }: JournalEntry, { kibana }: Now): string | undefined {
  if (!kibana || (inverse.op !== "create" && inverse.op !== "update")) return undefined;
  return inverse.op === "create" ? notMadeAgain(inverse, kibana) : notTaken(begin.op.type, kibana.types);
}

/** Since the change, connectors may have come back or gone, and types become usable. */
async function withNeedsNow(
  inverse: Inverse,
  now: Now,
  { renamed, isUncertain }: { renamed: Renamed | undefined; isUncertain: boolean },
  kibana: Reader,
): Promise<{ inverse: Inverse; awaitsName?: true | undefined; note?: string }> {
  if ("none" in inverse) return { inverse };
  if (inverse.op === "create" && now.kibana) {
    const { unusable: _then, ...rest } = inverse;
    return { inverse: rest };
  }
  const known = knownIn(inverse.space, now);
  const at = key(inverse.space, inverse.id);
  if (inverse.op === "put_workflow") {
    const yaml = now.workflows.get(at)?.yaml;
    if (!known || yaml === undefined || yaml !== inverse.expect) return { inverse };
    const there = { id: inverse.space, connectors: [...known.values()], were: inverse.were };
    const judged = (named?: Renamed) =>
      againstText(yaml, inverse.to, { ...there, named: named && { ...named, refused: inverse.refused } }, kibana).catch(unlessCancelled);
    const alone = await judged();
    const isFree = alone === undefined || (alone.needs.length === 0 && alone.refused === undefined);
    const found = isFree || !renamed ? alone : await judged(renamed);
    return found ? { inverse: { ...inverse, needs: found.needs, refused: found.refused }, awaitsName: found.awaitsName } : { inverse };
  }
  const rule = now.rules.get(at);
  if (inverse.op !== "put_rule" || !known || !rule) return { inverse };
  const since = isUncertain ? undefined : ruleSince(inverse, rule, now.journalKey);
  const own = since?.isBeside ? since.inverse : inverse;
  const needs = obstacle(rule, own.to.actions, known)?.gone ?? [];
  return { inverse: { ...own, needs, refused: undefined }, ...(since?.isBeside && { note: besideInWords }) };
}

/** What cannot be asked stays as it is recorded. */
function unlessCancelled(error: unknown): undefined {
  if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
}

async function whyNotNow(
  inverse: Exclude<Inverse, { none: string }>,
  now: Now,
  { type, later, owner, isUncertain }: { type: string; later: readonly Later[]; owner: Owner | undefined; isUncertain: boolean },
): Promise<string | undefined> {
  const { space, id } = inverse;
  if (inverse.op === "put_rule") {
    const at = key(space, id);
    if (!now.rules.has(at)) return undefined;
    const rule = now.rules.get(at);
    if (!rule) return "The rule is gone.";
    const { isAfter, isBefore, isOut, isUnsure } = ruleSince(inverse, rule, now.journalKey);
    if (isUnsure) return `The rule stays as it is: ${cannotTell}`;
    if (isOut) return outInWords;
    if (!isAfter)
      return isBefore
        ? actionsAsBefore
        : sinceInWords(rulesSince(inverse, later, rule, now.journalKey), "The rule's actions were changed since.");
    const known = knownIn(space, now);
    const found = known && obstacle(rule, inverse.to.actions, known);
    if (found) return found.gone.length === 0 ? `Kibana would not save ${obstacleInWords(found)}.` : undefined;
    return known && nowOfAnotherType(rule.actions, inverse.to.actions, known);
  }
  if (inverse.op === "put_workflow") {
    const at = key(space, id);
    if (!now.workflows.has(at)) return undefined;
    const workflow = now.workflows.get(at);
    return workflow ? whyNotBack(inverse, workflow, later) : "The workflow is gone.";
  }
  const list = now.connectors.get(space);
  if (!list) return undefined;
  const current = list.find((one) => one.id === id);
  if (current && current.type !== type) return ofAnother(current);
  if (inverse.op === "create") return current ? await whatIsThere(current, inverse) : deletedAgain(owner);
  if (!current) return inverse.op === "delete" ? asBefore : "The connector is gone.";
  if (inverse.op === "execute") return undefined;
  const another = await nowOfAnother(owner, current);
  if (another !== undefined) return another;
  const written = inverse.op === "update" && !isUncertain ? writtenBy(inverse) : undefined;
  const differs = (await differsFrom(current, inverse)).filter((field) => written?.has(field) ?? true);
  if (differs.length > 0) {
    const back = await backAlready(current, inverse);
    if (back !== undefined) return back;
    return sinceInWords(await connectorSince(current, inverse, later, differs), `It was changed since: ${fieldsInWords(differs)}.`);
  }
  if (inverse.op === "update" && owner && (await looksLikeAnother(current, [owner.last, inverse.expect, inverse.to])))
    return ofAnother(current);
  const uses = current.references ?? 0;
  return inverse.op === "delete" && uses > 0 ? `It is in use now: Kibana counts ${uses} reference${uses === 1 ? "" : "s"}.` : undefined;
}

function knownIn(space: string, now: Now): ReadonlyMap<string, Connector> | undefined {
  const list = now.connectors.get(space);
  return list && new Map(list.map((one) => [one.id, one]));
}
