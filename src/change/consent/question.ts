import { grouped } from "../../grouped.ts";
import { asUrlsAreRead } from "../../host-name.ts";
import { beginning, exact, firstThatFit, oneLine, quoted, shownJson, word } from "../../plain-text.ts";
import { paired } from "../../rules/same-action.ts";
import type { ApprovalPage } from "../../web/page.ts";
import { type Effect, type Plan, warningsBefore } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import { spacesShown } from "../spaces-shown.ts";
import { workflowWithPlaces } from "../workflow-words.ts";
import { type Reach, requestInWords } from "./reach.ts";

/** Most characters of what matters in a question or an answer; a page holds all. */
export const mostThatMatters = 3000;
/** A text in an answer is cut after 2,000 characters (plain-text.ts). */
const longestWord = 1900;
/** As many as a plan for connectors can have; rules may be thousands. */
const mostLines = 20;
const mostNotes = 15;
/** Characters of the names of rules where it is also said which rules are meant. */
const mostOfNames = 1500;
/** Most rules whose before and after a page shows. */
const mostOnPage = 500;

/**
 * What a person has to know before anything else, in this order and uncut: what was not looked at, where, what is done, to which connectors,
 * rules and places in workflows; hosts; recipients; what is done to which record; whether it can be undone; what only the service reads. No line begins with text from outside.
 * @param hasPage whether a page can be opened where this is too much for a question
 */
export function whatMatters(plan: Plan, reach: Reach, deployment: string, hasPage = true): string[] {
  return [
    ...(plan.notSeen === undefined ? [] : [plan.notSeen]),
    `${deployment}: ${plan.summary}`,
    ...(plan.inPerson ?? []),
    ...things(plan).map((effects) => `- ${connectorLine(effects)}`),
    ...namesOfRules(plan, hasPage),
    ...namesOfWorkflows(plan),
    ...reach.secrets.map(({ source, to }) => `Secret: ${source} → ${to}`),
    ...reach.requests.map((one) => `A request → ${requestInWords(one)}`),
    ...(reach.recipients.length > 0 ? [`Recipients: ${reach.recipients.join(", ")}`] : []),
    ...(reach.acting.length > 0 ? [`Action and record: ${reach.acting.join(", ")}`] : []),
    ...(reach.noLonger.length > 0 ? [`No longer: ${reach.noLonger.join(", ")}`] : []),
    undoLine(reach),
    ...(reach.mayName.length > 0 ? [`May name somebody: ${reach.mayName.join(", ")}`] : []),
  ].map(oneLine);
}

/** Whether what matters can be read in a form or an answer, where nobody scrolls. */
export function fitsQuestion(lines: readonly string[], { recipients, acting, noLonger, mayName }: Reach): boolean {
  return (
    lines.join("\n").length <= mostThatMatters &&
    [...recipients, ...acting, ...noLonger, ...mayName].every((one) => one.length <= longestWord)
  );
}

/**
 * The plan in words, for the person who decides: what matters, why they are asked where no line says it, then notes and details,
 * saying what is left out.
 */
export function question(plan: Plan, matters: readonly string[], because: readonly string[] = []): string {
  const { given, effects } = plan;
  const isIn = (lines: readonly string[], text: string) => lines.some((line) => oneLine(line).includes(oneLine(text)));
  const warnings = warningsBefore(plan).filter((one) => !isIn(matters, one));
  const notes = warnings.slice(0, mostNotes);
  const reasons = because.filter((one) => !isIn([...matters, ...notes], one));
  const users = usersOf(plan);
  return [
    ...matters,
    ...(reasons.length > 0 ? [beginning(`You are asked because ${reasons.join("; ")}.`, 600)] : []),
    // The field that takes the answer says it too.
    ...(plan.onlyAPersonKnows ? [`Note: Only you can know: ${plan.onlyAPersonKnows.statement}. Anything else is lost.`] : []),
    ...notes.map((warning) => `Note: ${beginning(warning, 300)}`),
    ...left(warnings.length - notes.length, "Note: and", "more notes"),
    ...(given ? [`Params given: ${cutJson(given)}.`] : []),
    ...users.slice(0, mostLines).map((effect) => `- ${effectLine(effect)}${inShort(effect)}`),
    ...left(users.length - mostLines, "- and", "more, named above"),
    ...(effects.length === 1 ? effects.flatMap(details) : [...inSpaces(effects), ...details(contents(users))]),
  ]
    .map(oneLine)
    .join("\n");
}

/** The plan in full, for a page. */
export function pageModel(
  plan: Plan,
  verdict: Pick<Verdict, "reasons">,
  reach: Reach,
  { name, sandbox, expiresAt, type }: { name: string; sandbox: boolean; expiresAt: number; type: ApprovalPage["type"] },
): ApprovalPage {
  const json = (value: Record<string, unknown> | undefined) => (isEmpty(value) ? undefined : shown(value, 2));
  // A rule's line is shown with its before and after, and there may be thousands.
  const named = plan.effects.filter(({ kind }) => kind === "connector" || plan.effects.length === 1);
  const inFull = plan.effects.slice(0, mostOnPage);
  return {
    kind: plan.asks.length > 0 ? "secrets" : "approve",
    deployment: name,
    sandbox,
    space: spacesShown(plan.ops.map(({ space }) => space)),
    summary: plan.summary,
    things: named.map(effectLine),
    flows: reach.secrets,
    requests: reach.requests.map(requestInWords),
    recipients: reach.recipients,
    acting: reach.acting,
    noLonger: reach.noLonger,
    mayName: reach.mayName,
    undo: undoLine(reach),
    warnings: [
      ...(plan.notSeen === undefined ? [] : [plan.notSeen]),
      ...(plan.inPerson ?? []),
      ...verdict.reasons.map((reason) => `A person is asked because ${reason}.`),
      ...(plan.effects.length > inFull.length ? [`${plan.effects.length - inFull.length} more are shown by name only.`] : []),
      ...warningsBefore(plan),
    ],
    details: [
      ...(plan.given ? [{ text: "Params given", after: shown(plan.given, 2) }] : []),
      ...plan.effects.flatMap((effect, index) => {
        const [before, after] = index < inFull.length ? [json(effect.before), json(effect.after)] : [];
        if (!before && !after && named.includes(effect)) return [];
        return { text: effectLine(effect), ...(before ? { before } : {}), ...(after ? { after } : {}) };
      }),
    ],
    fields: plan.asks,
    ...(plan.onlyAPersonKnows ? { knows: plan.onlyAPersonKnows.statement } : {}),
    ...(type ? { type } : {}),
    expiresAt,
  };
}

function undoLine({ undo: { reversible, why, refused } }: Reach): string {
  if (refused !== undefined) return `It cannot be undone by this server: ${refused}`;
  if (reversible === "partly") return `It can be undone in part. ${why.join(" ")}`;
  return [undoLines[reversible], ...(reversible === "yes" ? why : [])].join(" ");
}

const undoLines = {
  yes: "It can be undone.",
  by_a_run: "It can be undone by one more run of the connector: the answer and list_changes contain the call.",
  needs_secrets: "It can be undone only by giving the secrets again: Kibana does not return them.",
  nothing_to_undo: "There is nothing to undo: it only reads.",
  no: "It cannot be undone.",
};

/** Several connectors are all named first, copies in several spaces in one line; a single one is in the summary, and rules are listed with their before and after. */
function things({ effects }: Plan): Effect[][] {
  if (effects.length === 1) return [];
  const connectors = effects.filter(({ kind }) => kind === "connector");
  const copies = grouped(connectors, ({ verb, name, type }) => JSON.stringify([verb, name, type]));
  return [...copies.values()].flatMap((of) => (new Set(of.map(({ space }) => space)).size === of.length ? [of] : of.map((one) => [one])));
}

/** `create connector "Ops chat" (.slack) in 2 spaces: default (ops-chat-default), ops (ops-chat-ops)` */
function connectorLine([first, ...more]: readonly Effect[]): string {
  if (!first || more.length === 0) return first ? effectLine(first) : "";
  const places = [first, ...more].map(({ space, id }) => (id === undefined ? word(space) : `${word(space)} (${word(id)})`));
  return `${first.verb} connector ${quoted(first.name)} (${word(first.type)}) in ${places.length} spaces: ${places.join(", ")}`;
}

/** What is written to connectors in several spaces: once for all, or by space where it differs. */
function inSpaces(effects: readonly Effect[]): string[] {
  const written = effects.filter(({ kind, after }) => kind === "connector" && after !== undefined);
  const same = [...grouped(written, ({ before, after }) => JSON.stringify([before, after])).values()];
  const lines = same.slice(0, mostLines).flatMap((of) => {
    const [one] = of;
    const ofCopies = new Set(written.map(({ space }) => space)).size === written.length;
    const place = ({ space, name, id }: Effect) => (ofCopies ? word(space) : `${quoted(name)}${id ? ` (${word(id)})` : ""}`);
    const where = same.length > 1 ? `In ${of.map(place).join(", ")}: ` : "";
    return one ? details(one).map((line) => `${where}${line}`) : [];
  });
  return [...lines, ...left(same.length - mostLines, "In", "more spaces it differs again: the names are above")];
}

/** Several rules and workflows, or one beside connectors; a single one stands in the summary. */
function usersOf({ effects }: Plan): Effect[] {
  return effects.length > 1 ? effects.filter(({ kind }) => kind !== "connector") : [];
}

/**
 * `Rules (2): "Disk", "CPU"`: all of them, with the id where a name is cut or another one's too. Where it is said which
 * rules are meant, the first of many; a page and list_changes name each.
 */
function namesOfRules(plan: Plan, hasPage: boolean): string[] {
  const ofRules = usersOf(plan).filter(({ kind }) => kind === "rule");
  const rules = ofRules.map((rule) => ({ ...rule, shown: quoted(rule.name) }));
  if (rules.length === 0) return [];
  const times = new Map<string, number>();
  for (const { shown } of rules) times.set(shown, (times.get(shown) ?? 0) + 1);
  const named = rules.map(({ name, shown, id }) =>
    id === undefined || (shown === `"${name}"` && times.get(shown) === 1) ? shown : `${shown} (${word(id)})`,
  );
  const { rulesMeant } = plan;
  if (!rulesMeant || (rulesMeant.namedOnPage && hasPage)) return [`Rules (${rules.length}): ${named.join(", ")}`];
  const first = firstThatFit(named, mostOfNames);
  const more = named.length - first.length;
  return [`Rules (${rules.length}) ${rulesMeant.words}: ${first.join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
}

/** `Workflows (1): "Page on-call" (page-on-call): "step page", "step page again"`: all of them, with each place that is changed. */
function namesOfWorkflows({ ops, effects }: Plan): string[] {
  const isInSeveral = ops.some(({ space }) => space !== ops[0].space);
  const named = ops.flatMap((op) =>
    op.op === "put_workflow" ? [`${workflowWithPlaces(op)}${isInSeveral ? ` in space ${word(op.space)}` : ""}`] : [],
  );
  return named.length === 0 || effects.length === 1 ? [] : [`Workflows (${named.length}): ${named.join("; ")}`];
}

/** `delete connector "Ops chat" (.slack, ops-chat) in space default` */
function effectLine({ verb, kind, name, type, id, space }: Effect): string {
  return `${verb} ${kind} ${quoted(name)} (${word(type)}${id ? `, ${word(id)}` : ""}) in space ${word(space)}`;
}

/** `: "Old: fired" → "New: fired"; runs with the key of ann → bob`, only what differs in a rule or workflow. */
function inShort({ before, after }: Effect): string {
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const [then, now] = [list(before?.actions ?? before?.places), list(after?.actions ?? after?.places)];
  const ownerOf = (state: Effect["before"]) => ownerWord(String(state?.api_key_owner ?? state?.scheduled_runs_as ?? "unknown"));
  const owners = [ownerOf(before), ownerOf(after)];
  const what = after?.scheduled_runs_as === undefined ? "its API key" : "its scheduled runs as";
  const owner = owners[0] === owners[1] ? "" : `; ${what}: ${owners.join(" → ")}`;
  return `${beginning(`: ${actionsInShort(then, now, before?.goes !== undefined)}`, 400)}${owner}`;
}

/** @param isChangedWithin the contents of other actions change too */
function actionsInShort(then: readonly string[], now: readonly string[], isChangedWithin: boolean): string {
  const named = (lines: readonly string[]) => lines.map((line) => quoted(line, 100)).join(", ");
  const { pairs, gone, fresh } = paired(then, now, (line) => line);
  const stays = gone.length > 0 && pairs.length > 0 ? `; stays: ${named(pairs.map(([line]) => line))}` : "";
  if (gone.length > 0 && fresh.length > 0) return `${named(gone)} → ${named(fresh)}${stays}`;
  if (gone.length > 0) return `removes ${named(gone)}${stays}`;
  if (fresh.length > 0) return `adds ${named(fresh)}${isChangedWithin ? ", changes others" : ""}`;
  return isChangedWithin ? "changes its actions' contents" : "the same actions";
}

/** Plain words are shown as they are, anything else in quotes. */
function ownerWord(owner: string): string {
  return /^[\w.@' -]{1,60}$/.test(owner) ? owner : exact(beginning(owner, 120));
}

/** What is removed and added in rules besides the lines of their actions, by rule; what is the same in several is listed once. */
function contents(rules: readonly Effect[]): Pick<Effect, "before" | "after"> {
  const of = (lists: [string | undefined, unknown][]) => Object.fromEntries(lists.filter(([, list]) => Array.isArray(list)));
  return {
    before: of(rules.map(({ id, before }) => [id, before?.goes])),
    after: of(rules.map(({ id, after }) => [id, after?.comes])),
  };
}

function details({ before, after }: Pick<Effect, "before" | "after">): string[] {
  const show = (label: string, value: Record<string, unknown> | undefined) => (isEmpty(value) ? [] : [`${label}: ${cutJson(value)}`]);
  return [...show("Before", before), ...show("After", after)];
}

/** A long text puts no other field out of sight. */
function cutJson(value: Record<string, unknown>): string {
  const whole = shown(value);
  if (whole.length <= 1500) return whole;
  const short = JSON.stringify(value, (_key, item: unknown) => (typeof item === "string" ? beginning(item, 200) : item));
  return beginning(shown(JSON.parse(short)), 4000);
}

/** JSON in which addresses read as URL parsers read them. */
function shown(value: Record<string, unknown>, indent?: number): string {
  const read = JSON.stringify(value, (_key, item: unknown) => (typeof item === "string" ? asUrlsAreRead(item) : item));
  return shownJson(JSON.parse(read), indent);
}

function isEmpty(value: Record<string, unknown> | undefined): value is undefined {
  return value === undefined || Object.keys(value).length === 0;
}

function left(count: number, begin: string, what: string): string[] {
  return count > 0 ? [`${begin} ${count} ${what}`] : [];
}
