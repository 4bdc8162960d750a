import type { Plan } from "../../change/plan.ts";
import { maySee } from "../../change/principal.ts";
import { firstFew } from "../../first-few.ts";
import { grouped } from "../../grouped.ts";
import { word } from "../../plain-text.ts";
import { mapSealed, referencesIn, type Sealed, type SealedRecord } from "../../sealed.ts";
import { nameTold, type SecretSource } from "../../secrets/secret-source.ts";
import { areSame, type FormerSecret, fieldOf, type StoredSecret } from "../../secrets/stored-secret.ts";
import { valuesNow } from "../../secrets/value-now.ts";
import type { ToolContext } from "../define.ts";
import { isIn, type Subject } from "./proposed-secrets.ts";
import { givenFields } from "./stored-secrets.ts";

export type Given = Pick<Plan, "ops" | "asks">;

/** Most connectors that a sentence names. */
const most = 5;

/** Which of the given secrets are others than this server stored in the connector last, or before an undone change: a sentence for each field. */
export async function replacedSecrets(subject: Pick<Subject, "id" | "space" | "before">, plan: Given, source: SecretSource) {
  const { fields, secrets } = givenIn(plan);
  const now = Object.entries(referencesIn(secrets)).map(([path, reference]) => ({ path, source: reference }));
  const [given, values] = [valuesIn(secrets), valuesNow(source)];
  return [...grouped(await lastStored(subject, source), fieldOf)].flatMap(([field, all]) => {
    const was = all.flatMap(({ path, source: reference }) => (reference === undefined ? [] : [{ path, source: reference }]));
    const is = now.filter((one) => fieldOf(one) === field);
    const [theirs, ours] = [was, is].map((some) => namesOf(some, source));
    const { replaced } = all.find((one) => one.replaced !== undefined && nameTold(one.replaced.source, source) !== ours) ?? {};
    const lost = replaced
      ? [
          `secrets.${field}: what a later change ${replaced.isUncertain ? "may have " : ""}stored there, ${nameTold(replaced.source, source)}, is replaced too.`,
        ]
      : [];
    if (!fields.has(field)) return [];
    const stored = ours || "what a person types";
    const isNow = subject.before === undefined || all.some(({ isSince }) => isSince);
    if (all.some(({ isUncertain }) => isUncertain)) {
      const either = `${alternatives(all, source)} (not known which: a write of this server had no clear answer)`;
      const said = isNow ? `${stored} takes the place of ${either}` : `this stores ${stored}; before that change there was ${either}`;
      return [...lost, `secrets.${field}: ${said}.`];
    }
    const held = all.some(({ hasNewValue }) => hasNewValue) ? `what ${theirs} held then` : theirs;
    if (areSame(was, is)) return lost;
    const kept = was.filter((one) => is.some((other) => other.path === one.path && values.is(one.source, given.get(other.source))));
    const same =
      kept.length > 0 ? `. Both have the same value now${kept.length < is.length ? ` (${pathsOf(kept)})` : ""}: the old secret stays` : "";
    return [
      ...lost,
      isNow
        ? `secrets.${field}: ${stored} takes the place of ${theirs || "what a person typed"}, which this server stored there last${same}.`
        : `secrets.${field}: before that change this server had stored ${held || "what a person typed"} there, and this stores ${stored}.`,
    ];
  });
}

function pathsOf(some: readonly { path: string }[]): string {
  return some.map(({ path }) => path).join(", ");
}

/** What a plan stores, by its reference. */
function valuesIn(secrets: SealedRecord): Map<string, Sealed> {
  const values = new Map<string, Sealed>();
  mapSealed(secrets, (sealed) => values.set(sealed.source, sealed));
  return values;
}

function namesOf(some: readonly { source: string }[], source: SecretSource): string {
  return [...new Set(some.map((one) => nameTold(one.source, source)))].join(" and ");
}

/** `A or B`: what of one field may be there, the oldest first. */
function alternatives(all: readonly StoredSecret[], source: SecretSource): string {
  const told = [...grouped(all, ({ change }) => change).values()].reverse().map((some) => {
    const named = some.flatMap(({ source: reference }) => (reference === undefined ? [] : [{ source: reference }]));
    return namesOf(named, source) || "what a person typed";
  });
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
  const given = Object.entries(referencesIn(secrets));
  if (!op || given.length === 0) return [];
  const former = (await source.former?.()) ?? [];
  const there = op.op === "update" ? await lastStored({ id: op.id, space: op.space }, source) : [];
  const [values, now] = [valuesIn(secrets), valuesNow(source)];
  return given.flatMap(([path, reference]) => {
    if (there.some((one) => one.path === path && one.source === reference && !one.isUncertain)) return [];
    const value = values.get(reference);
    // Of what took its place the operator may have given it the value since; the other way round, or of the same value, it is no former one.
    const hasIts = (one: FormerSecret) => one.by !== reference && now.is(one.source, value);
    const isFormer = (one: FormerSecret) => (one.source === reference || hasIts(one)) && (one.by === undefined || !now.is(one.by, value));
    const all = former.filter((one) => isFormer(one) && !((undoes || one.isUncertain) && isIn(one, op)));
    // Where it was replaced for certain says more.
    const places = [...all.filter((one) => !one.isUncertain), ...all.filter((one) => one.isUncertain)];
    if (places.length === 0) return [];
    const seen = places.find(({ space }) => maySee(principal, space));
    const by = seen?.by === undefined ? "another one" : nameTold(seen.by, source);
    const where = seen ? `${word(seen.connector)} in ${word(seen.space)} (${seen.at.slice(0, 10)})` : "a connector of another space";
    const told = seen ?? places[0];
    const [is, put] = told?.isUncertain ? ["may be", "may have put"] : ["is", "put"];
    return [`secrets.${path}: ${nameTold(reference, source)} ${is} a former secret: this server ${put} ${by} in its place in ${where}.`];
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
