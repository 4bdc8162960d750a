import { grouped } from "../../grouped.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import { isTakenByDefault, neverSeen, notLookedAtInWords, othersUsing } from "../../usage/look.ts";
import type { FoundConnector, SpacesContext } from "./several-spaces.ts";

/**
 * Those of some saved connectors that nothing uses: Kibana counts no reference, and nothing else that can be looked at names them.
 * @param all every connector of their spaces, for what names one by its name
 * @param notes gets what was not looked at
 */
export async function unusedOf(
  all: readonly FoundConnector[],
  candidates: readonly FoundConnector[],
  types: readonly LiveType[],
  { kibana }: SpacesContext,
  notes: string[],
): Promise<FoundConnector[]> {
  const free = candidates.filter(({ connector }) => !connector.preconfigured && connector.references === 0);
  if (free.length === 0) return [];
  const status = await kibana.status();
  const bySpace = [...grouped(free, ({ space }) => space)];
  const looked = await Promise.all(
    bySpace.map(async ([space, rows]) => {
      const existing = all.filter((one) => one.space === space).map(({ connector }) => connector);
      const connectors = rows.map(({ connector }) => connector);
      const { of: usersOf } = await othersUsing(kibana, space, connectors, { existing, types, status });
      return rows.map((row) => ({ row, ...usersOf(row.connector) }));
    }),
  );
  const unused = looked.flat().filter(({ uses, sight }) => uses.length === 0 && !isTakenByDefault(sight));
  const missed = notLookedAtInWords(...unused.map(({ sight }) => sight));
  const never = [...new Set(unused.flatMap(({ sight }) => neverSeen(sight).map(({ what }) => what)))];
  if (missed !== "") notes.push(`Unused only as far as seen. Not looked at, so they may use some: ${missed}.`);
  if (never.length > 0) notes.push(`Nobody can list ${never.join(", ")}: whether they use some of these is not known.`);
  return unused.map(({ row }) => row);
}
