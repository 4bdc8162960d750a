import { isNoRoute } from "../kibana/absent.ts";
import type { Case } from "../kibana/cases.ts";
import { KibanaError } from "../kibana/errors.ts";
import type { Reader } from "../kibana/reader.ts";
import { withoutOwners } from "./case-owners.ts";
import { type Found, hasFeature, type Source, type Use } from "./use.ts";
import { wholeList } from "./whole-list.ts";

const mostPages = 10;

/** Kibana counts cases, so they are read only where it cannot: of an id that is gone. */
function casesAs(isMeant: (one: Case) => boolean, ofAllOwners = true): Source {
  const source: Source = {
    what: "cases",
    ofSolution: true,
    canHold: (where) => hasFeature(where, "cases"),
    async look(reader, space): Promise<Found> {
      const [{ items, total, complete }, missed] = await Promise.all([
        casesOf(reader, space).catch((error: unknown) => {
          if (error instanceof KibanaError && isNoRoute(error)) return { items: new Map<string, Case>(), total: 0, complete: true };
          throw error;
        }),
        ofAllOwners ? withoutOwners(reader, space) : undefined,
      ]);
      const unread = complete ? missed : { why: `Only ${items.size} of ${total} were read.` };
      return {
        holders: [...items.values()]
          .filter(isMeant)
          .flatMap((one) => (one.connector === undefined ? [] : [{ use: use(one, space), names: one.connector }])),
        unseen: unread ? [{ what: source.what, ...unread, permanent: false, whole: false }] : [],
      };
    },
  };
  return source;
}

/** They push to their connector again. */
export const openCases = casesAs(({ open }) => open);
export const allCases = casesAs(() => true);
/** The same where it is said elsewhere whose this key may not read: of the settings of cases. */
export const readableCases = casesAs(() => true, false);

/**
 * The cases that push to a connector. Kibana has no filter for it, so they are read only to explain its count of references.
 * @returns `unread`: why not all cases of the space were read
 */
export async function casesWith(
  reader: Reader,
  space: string,
  connector: string,
): Promise<{ uses: Use[]; unread?: { why: string; fix?: string } }> {
  const [{ items, complete }, missed] = await Promise.all([casesOf(reader, space), withoutOwners(reader, space)]);
  const uses = [...items.values()].filter((one) => one.connector === connector).map((one) => use(one, space));
  const unread = complete ? missed : { why: "there are too many to read them all" };
  return { uses, ...(unread && { unread }) };
}

function casesOf(reader: Reader, space: string) {
  return wholeList(async (at) => {
    const { total, cases } = await reader.cases(space, at);
    return { total, items: cases };
  }, mostPages);
}

function use({ id, title, open }: Case, space: string): Use {
  return { kind: "case", id, name: title, space, enabled: open, how: open ? "an open case" : "a closed case", can_be_moved: false };
}
