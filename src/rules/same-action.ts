import type { RuleAction } from "../kibana/rules.ts";
import { canonicalJson } from "../plain-object.ts";
import { actionFields, writable } from "./rule-fields.ts";

/** What Kibana would store of an action, apart from its uuid: two actions with the same key do the same. */
export function actionKey({ uuid: _uuid, ...action }: RuleAction): string {
  return canonicalJson(writable({ ...action, params: action.params ?? {} }, actionFields));
}

/** Its identity in the rule; before 8.7 actions have none. */
export function uuidOf({ uuid }: RuleAction): string | undefined {
  return uuid ?? undefined;
}

export interface Paired<Item> {
  pairs: [before: Item, after: Item][];
  gone: Item[];
  fresh: Item[];
}

/**
 * Pairs what was with what is, each at most once, so that one of two equal items that is missing is gone. In linear time.
 * @param keys by which items are paired, tried one after the other; an item without a key is not paired by it
 */
export function paired<Item>(
  before: readonly Item[],
  after: readonly Item[],
  ...keys: readonly ((item: Item) => string | undefined)[]
): Paired<Item> {
  const partners = new Map<number, number>();
  const taken = new Set<number>();
  for (const keyOf of keys) {
    const free = new Map<string, number[]>();
    // From the end, so that the first is on top.
    for (let at = after.length - 1; at >= 0; at--) {
      const key = taken.has(at) ? undefined : keyOf(after[at] as Item);
      if (key === undefined) continue;
      const places = free.get(key);
      if (places) places.push(at);
      else free.set(key, [at]);
    }
    for (const [at, item] of before.entries()) {
      if (partners.has(at)) continue;
      const key = keyOf(item);
      const found = key === undefined ? undefined : free.get(key)?.pop();
      if (found === undefined) continue;
      partners.set(at, found);
      taken.add(found);
    }
  }
  return {
    pairs: [...partners].sort(([one], [other]) => one - other).map(([was, is]) => [before[was] as Item, after[is] as Item]),
    gone: before.filter((_item, at) => !partners.has(at)),
    fresh: after.filter((_item, at) => !taken.has(at)),
  };
}
