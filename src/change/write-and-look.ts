import { ToolError } from "../errors.ts";
import { KibanaError } from "../kibana/errors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Rule } from "../kibana/rules.ts";
import { isPlainObject } from "../plain-object.ts";
import { quoted, word } from "../plain-text.ts";
import { ruleState } from "../rules/rule-state.ts";
import type { Scrub } from "../secrets/scrub.ts";
import { differsNow, subjectOf } from "./differs-now.ts";
import { hostsNotSent } from "./hosts-not-sent.ts";
import type { Op } from "./op.ts";
import { connectorOrNone, withAdded } from "./ops/connector-state.ts";
import { leftWithout } from "./ops/delete.ts";
import { readBack, writeOp } from "./ops/index.ts";
import { type Recorded, readState } from "./ops/records.ts";
import type { OtherConnectors } from "./ops/touched-connectors.ts";
import { namedSince } from "./ops/update.ts";
import type { OpResult } from "./plan.ts";
import { limitOf, whileLimited } from "./rate-limit.ts";
import type { ChangeServices } from "./services.ts";

/** Milliseconds between looks after a write whose answer did not come. */
const looks = [0, 300, 700, 1500];

type Seen = Awaited<ReturnType<typeof readBack>> | { happened: "unreadable"; unmeant?: never };

/** Refusals that a write meets when it is repeated after it was done; 429: what repeats may also limit the rate. */
const ofRepetition = [404, 409, 412, 429];

type WritingServices = ChangeServices & { connectors: OtherConnectors };

/**
 * Writes and finds out what happened after a doubtful answer. What is refused because of too many requests, and certainly was
 * not done, is sent again after a wait, with another last look. Never aborted halfway.
 * @param until when the time for the writes of the call is over
 * @param written is called once Kibana has accepted it, and ends before it is read back
 * @param stop ends such a wait
 */
export function writeAndLook(
  op: Op,
  until: number,
  services: WritingServices,
  written: () => Promise<void>,
  stop: { signal: AbortSignal; isOver(): boolean },
): Promise<OpResult> {
  const { clock } = services;
  const limit = (result: OpResult) => (mayBeRepeated(result) ? limitOf(result.error) : undefined);
  return whileLimited(() => writeOnce(op, until, services, written), limit, { clock, until, stop });
}

/** What was not done, and a run that only reads: twice is no more than once. */
function mayBeRepeated({ op, outcome }: OpResult): boolean {
  return outcome === "not_done" || (op.op === "execute" && (op.safe || op.onlyReads === true));
}

async function writeOnce(op: Op, until: number, services: WritingServices, written: () => Promise<void>): Promise<OpResult> {
  const { writer, reader, connectors, settings, clock } = services;
  const look: { before?: Rule } = {};
  const seen = (): Promise<Seen> => readBack(op, look.before, reader).catch(() => ({ happened: "unreadable" }));
  let data: unknown;
  try {
    const saw = (rule: Rule) => {
      look.before = rule;
    };
    data = await writeOp(op, { writer, reader, connectors, settings, clock, until, saw });
    await written();
  } catch (error) {
    const failure = asError(error);
    if (!(error instanceof KibanaError) || (error.applied === "no" && error.status === undefined)) {
      const changed = error instanceof ToolError && error.detail?.reason === "target_changed" ? await stateNow(op, reader) : {};
      return { op, outcome: "not_done", error: failure, ...changed };
    }
    const refused = error.applied === "no";
    // Kibana does not say whether a third party was reached.
    if (op.op === "execute") return { op, outcome: refused && (await neverRan(op, error, reader)) ? "not_done" : "unknown", error };
    let after: Seen | undefined;
    // A proxy may have repeated a write that was done: the refusal is then only the repetition's.
    for (const wait of refused ? looks.slice(0, 1) : looks) {
      await clock.sleep(wait);
      after = await seen();
      const { happened, ...more } = after;
      if (happened === "done") {
        const others = await around(op, undefined, reader);
        const hosts = await hostsNotSent(op, others.stored?.config, false);
        return { op, outcome: "done", ...told(doneAnyway(op, error), hosts), ...more, ...others };
      }
      if (happened === "unreadable") break;
    }
    const more = after && "unmeant" in after ? { unmeant: after.unmeant } : {};
    if (after?.happened === "differs" || after?.happened === "and_more") {
      const now = await stateNow(op, reader);
      return { op, outcome: "unknown", error: somethingElse(op, error, now.seen), ...now, ...(refused ? {} : more) };
    }
    if (refused) {
      const certain = after?.happened === "not_done" ? !(await isContradicted(op, error, look.before, reader)) : isKibanas(error, after);
      return certain ? { op, outcome: "not_done", error } : { op, outcome: "unknown", error: withMore(error, doubt(after?.happened)) };
    }
    // A complete answer of Kibana's means that it is done with the request.
    const through = error.status !== undefined && !error.late;
    return {
      op,
      outcome: through && after?.happened === "not_done" ? "not_done" : "unknown",
      error,
      ...more,
    };
  }
  if (op.op === "execute") return { op, outcome: "done", data };
  const [{ happened: after, ...more }, others] = await Promise.all([seen(), around(op, data, reader)]);
  // Kibana accepted it but does not show it: that does not count as done.
  if (after === "not_done")
    return {
      op,
      outcome: "unknown",
      data,
      error: new Error(`Kibana accepted the change of ${subjectOf(op)}, but reading it back does not show it.`),
    };
  const now = after === "differs" ? await stateNow(op, reader) : {};
  // The differences of a rule are reported field by field.
  const isTold = after === "differs" && !("unmeant" in more);
  const hosts = await hostsNotSent(op, others.stored?.config ?? configIn(data), isTold);
  const unread = after === "unreadable" ? "Kibana accepted the change; it could not be read back." : undefined;
  return { op, outcome: "done", data, ...others, ...more, ...now, ...told(unread, isTold ? differsNow(op, now.seen) : undefined, hosts) };
}

function told(...sentences: (string | undefined)[]): Pick<OpResult, "warning"> {
  const some = sentences.filter((one) => one !== undefined);
  return some.length > 0 ? { warning: some.join(" ") } : {};
}

/** The config in the answer to a write of a connector. */
function configIn(data: unknown): Record<string, unknown> | undefined {
  return isPlainObject(data) && isPlainObject(data.config) ? data.config : undefined;
}

/**
 * Whether a refusal says that something was changed, taken or gone, and all is as before: then the write may have been done and
 * undone by somebody else. A rule's revision would tell.
 */
async function isContradicted(op: Op, { status = 0, code }: KibanaError, rule: Rule | undefined, reader: Reader): Promise<boolean> {
  if (!saysOtherwise.includes(status) || (op.op === "put_rule" && rule?.revision != null)) return false;
  if (op.op !== "create") return true;
  // The id may be taken in a space that the key cannot see.
  return status !== 404 && code !== "id_taken" && (await stateNow(op, reader)).seen === undefined;
}

const saysOtherwise = [404, 409, 412];

/** Whether a refusal is Kibana's, of what was sent only once. What Kibana never shows, a proxy may have refused after it was done. */
function isKibanas({ status = 0, explained }: KibanaError, after: Seen | undefined): boolean {
  return !ofRepetition.includes(status) && (explained || after?.happened !== "unknown");
}

function doubt(seen: Seen["happened"] | undefined): string {
  return seen === "not_done"
    ? "Kibana shows all as it was before, which does not fit: it may have been done, and reversed by somebody since."
    : "Whether it was done cannot be seen in Kibana.";
}

/** Whether Kibana refused a run before it ran: for what no repetition is refused for, or because the connector is gone. */
async function neverRan({ space, id }: Op, { status = 0, code, explained }: KibanaError, reader: Reader): Promise<boolean> {
  // A proxy may have answered after the run: only words that Kibana refuses with before it runs anything are certain.
  if (!ofRepetition.includes(status)) return explained;
  if (code !== "connector_not_found" || id === undefined) return false;
  return (await connectorOrNone(reader, space, id).catch(() => "unreadable")) === undefined;
}

/** What Kibana shows is neither the state before nor the wanted one. */
function somethingElse({ op }: Op, error: KibanaError, seen: OpResult["seen"]): KibanaError {
  const used = seen && op === "put_rule" ? readState(seen.config)?.actions.map(({ id }) => word(id)) : undefined;
  const actions = used && (used.length === 0 ? ", without actions" : `, with actions of ${[...new Set(used)].slice(0, 10).join(", ")}`);
  const now = seen ? `It is there as ${quoted(seen.name, 80)} now${actions ?? ""}.` : "It is gone, or cannot be read now.";
  return withMore(
    error,
    `Kibana shows something else than ${op === "create" ? "" : "before and than "}what was wanted: it may have been done and changed since, or somebody else changed it. ${now}`,
  );
}

function withMore({ code, message, fix, applied, explained, late, status, detail }: KibanaError, more: string): KibanaError {
  return new KibanaError(code, `${message} ${more}`, fix, {
    ...{ applied, explained, late },
    ...(status === undefined ? {} : { status }),
    ...(detail ? { detail } : {}),
  });
}

/** Why it counts as done although the answer does not say so. */
function doneAnyway(op: Op, error: KibanaError): string {
  if (error.applied === "maybe") return `${error.message} It happened anyway.`;
  const secrets =
    op.op === "create" && Object.keys(op.secrets).length > 0
      ? " Kibana does not show whether the secrets in it are the given ones: test it."
      : "";
  return `Kibana answered ${error.status}, and yet it has happened: the request was sent twice on its way, or somebody else did the same at the same moment.${secrets}`;
}

/** What is around a connector after a write: what a delete left without it, what still uses an old name, and how many uses it has. */
async function around(
  op: Op,
  data: unknown,
  reader: Reader,
): Promise<Pick<OpResult, "leftBehind" | "takenBy" | "unread" | "stored" | "oldName">> {
  if (op.op === "delete") return leftWithout(op, reader);
  if (op.op !== "create" && op.op !== "update") return {};
  const id = op.id ?? newId({ op, data });
  const [listed, naming] = await Promise.all([
    reader.connectors(op.space).catch(() => []),
    op.op === "update" ? namedSince(op, reader) : undefined,
  ]);
  const stored = listed.find((one) => one.id === id);
  // A text that is an id means that connector.
  const oldName = op.op === "update" && !listed.some((one) => one.id === op.before.name) ? naming : undefined;
  return { ...(stored && { stored }), ...(oldName && { oldName }) };
}

/** The id that Kibana chose for a new connector. */
export function newId({ op, data }: Pick<OpResult, "op" | "data">): string | undefined {
  return op.op === "create" &&
    op.id === undefined &&
    data !== null &&
    typeof data === "object" &&
    "id" in data &&
    typeof data.id === "string"
    ? data.id
    : undefined;
}

/** A config as it is recorded, with what Kibana added to it by itself. @param hide takes known secrets out of that */
export function storedBy({ data }: OpResult, record: Recorded, hide: Scrub): Record<string, unknown> | undefined {
  const sent = record.op === "create" ? record.config : record.op === "update" ? record.after.config : undefined;
  if (!sent || !isPlainObject(data) || !isPlainObject(data.config)) return undefined;
  return withAdded(sent, data.config, (added) => hide.json(added));
}

/** What somebody else changed it to, for the journal. */
async function stateNow(op: Op, reader: Reader): Promise<Pick<OpResult, "seen">> {
  const { space, id } = op;
  if (id === undefined) return {};
  try {
    if (op.op === "put_rule") {
      const rule = await reader.rule(space, id);
      return { seen: { name: rule.name, config: { ...ruleState(rule) } } };
    }
    if (op.op === "put_workflow") {
      const found = await reader.workflow(space, id, op.routes);
      return found ? { seen: { name: found.name, config: { yaml: found.yaml, enabled: found.enabled } } } : {};
    }
    const { name, config = {} } = await reader.connector(space, id);
    return { seen: { name, config } };
  } catch {
    // The answer says that it differs or is gone; there is nothing to keep.
    return {};
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
