import { mailboxOf, namesSomebody, textsOfConfig } from "../../catalog/recipients.ts";
import { asUrlsAreRead } from "../../host-name.ts";
import { hidingKnown } from "../../plain-text.ts";
import type { Scrub, ScrubForPeople } from "../../secrets/scrub.ts";
import type { Op } from "../op.ts";
import type { Plan } from "../plan.ts";
import type { Reach } from "./reach.ts";
import { isSecretAsAWhole, wordsToKeep } from "./words-to-keep.ts";

/** A plan belongs to one call, whose own texts may be long. */
const made = new WeakMap<Pick<Plan, "own">, Scrub>();

/** Takes known secrets out of what a person reads, except where the call itself wrote them: that is what they decide on. */
export function scrubForPerson(plan: Pick<Plan, "own">, scrub: ScrubForPeople): Scrub {
  const found = made.get(plan) ?? scrub.sparing(new Set([...(plan.own ?? [])].flatMap((text) => [text, asUrlsAreRead(text)])));
  made.set(plan, found);
  return found;
}

/** What a person reads before agreeing. */
export interface ForPerson {
  text(make: () => string): string;
  json<T>(make: () => T): T;
}

/** Whatever is made to be read there, also what is cut in it, without known secrets that only Kibana has; whom it names and where it goes stays. */
export function forPerson(plan: Plan, reach: Reach, deployment: string, scrub: ScrubForPeople): ForPerson {
  const { text, json } = scrubForPerson(plan, scrub);
  const kept = [
    ...wordsToKeep(plan, reach, deployment, scrub),
    ...reach.recipients,
    ...reach.acting,
    ...reach.noLonger,
    ...new Set(plan.ops.flatMap((op) => whomItNames(op, scrub))),
  ];
  const plainly = <T>(make: () => T) => hidingKnown({ text, said: text }, make);
  return { text: (make) => text(plainly(make), kept), json: (make) => json(plainly(make), kept) };
}

/** Mail addresses in a connector's config, as its sender, and what equals a known value as a whole under a key that says that somebody is meant. */
function whomItNames(op: Op, scrub: Scrub): string[] {
  const configs = op.op === "update" ? [op.before.config ?? {}, op.after.config] : op.op === "create" ? [op.config] : [];
  return configs
    .flatMap((config) => textsOfConfig(config))
    .filter((one) => namesSomebody(one) && !one.value.includes("://"))
    .flatMap(({ value }) => mailboxOf(value) ?? (isSecretAsAWhole(value, scrub) ? value : []));
}
