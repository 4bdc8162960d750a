import { setImmediate } from "node:timers/promises";
import { ToolError } from "../../errors.ts";
import { isNoRoute } from "../../kibana/absent.ts";
import { KibanaError } from "../../kibana/errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { quoted } from "../../plain-text.ts";
import { casesWith } from "../../usage/cases.ts";
import { whyNotFree } from "../../usage/free.ts";
import { inWords, lookAround, notLookedAt, usersOf, visibleRules } from "../../usage/look.ts";
import { hasFeature, type Use, type Where } from "../../usage/use.ts";
import type { DeleteOp } from "../plan.ts";
import { idRefused } from "../undo-here.ts";
import { assertUntouched, connectorOrNone, isStill, replacing } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const remove: OpKind<DeleteOp> = {
  async write(op, { writer, reader }) {
    await assertStillFree(op, reader);
    return replacing(writer.deleteConnector(op.space, op.id));
  },

  record: ({ space, id, before, secretsBefore, restorable, unusable }) => ({
    op: "delete",
    space,
    id,
    name: before.name,
    type: before.type,
    config: before.config ?? {},
    secretsBefore,
    restorable,
    ...(unusable !== undefined && { unusable }),
  }),

  async happened({ space, id, ...before }, reader) {
    const found = await connectorOrNone(reader, space, id);
    if (!found) return "done";
    return isStill(found, before) ? "not_done" : "differs";
  },

  inverse: ({ space, id, name, type, config, secretsBefore, restorable, unusable }) =>
    restorable
      ? { op: "create", space, id, name, type, config, secrets: secretsBefore, ...(unusable !== undefined && { unusable }) }
      : { none: idRefused(id) },
};

/**
 * The last look before a DELETE, one round trip ahead of it: Kibana deletes even what is in use (reference/kibana-api.md
 * §5.4), and something may have begun to use the connector since the plan was made.
 * @throws ToolError in_use, references_unknown, confirmation_invalid: nothing was written
 */
async function assertStillFree(op: DeleteOp, reader: Reader): Promise<void> {
  const others = counting(reader);
  const looked = async () => {
    // By then the first requests of the others are under way.
    await setImmediate();
    const asked = others.asked();
    await assertUntouched(op.before, op.space, reader);
    return { asked, at: performance.now() };
  };
  const [why, last] = await Promise.all([whyNotNow(op, others.reader), looked()]);
  if (why) throw new ToolError(why.code, `${why.message} It was not deleted.`, why.fix, why.detail);
  // While further pages were read, somebody may have changed the connector.
  if (others.asked() > last.asked || performance.now() - last.at > tooOld) await assertUntouched(op.before, op.space, reader);
}

/** Milliseconds by which others may answer later than the connector was read. */
const tooOld = 200;

/** A reader that counts what it is asked. */
function counting(reader: Reader): { reader: Reader; asked(): number } {
  let asked = 0;
  const counted = new Proxy(reader, {
    get(target, name) {
      asked += 1;
      return Reflect.get(target, name);
    },
  });
  return { reader: counted, asked: () => asked };
}

async function whyNotNow({ space, before, where, unseen }: DeleteOp, reader: Reader): Promise<ToolError | undefined> {
  const couldNot = `Could not check, just before deleting it, whether something uses ${quoted(before.name)} (${before.id})`;
  try {
    const look = () => visibleRules(reader, space, before);
    const [rules, listed, seen] = await Promise.all([look(), reader.connectors(space), lookAround(reader, space, [where])]);
    const now = { ...before, references: listed.find((one) => one.id === before.id)?.references };
    const others = usersOf(before, where, new Set(listed.map(({ id }) => id)), seen);
    // A rule saved between the two reads is counted but not found: one more look finds it.
    const found = rules?.length === 0 && now.references !== 0 ? await look() : rules;
    const why = whyNotFree(now, { rules: found, ...others }, space);
    const more = notLookedAt(others.sight).find((one) => !unseen.includes(inWords(one)));
    if (why || !more) return why;
    return new ToolError("references_unknown", `${couldNot}: not looked at are ${inWords(more)}`, more.fix ?? "Repeat the call.");
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return new ToolError("references_unknown", `${couldNot}: ${error.message}`, error.fix, error.detail);
  }
}

/** What began to use a connector while it was being deleted; rules are "unknown" where they cannot be read. */
export async function leftWithout({ space, id, before, where }: DeleteOp, reader: Reader) {
  const [rules, seen, cases] = await Promise.all([
    visibleRules(reader, space, { id, preconfigured: false }).catch(() => undefined),
    // It throws only where Kibana does not answer, and then the rules are unknown.
    lookAround(reader, space, [where]).catch(() => undefined),
    casesOf(id, space, where, reader),
  ]);
  return {
    leftBehind: rules ?? ("unknown" as const),
    takenBy: [...(seen ? usersOf(before, where, new Set(), seen).uses : []), ...cases.uses],
    ...(cases.unread !== undefined && { casesUnread: cases.unread }),
  };
}

/** Kibana's count of references, which has the cases, went with the connector. */
async function casesOf(id: string, space: string, where: Where, reader: Reader): Promise<{ uses: Use[]; unread?: string }> {
  if (!hasFeature(where, "cases")) return { uses: [] };
  try {
    const { uses, unread } = await casesWith(reader, space, id);
    return { uses, ...(unread && { unread: unread.why.replace(/\.$/, "") }) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return error instanceof KibanaError && isNoRoute(error) ? { uses: [] } : { uses: [], unread: error.message.replace(/\.$/, "") };
  }
}
