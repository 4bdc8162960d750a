import { ToolError } from "../errors.ts";
import { grouped } from "../grouped.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { discoveryActions } from "./assistants.ts";
import { casesWith } from "./cases.ts";
import { lookAround } from "./look.ts";
import { explainReferences } from "./references.ts";
import { hasFeature, type Source, type Unseen, type Use, type Where } from "./use.ts";

/** What Kibana counts of a connector besides rules. */
export interface CountedUsers {
  uses: Use[];
  /** Ids of those that tell somebody through other connectors too. */
  alsoElsewhere: ReadonlySet<string>;
  /** How many references they account for: nobody lists what Kibana counts of the history of cases. */
  accountedFor: number;
  unread: Pick<Unseen, "what" | "why" | "fix">[];
}

export const nothingCounted: CountedUsers = { uses: [], alsoElsewhere: new Set(), accountedFor: 0, unread: [] };

/**
 * The users of a connector that no search of rules finds and Kibana counts: cases, and schedules of attack discovery that notify
 * through it. They are read only where its count is above what was found.
 * @param found how many references are accounted for
 */
export async function countedUsers(
  reader: Reader,
  space: string,
  connector: Connector,
  found: number,
  where: Where,
): Promise<CountedUsers> {
  if (explainReferences(connector, found) === undefined) return nothingCounted;
  const [cases, { looked }] = await Promise.all([
    casesOf(reader, space, connector.id, where),
    lookAround(reader, space, [where], [discoveryActions]),
  ]);
  const holders = looked.flatMap((one) => one.found.holders);
  const schedules = holders.filter(({ names }) => names === connector.id).map(({ use }) => use);
  return {
    uses: [...cases.uses, ...schedules],
    alsoElsewhere: new Set([...grouped(holders, ({ use }) => use.id)].flatMap(([id, all]) => (all.length > 1 ? [id] : []))),
    accountedFor: cases.uses.length > 0 ? Number.POSITIVE_INFINITY : schedules.length,
    unread: [...(cases.unread ? [{ what: "cases", ...cases.unread }] : []), ...looked.flatMap((one) => one.found.unseen)],
  };
}

async function casesOf(reader: Reader, space: string, id: string, where: Where): ReturnType<typeof casesWith> {
  if (!hasFeature(where, "cases")) return { uses: [] };
  return casesWith(reader, space, id).catch((error: unknown) => {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return { uses: [], unread: { why: error.message, fix: error.fix } };
  });
}

/** Where there is no count: of a connector that is gone. Most keys may not read the schedules, which is no news. */
export const discoveryActionsIfAllowed: Source = {
  ...discoveryActions,
  look: (...args) =>
    discoveryActions.look(...args).catch((error: unknown) => {
      if (error instanceof ToolError && error.code === "forbidden") return { holders: [], unseen: [] };
      throw error;
    }),
};
