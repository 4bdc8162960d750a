import { unfitForAddress } from "../../catalog/address-parts.ts";
import type { ConnectorType, Params } from "../../catalog/connector-type.ts";
import { effectOf } from "../../catalog/when.ts";
import { closes, closingParams, keyOf, recordOf } from "../../rules/incidents.ts";
import { hideSecrets, redactionMark } from "../../secrets/detect.ts";

const generally = {
  none: "changes nothing outside Kibana",
  creates: "creates something outside Kibana",
  updates: "changes something outside Kibana",
  sends: "sends something out of Kibana",
  executes: "makes something outside Kibana act",
} as const;

/** What one call does to the world, for the person who decides. */
interface Doing {
  /** A sentence without its full stop. */
  words: string;
  /** It opens something under a key of the caller's choice, or without one. */
  opens: boolean;
  /** The params that close what it opens. */
  closing?: Params;
}

/** In the catalogue's words if the call is like the type's loud test, with other values; in general words otherwise. */
export function whatItDoes(entry: ConnectorType | undefined, params: Params): Doing {
  const { effect, withinKibana } = entry ? effectOf(entry, params) : { effect: "executes" as const, withinKibana: undefined };
  if (withinKibana) return { words: `It ${withinKibana}`, opens: false };
  const general = `It ${generally[effect === "creates" && recordOf(params) !== undefined ? "updates" : effect]}`;
  if (!entry || effect === "none") return { words: general, opens: false };
  if (closes(entry, params)) {
    const which = recordOf(params) === undefined ? "what is open under its key" : "the record that externalId names";
    return { words: `It closes ${which}`, opens: false };
  }
  const loud = entry.tests.loud;
  if (!loud || !isLike(entry, params, loud.params)) return { words: general, opens: false };
  const words = loud.inGeneral ?? loud.effect;
  const opens = entry.dedupField !== undefined && (effect === "creates" || effect === "sends");
  const key = opens ? keyOf(entry, params) : undefined;
  const closing = key === undefined ? undefined : closingParams(entry, key);
  const isClosable = closing !== undefined && unfitForAddress(entry, closing).length === 0;
  return {
    words: words.includes("{") ? general : `Effect: ${words}`,
    opens,
    // With a mark in place of a value it would close nothing.
    ...(isClosable && !JSON.stringify(hideSecrets(closing).config).includes(redactionMark) ? { closing } : {}),
  };
}

/** Whether the params choose the same action as the test's; other fields may differ. */
function isLike({ recovery, dedupField }: ConnectorType, params: Params, test: Params): boolean {
  // What is pushed to a record that is there changes it.
  if (recordOf(params) !== undefined) return false;
  return Object.entries(test).every(([field, value]) => {
    const closing = recovery?.params[field];
    const chooses = field === "subAction" || (typeof closing === "string" && closing !== value && field !== dedupField);
    return !chooses || params[field] === value || (field !== "subAction" && params[field] === undefined);
  });
}
