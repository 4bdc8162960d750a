import type { Plan } from "../../change/plan.ts";
import { firstFew } from "../../first-few.ts";
import { grouped } from "../../grouped.ts";
import { word } from "../../plain-text.ts";
import { referencesIn } from "../../sealed.ts";
import { nameTold, type SecretSource } from "../../secrets/secret-source.ts";
import { areSame, fieldOf, type StoredSecret } from "../../secrets/stored-secret.ts";
import { isIn, type Subject } from "./proposed-secrets.ts";
import { givenFields } from "./stored-secrets.ts";

type Given = Pick<Plan, "ops" | "asks">;

/** Most connectors that a sentence names. */
const most = 5;

/** Which of the given secrets are others than this server stored in the connector last, or before an undone change: a sentence for each field. */
export async function replacedSecrets(subject: Pick<Subject, "id" | "space" | "before">, plan: Given, source: SecretSource) {
  const { fields, secrets } = givenIn(plan);
  const now = Object.entries(referencesIn(secrets)).map(([path, reference]) => ({ path, source: reference }));
  return [...grouped(await lastStored(subject, source), fieldOf)].flatMap(([field, all]) => {
    const was = all.flatMap(({ path, source: reference }) => (reference === undefined ? [] : [{ path, source: reference }]));
    const is = now.filter((one) => fieldOf(one) === field);
    const [theirs, ours] = [was, is].map((some) => [...new Set(some.map((one) => nameTold(one.source, source)))].join(" and "));
    const later = all.find(({ replaced }) => replaced !== undefined && nameTold(replaced, source) !== ours)?.replaced;
    const lost =
      later === undefined ? [] : [`secrets.${field}: what a later change stored there, ${nameTold(later, source)}, is replaced too.`];
    if (!fields.has(field)) return [];
    const held = all.some(({ hasNewValue }) => hasNewValue) ? `what ${theirs} held then` : theirs;
    if (areSame(was, is)) return lost;
    return [
      ...lost,
      subject.before === undefined || all.some(({ isSince }) => isSince)
        ? `secrets.${field}: ${ours || "what a person types"} takes the place of ${theirs || "what a person typed"}, which this server stored there last.`
        : `secrets.${field}: before that change this server had stored ${held || "what a person typed"} there, and this stores ${ours || "what a person types"}.`,
    ];
  });
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

/** What the plan of one connector stores in it. */
function givenIn({ ops, asks }: Given) {
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
