import type { Case } from "../kibana/cases.ts";
import type { Reader } from "../kibana/reader.ts";
import { withoutOwners } from "./case-owners.ts";
import { hasFeature, type Source, type Use } from "./use.ts";
import { wholeList } from "./whole-list.ts";

const mostPages = 10;

/** Open cases, which push to their connector again. Kibana counts them, so they are read only where it cannot: of an id that is gone. */
export const openCases: Source = {
  what: "cases",
  ofSolution: true,
  canHold: (where) => hasFeature(where, "cases"),
  async look(reader, space) {
    const [{ items }, missed] = await Promise.all([casesOf(reader, space), withoutOwners(reader, space)]);
    const open = [...items.values()].filter((one) => one.open);
    return {
      holders: open.flatMap((one) => (one.connector === undefined ? [] : [{ use: use(one, space), names: one.connector }])),
      unseen: missed ? [{ what: openCases.what, ...missed, permanent: false, whole: false }] : [],
    };
  },
};

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
