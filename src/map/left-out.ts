import type { Reader } from "../kibana/reader.ts";
import { type RulesLeftOut, rulesLeftOut } from "../usage/unaccounted.ts";
import type { Deployment, SpaceFacts } from "./space.ts";

/** Connectors of which it is asked how many rules there are, where a filter left some out. */
const mostAsked = 5;

interface Walked {
  /** How many of the rules that were read use each connector. */
  using: Map<string, number>;
  /** Whether Kibana was asked for some of the rules only. */
  narrowed: boolean;
  /** Of these connectors; undefined: all. */
  name: string | undefined;
}

/** Whether rules that lead to connectors of a space were left out, as far as Kibana's count of references tells. */
export async function leftOutOf(
  reader: Reader,
  { status, types }: Pick<Deployment, "status" | "types">,
  { space, connectors }: SpaceFacts,
  { using, narrowed, name }: Walked,
): Promise<RulesLeftOut | undefined> {
  const more = (one: { id: string; references: number | undefined }) => (one.references ?? 0) - (using.get(one.id) ?? 0);
  let all = [...(connectors.all?.values() ?? [])].filter((one) => name === undefined || one.id === name || one.name === name);
  if (narrowed) {
    const suspect = all.filter((one) => !one.preconfigured && more(one) > 0).sort((one, other) => more(other) - more(one));
    all = suspect.slice(0, mostAsked);
    const totals = await Promise.all(all.map(({ id }) => reader.rules(space, { connector: id, page: 1, perPage: 1 })));
    for (const [at, { id }] of all.entries()) using.set(id, totals[at]?.total ?? 0);
  }
  return rulesLeftOut(reader, space, all, { status, types: types?.values() ?? [], rules: (id) => using.get(id) ?? 0 });
}
