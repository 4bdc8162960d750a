import { ToolError } from "../errors.ts";
import type { Reader } from "../kibana/reader.ts";

const titles: Record<string, string> = { cases: "Stack Management", observability: "Observability", securitySolution: "Security" };

/**
 * Those whose cases, and settings of cases, Kibana leaves out without a word: the key may read those of others only. What a
 * space hides nobody can read or use there (cases/server/authorization/authorization.ts).
 * @returns as Kibana's pages call them; empty where all can be read
 * @throws ToolError where Kibana does not say
 */
async function unreadOwners(reader: Reader, space: string): Promise<string[]> {
  const owners = await reader.caseOwners(space);
  if (owners.length === 0)
    throw new ToolError("kibana_error", "Kibana does not say whose cases this key may read.", "Look in Kibana under Cases > Settings.");
  const unread = owners.filter(({ readable }) => !readable);
  if (unread.length === 0) return [];
  const hidden = new Set(await reader.hiddenFeatures(space));
  const left = unread.filter(({ features }) => !features.every((feature) => hidden.has(feature)));
  return left.map(({ owner }) => titles[owner] ?? owner);
}

/** Why a look at what belongs to these was not whole, and what helps; undefined where it was. */
export async function withoutOwners(reader: Reader, space: string): Promise<{ why: string; fix: string } | undefined> {
  try {
    const unread = (await unreadOwners(reader, space)).join(" and ");
    return unread === ""
      ? undefined
      : { why: `This key may not read those of ${unread}.`, fix: `Give the key read access to the cases of ${unread}.` };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return { why: error.message, fix: error.fix };
  }
}
