import { setImmediate } from "node:timers/promises";
import { ToolError } from "../../errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { quoted } from "../../plain-text.ts";
import { allCases } from "../../usage/cases.ts";
import { countedUsers, discoveryActionsIfAllowed } from "../../usage/counted.ts";
import { whyNotFree } from "../../usage/free.ts";
import { inWords, lookAround, lookAtEach, notLookedAt, presentIn, usersOf, visibleRules } from "../../usage/look.ts";
import { sources } from "../../usage/sources.ts";
import type { Source } from "../../usage/use.ts";
import type { DeleteOp } from "../op.ts";
import type { OpResult } from "../plan.ts";
import { idRefused } from "../undo-here.ts";
import { assertUntouched, connectorOrNone, isStill, replacing } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const remove: OpKind<DeleteOp> = {
  async write(op, { writer, reader }) {
    await assertStillFree(op, reader);
    return replacing(writer.deleteConnector(op.space, op.id));
  },

  record: ({ space, id, before, secretsBefore, secretsPossible = [], headersBefore, restorable, unusable, lost }) => ({
    op: "delete",
    space,
    id,
    name: before.name,
    type: before.type,
    config: before.config ?? {},
    secretsBefore,
    ...(secretsPossible.length > 0 && { secretsPossible: [...secretsPossible] }),
    ...(headersBefore && { headersBefore: [...headersBefore] }),
    restorable,
    ...(unusable !== undefined && { unusable }),
    ...(lost !== undefined && { lost }),
  }),

  async happened({ space, id, ...before }, reader) {
    const found = await connectorOrNone(reader, space, id);
    if (!found) return "done";
    return isStill(found, before) ? "not_done" : "differs";
  },

  inverse: ({ space, id, name, type, config, secretsBefore, secretsPossible, headersBefore, restorable, unusable, lost }) =>
    restorable
      ? {
          ...{ op: "create", space, id, name, type, config, secrets: secretsBefore },
          ...(secretsPossible && { possible: secretsPossible }),
          ...(headersBefore && { headers: headersBefore }),
          ...(unusable !== undefined && { unusable }),
          ...(lost !== undefined && { lost }),
        }
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
    const others = usersOf(before, where, presentIn(listed), seen);
    // A rule saved between the two reads is counted but not found: one more look finds it.
    const found = rules?.length === 0 && now.references !== 0 ? await look() : rules;
    const counted = await countedUsers(reader, space, now, found?.length ?? 0, where);
    const why = whyNotFree(now, { rules: found, ...others, uses: [...others.uses, ...counted.uses] }, space, counted.unread);
    const more = notLookedAt(others.sight).find((one) => !unseen.includes(inWords(one)));
    if (why || !more) return why;
    return new ToolError("references_unknown", `${couldNot}: not looked at are ${inWords(more)}`, more.fix ?? "Repeat the call.");
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return new ToolError("references_unknown", `${couldNot}: ${error.message}`, error.fix, error.detail);
  }
}

/** What began to use a connector while it was being deleted, and what could not be looked at since the plan. */
export async function leftWithout(
  { space, id, before, where, unseen }: DeleteOp,
  reader: Reader,
): Promise<Pick<OpResult, "leftBehind" | "takenBy" | "unread">> {
  const [rules, seen] = await Promise.all([
    visibleRules(reader, space, { id, preconfigured: false }).catch(asError),
    lookAtEach(reader, space, where, [...sources, ...countedBefore]),
  ]);
  const { uses, sight } = usersOf(before, where, { ids: new Set() }, seen);
  const unreadRules = { what: "rules", why: rules instanceof Error ? rules.message : "This key may not read them" };
  return {
    leftBehind: Array.isArray(rules) ? rules : [],
    takenBy: uses,
    unread: [
      ...(Array.isArray(rules) ? [] : [inWords(unreadRules)]),
      ...new Set(
        notLookedAt(sight)
          .map(inWords)
          .filter((one) => !unseen.includes(one)),
      ),
    ],
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Kibana's count of references, which had them, went with the connector. */
const countedBefore: readonly Source[] = [allCases, discoveryActionsIfAllowed];
