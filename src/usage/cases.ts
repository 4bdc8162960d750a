import { type Case, casesOnAPage } from "../kibana/cases.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Use } from "./use.ts";

const mostPages = 10;

/**
 * The cases that push to a connector. Kibana has no filter for it, so they are read only to explain its count of references.
 * @returns `complete`: whether all cases of the space were read
 */
export async function casesWith(reader: Reader, space: string, connector: string): Promise<{ uses: Use[]; complete: boolean }> {
  const uses: Use[] = [];
  for (let at = 1; at <= mostPages; at++) {
    const { total, cases } = await reader.cases(space, at);
    uses.push(...cases.filter((one) => one.connector === connector).map((one) => use(one, space)));
    if (cases.length === 0 || at * casesOnAPage >= total) return { uses, complete: true };
  }
  return { uses, complete: false };
}

function use({ id, title, open }: Case, space: string): Use {
  return { kind: "case", id, name: title, space, enabled: open, how: open ? "an open case" : "a closed case", can_be_moved: false };
}
