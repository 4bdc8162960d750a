import { ToolError } from "../errors.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { quoted } from "../plain-text.ts";
import { discoveryActions } from "./assistants.ts";
import { caseSettings } from "./case-settings.ts";
import { allCases } from "./cases.ts";
import { lookAround } from "./look.ts";
import { laterLooks } from "./queued-runs.ts";
import { explainReferences } from "./references.ts";
import { type Holder, type Source, type Where, whereOf } from "./use.ts";

/** A list of rules that seems to be whole, and is not. */
export interface RulesLeftOut {
  why: string;
  fix: string;
}

interface Known {
  /** How many of the rules that were found use a connector: of all that the key may read. */
  rules(id: string): number;
  types: Iterable<LiveType>;
  /** Undefined where it could not be read. */
  status: Where["status"] | undefined;
  signal?: AbortSignal | undefined;
  /** The cases of the space, where they were read already. */
  cases?: readonly Holder[] | undefined;
}

/**
 * Kibana leaves rules that a key may not read out of its lists without a word, and counts their references all the same. Where
 * those are more than the rules found, this looks for what else Kibana counts, and at the count again once queued runs are over.
 * @returns undefined where all is accounted for
 */
export async function rulesLeftOut(
  reader: Reader,
  space: string,
  connectors: readonly Connector[],
  { rules, types, status, signal, cases }: Known,
): Promise<RulesLeftOut | undefined> {
  let left = connectors.filter((one) => explainReferences(one, rules(one.id)) !== undefined);
  // What Kibana counts of the history of cases nobody lists: a case accounts for all of them.
  left = await without(allCases, () => Number.POSITIVE_INFINITY);
  left = await without(caseSettings, (found) => found);
  left = await without(discoveryActions, (found) => found);
  if (left.length > 0) left = await countedAgain();
  return left.length === 0 ? undefined : inWords(left, rules);

  /** Those that a source does not account for. */
  async function without(source: Source, counts: (found: number) => number): Promise<Connector[]> {
    if (left.length === 0 || status === undefined) return left;
    const places = left.map((one) => whereOf(one, types, status));
    const known = source === allCases ? cases : undefined;
    const holders = known ?? (await lookAround(reader, space, places, [source])).looked.flatMap(({ found }) => found.holders);
    return left.flatMap((one) => {
      const users = new Set(holders.filter(({ names }) => names === one.id).map(({ use }) => use.id)).size;
      const references = (one.references ?? 0) - (users > 0 ? counts(users) : 0);
      return explainReferences({ ...one, references }, rules(one.id)) === undefined ? [] : [{ ...one, references }];
    });
  }

  async function countedAgain(): Promise<Connector[]> {
    const before = new Map(connectors.map((one) => [one.id, one.references ?? 0]));
    let still = left;
    try {
      for await (const all of laterLooks(reader, space, signal)) {
        const now = new Map(all.map((one) => [one.id, one.references ?? 0]));
        still = still.flatMap((one) => {
          const gone = Math.max(0, (before.get(one.id) ?? 0) - (now.get(one.id) ?? 0));
          const references = (one.references ?? 0) - gone;
          return explainReferences({ ...one, references }, rules(one.id)) === undefined ? [] : [one];
        });
        if (still.length === 0) break;
      }
    } catch (error) {
      if (!(error instanceof ToolError) && !signal?.aborted) throw error;
    }
    return still;
  }
}

function inWords([first, ...rest]: readonly Connector[], rules: (id: string) => number): RulesLeftOut {
  const more = first ? (first.references ?? 0) - rules(first.id) : 0;
  const others = rest.length > 0 ? ` (and more to ${rest.length} other connector${rest.length === 1 ? "" : "s"})` : "";
  return {
    why: `Kibana counts ${more} more reference${more === 1 ? "" : "s"} to ${quoted(first?.name ?? "", 60)} than were found${others}: rules or cases that this key may not read, or queued runs.`,
    fix: "Use a key that may read all rules and cases of the space.",
  };
}
