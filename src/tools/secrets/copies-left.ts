import type { Plan } from "../../change/plan.ts";
import { maySee } from "../../change/principal.ts";
import { firstFew } from "../../first-few.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { word } from "../../plain-text.ts";
import { nameTold, type SecretSource } from "../../secrets/secret-source.ts";
import { fieldOf, haveSameValue, type StoredSecret } from "../../secrets/stored-secret.ts";
import { valuesNow } from "../../secrets/value-now.ts";
import type { ToolContext } from "../define.ts";
import { compared } from "./given-places.ts";
import { isIn } from "./proposed-secrets.ts";
import { changesNothingElse, givenIn } from "./replaced-secrets.ts";

/** Most connectors that a sentence names, and most spaces to look into. */
const most = 5;

/** What is in a space now. */
interface Looked {
  space: string;
  existing: readonly Pick<Connector, "id">[];
}

/**
 * Other connectors in which this server stored a secret that updates replace: the same value, or, where no digest tells, by the same
 * call, from the same reference, or from one that has the same value now. Those that are gone from Kibana are left out. A sentence, or none.
 * @param looked spaces that were read already
 */
export async function copiesLeft(
  plans: readonly Plan[],
  looked: readonly Looked[],
  { secrets: source, principal, kibana }: Pick<ToolContext, "secrets" | "principal" | "kibana">,
): Promise<string[]> {
  const changed = plans.flatMap((plan) => {
    const { op, secrets, fields } = givenIn(plan);
    return op?.op === "update" && fields.size > 0 ? [{ op, secrets, fields }] : [];
  });
  const all = changed.length === 0 ? [] : ((await source.stored?.()) ?? []).filter((one) => one.isLatest && !one.isGone);
  const values = valuesNow(source);
  const each = await Promise.all(changed.map(async (one) => ({ ...one, ...(await compared(one.secrets, source)) })));
  const replaced = each.flatMap(({ op, given, fields }) => {
    // What an update of something else sends again is the same secret, and so is what a write that may have happened sent.
    const isAgain = !changesNothingElse(op);
    const isReplaced = (one: StoredSecret) => {
      const now = given.find(({ path }) => path === one.path);
      const isSame = now && haveSameValue(one, now);
      if (isSame !== undefined) return !isSame;
      return !(isAgain || one.isUncertain) || one.source === undefined || now?.source !== one.source;
    };
    return all
      .filter((one) => isIn(one, op) && fields.has(fieldOf(one)) && isReplaced(one))
      .map((one) => ({ ...one, isGivenNow: given.some(({ value }) => one.source !== undefined && values.is(one.source, value)) }));
  });
  const hasNewOne = (one: StoredSecret) => each.some(({ given }) => given.some((now) => haveSameValue(one, now) === true));
  const isNamed = (one: StoredSecret, mine: StoredSecret) =>
    mine.source === undefined ? mine.change === one.change && mine.path === one.path : mine.source === one.source;
  const isSame = (one: StoredSecret) => replaced.some((mine) => haveSameValue(mine, one) ?? (!hasNewOne(one) && isNamed(one, mine)));
  // What a reference held when it was stored is not known: one that has the new value now says nothing of the old one.
  const hasItsValue = (one: StoredSecret) =>
    one.source !== undefined &&
    replaced.some((mine) => {
      if (haveSameValue(mine, one) !== undefined || mine.source === undefined || mine.isGivenNow) return false;
      return one.source !== undefined && values.is(one.source, values.of(mine.source));
    });
  const others = all.filter((one) => maySee(principal, one.space) && !changed.some(({ op }) => isIn(one, op)));
  const hasItsName = (one: StoredSecret) => replaced.some((mine) => isNamed(one, mine));
  const found = others.filter((one) => isSame(one) || hasItsValue(one));
  const copies = [...found.filter(hasItsName), ...found.filter((one) => !hasItsName(one))];
  const byPlace = new Map([...copies].reverse().map((one) => [JSON.stringify([one.space, one.connector]), one]));
  const left = await thatExist([...byPlace.values()].reverse(), looked, kibana);
  if (left.length === 0) return [];
  const named = firstFew(left, most, (one) => {
    const notes = [
      one.at.slice(0, 10),
      ...(hasItsName(one) ? [] : [`${cameFrom(one, source)}, with the same value`]),
      ...(one.isUncertain ? ["and whether it is there is not known"] : []),
    ];
    return `${word(one.connector)} in ${word(one.space)} (${notes.join(", ")})`;
  });
  return [
    `By the journal this server stored the same secret in ${named} too: what is there stays as it is, so update ${left.length > 1 ? "those" : "that one"} as well if the old secret ends.`,
  ];
}

function cameFrom({ source: reference }: StoredSecret, source: SecretSource): string {
  return reference === undefined ? "typed by a person" : `from ${nameTold(reference, source)}`;
}

/** Without those that somebody deleted in Kibana. Where that cannot be read they stay. */
async function thatExist(copies: readonly StoredSecret[], looked: readonly Looked[], kibana: ToolContext["kibana"]) {
  const there = new Map(looked.map(({ space, existing }) => [space, existing]));
  const others = [...new Set(copies.map(({ space }) => space))].filter((space) => !there.has(space)).slice(0, most);
  await Promise.all(
    others.map(async (space) => {
      const existing = await kibana.connectors(space).catch(() => undefined);
      if (existing) there.set(space, existing);
    }),
  );
  return copies.filter(({ space, connector }) => there.get(space)?.some(({ id }) => id === connector) ?? true);
}
