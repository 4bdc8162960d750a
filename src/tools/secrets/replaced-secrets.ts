import { isDeepStrictEqual } from "node:util";
import type { UpdateOp } from "../../change/op.ts";
import type { Plan } from "../../change/plan.ts";
import { maySee } from "../../change/principal.ts";
import { firstFew } from "../../first-few.ts";
import { grouped } from "../../grouped.ts";
import { word } from "../../plain-text.ts";
import { referencesIn } from "../../sealed.ts";
import { nameTold, type SecretSource } from "../../secrets/secret-source.ts";
import { areSame, type FormerSecret, fieldOf, haveSameValue, isSameSecret, type StoredSecret } from "../../secrets/stored-secret.ts";
import type { ToolContext } from "../define.ts";
import { compared, type GivenPlace } from "./given-places.ts";
import { isIn, type Subject } from "./proposed-secrets.ts";
import { givenFields } from "./stored-secrets.ts";

export type Given = Pick<Plan, "ops" | "asks">;

/** Most connectors that a sentence names. */
const most = 5;

/**
 * Which of the given secrets are others than this server stored in the connector last, or before an undone change, and which a rotation
 * leaves as they are: a sentence for each field.
 */
export async function replacedSecrets(subject: Pick<Subject, "id" | "space" | "before">, plan: Given, source: SecretSource) {
  const { op, fields, secrets } = givenIn(plan);
  const { given, values, holdsStill } = await compared(secrets, source);
  const rotates = op?.op === "update" && changesNothingElse(op) && subject.before === undefined;
  return [...grouped(await lastStored(subject, source), fieldOf)].flatMap(([field, all]) => {
    const is = given.filter((one) => fieldOf(one) === field);
    const ours = namesOf(is, source);
    const { replaced } = all.find((one) => one.replaced !== undefined && nameTold(one.replaced.source, source) !== ours) ?? {};
    const lost = replaced
      ? [
          `secrets.${field}: what a later change ${replaced.isUncertain ? "may have " : ""}stored there, ${nameTold(replaced.source, source)}, is replaced too.`,
        ]
      : [];
    if (!fields.has(field)) return [];
    const stored = ours || "what a person types";
    const isNow = subject.before === undefined || all.some(({ isSince }) => isSince);
    const called = (one: StoredSecret) => {
      if (one.source === undefined) return "what a person typed";
      const name = nameTold(one.source, source);
      if (holdsStill(one) ?? !one.hasNewValue) return name;
      return isNow ? `an earlier value of ${name}` : `what ${name} held then`;
    };
    const isIts = (one: StoredSecret, value: GivenPlace) => one.path === value.path && haveSameValue(one, value) === true;
    if (all.some(({ isUncertain }) => isUncertain)) {
      const either = `${alternatives(all, called)} (not known which: a write of this server had no clear answer)`;
      const equal = all.filter((one) => is.some((value) => isIts(one, value) && one.source !== value.source)).map(called);
      const same = equal.length > 0 ? `, with the same value as ${[...new Set(equal)].join(" and ")}` : "";
      const said = isNow ? `${stored} takes the place of ${either}` : `this stores ${stored}; before that change there was ${either}`;
      return [...lost, `secrets.${field}: ${said}${same}.`];
    }
    const was = all.filter(({ source: reference, digest }) => (reference ?? digest) !== undefined);
    const equal = is.filter((value) => was.some((one) => isIts(one, value)));
    const isNamed = is.every((value) => was.some((one) => one.path === value.path && one.source === value.source));
    const isSame = isNamed && areSame(was, is);
    const areTyped = [...was, ...is].every((one) => one.source === undefined);
    if (isSame || (areTyped && (isNow || equal.length === is.length))) {
      const stays = `${ours || "what a person typed"} has the value that this server stored there last`;
      return [...lost, ...(rotates && equal.length > 0 ? [`secrets.${field}: ${stays}${partOf(equal, is)}: the old secret stays.`] : [])];
    }
    const kept = is.filter((value) =>
      was.some(
        (one) => one.path === value.path && (haveSameValue(one, value) ?? (one.source !== undefined && values.is(one.source, value.value))),
      ),
    );
    const now = kept.length > equal.length ? " now" : "";
    const same = kept.length > 0 ? `oth have the same value${now}${partOf(kept, is)}` : "";
    const theirs = [...new Set(was.map(called))].join(" and ") || "what a person typed";
    return [
      ...lost,
      isNow
        ? `secrets.${field}: ${stored} takes the place of ${theirs}, which this server stored there last${same && `. B${same}: the old secret stays`}.`
        : `secrets.${field}: before that change this server had stored ${theirs} there, and this stores ${stored}${same && `; b${same}`}.`,
    ];
  });
}

/** Whether an update gives secrets alone. */
export function changesNothingElse({ before, after }: Pick<UpdateOp, "before" | "after">): boolean {
  return isDeepStrictEqual([after.name, after.config], [before.name, before.config ?? {}]);
}

/** ` (path, path)`, where it is not all. */
function partOf(some: readonly { path: string }[], all: readonly unknown[]): string {
  return some.length < all.length ? ` (${some.map(({ path }) => path).join(", ")})` : "";
}

/** Those that have a reference. */
function namesOf(some: readonly GivenPlace[], source: SecretSource): string {
  return [...new Set(some.flatMap((one) => (one.source === undefined ? [] : nameTold(one.source, source))))].join(" and ");
}

/** `A or B`: what of one field may be there, the oldest first. */
function alternatives(all: readonly StoredSecret[], called: (one: StoredSecret) => string): string {
  const told = [...grouped(all, ({ change }) => change).values()].reverse().map((some) => [...new Set(some.map(called))].join(" and "));
  return [...(told.length > 1 ? [] : ["what was there before"]), ...new Set(told)].join(" or ");
}

/**
 * Of connectors that get the same secrets, those of which this server does not know what they had, where it does of others: a sentence, or none.
 * @param before a change that is undone
 */
export async function unknownSecrets(plans: readonly Plan[], source: SecretSource, before?: string): Promise<string[]> {
  const all = await Promise.all(
    plans.map(async (plan) => {
      const { op, fields } = givenIn(plan);
      if (!op || fields.size === 0) return [];
      const known = await lastStored({ id: op.id, space: op.space, before }, source);
      return [{ op, isKnown: known.some((one) => fields.has(fieldOf(one))) }];
    }),
  );
  const unknown = all.flat().filter(({ isKnown }) => !isKnown);
  if (unknown.length === 0 || unknown.length === all.flat().length) return [];
  const named = firstFew(unknown, most, ({ op: { space, id = "" } }) => `${word(space)} (${word(id)})`);
  return [`What was stored in ${named} this server does not know: the same secrets take its place.`];
}

/** Why a person is asked about a secret that `formerSecrets` tells of. */
export const storesFormer = "a secret that is a former one elsewhere, or may be, would be stored";

/**
 * Secrets that a plan stores where they are not for certain, and that this server replaced in a connector, or may have: a sentence for each.
 * @param undoes the plan gives back what was there: that it was replaced there says nothing
 */
export async function formerSecrets(
  plan: Given,
  { secrets: source, principal }: Pick<ToolContext, "secrets" | "principal">,
  undoes = false,
): Promise<string[]> {
  const { op, secrets } = givenIn(plan);
  const { given, values: now } = await compared(secrets, source);
  if (!op || given.length === 0) return [];
  const former = (await source.former?.()) ?? [];
  const there = op.op === "update" ? await lastStored({ id: op.id, space: op.space }, source) : [];
  return given.flatMap((place) => {
    const { path, source: reference, value } = place;
    if (there.some((one) => one.path === path && isSameSecret(one, place) && !one.isUncertain)) return [];
    // Of what took its place the operator may have given it the value since; the other way round, or of the same value, it is no former one.
    const hasIts = (one: FormerSecret) => one.by !== reference && one.source !== undefined && now.is(one.source, value);
    const isNamed = (one: FormerSecret) => reference !== undefined && (one.source === reference || hasIts(one));
    const isFormer = (one: FormerSecret) => haveSameValue(one, place) ?? (isNamed(one) && (one.by === undefined || !now.is(one.by, value)));
    const all = former.filter((one) => isFormer(one) && !((undoes || one.isUncertain) && isIn(one, op)));
    // Where it was replaced for certain says more.
    const places = [...all.filter((one) => !one.isUncertain), ...all.filter((one) => one.isUncertain)];
    if (places.length === 0) return [];
    const seen = places.find(({ space }) => maySee(principal, space));
    const by = seen?.by === undefined ? "another one" : seen.by === reference ? "another value" : nameTold(seen.by, source);
    const where = seen ? `${word(seen.connector)} in ${word(seen.space)} (${seen.at.slice(0, 10)})` : "a connector of another space";
    const told = seen ?? places[0];
    const [is, put] = told?.isUncertain ? ["may be", "may have put"] : ["is", "put"];
    const name = reference === undefined ? "what a person typed" : nameTold(reference, source);
    return [`secrets.${path}: ${name} ${is} a former secret: this server ${put} ${by} in its place in ${where}.`];
  });
}

/**
 * Where secrets are to be what a connector has or had, and this server does not know that: a sentence for each that a reference gives.
 * @param fields that it certainly has or had
 */
export async function notKnownToBeSame(
  place: Pick<Subject, "id" | "space" | "before">,
  fields: readonly string[],
  plan: Given,
  source: SecretSource,
): Promise<string[]> {
  if (!source.stored) return [];
  const known = new Set((await lastStored(place, source)).map(fieldOf));
  const given = Object.entries(referencesIn(givenIn(plan).secrets));
  return given.flatMap(([path, reference]) =>
    known.has(fieldOf({ path })) || !fields.includes(fieldOf({ path }))
      ? []
      : [`secrets.${path}: this server did not store what was there, so nothing shows that ${nameTold(reference, source)} is the same.`],
  );
}

/** Of a copy, the references that have another value now than when this server stored it in the original: a sentence for each. */
export async function notAsInOriginal(original: Pick<Subject, "id" | "space">, plan: Given, source: SecretSource): Promise<string[]> {
  const there = await lastStored(original, source);
  const { given } = await compared(givenIn(plan).secrets, source);
  return given.flatMap(({ path, source: reference, ...one }) => {
    const was = there.filter((other) => other.path === path && other.source === reference && reference !== undefined);
    const isOther = was.length > 0 && was.every((other) => haveSameValue(other, { source: reference, ...one }) === false);
    return isOther
      ? [`secrets.${path}: ${nameTold(reference ?? "", source)} has another value now than this server stored in the original.`]
      : [];
  });
}

/** What the plan of one connector stores in it. */
export function givenIn({ ops, asks }: Given) {
  const op = ops.find((one) => one.op === "update" || one.op === "create");
  const secrets = op?.secrets ?? {};
  return {
    op,
    secrets,
    fields: givenFields(
      secrets,
      asks.map(({ path }) => path),
    ),
  };
}

/** What is there by the journal, unless somebody changed it in Kibana. */
async function lastStored(subject: Pick<Subject, "id" | "space" | "before">, { stored }: SecretSource): Promise<StoredSecret[]> {
  return ((await stored?.(subject.before)) ?? []).filter((one) => one.isLatest && isIn(one, subject));
}
