import type { Case } from "../kibana/cases.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Use } from "./use.ts";
import { wholeList } from "./whole-list.ts";

const mostPages = 10;

/**
 * The cases that push to a connector. Kibana has no filter for it, so they are read only to explain its count of references.
 * @returns `complete`: whether all cases of the space were read
 */
export async function casesWith(reader: Reader, space: string, connector: string): Promise<{ uses: Use[]; complete: boolean }> {
  const { items, complete } = await wholeList(async (at) => {
    const { total, cases } = await reader.cases(space, at);
    return { total, items: cases };
  }, mostPages);
  const uses = [...items.values()].filter((one) => one.connector === connector).map((one) => use(one, space));
  return { uses, complete };
}

function use({ id, title, open }: Case, space: string): Use {
  return { kind: "case", id, name: title, space, enabled: open, how: open ? "an open case" : "a closed case", can_be_moved: false };
}
