import { connectorType } from "../../catalog/index.ts";
import { mailboxOf } from "../../catalog/recipients.ts";
import { withDefaults } from "../../catalog/shared/fields.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { isPlainObject } from "../../plain-object.ts";
import { readUrl } from "../../read-url.ts";
import { Sealed } from "../../sealed.ts";
import { digest } from "../digest.ts";
import type { Op } from "../op.ts";
import type { Plan } from "../plan.ts";

/** A plan belongs to one call, which looks for a page and may then open one. */
const known = new WeakMap<Plan, Promise<string>>();

/**
 * The fingerprint of what a person said no to, however a call spells it: in which order it names connectors, rules, keys and those
 * who get a mail, how addresses, white space and a rule's templates are written, and whether defaults are, as far as the type's
 * schemas have them.
 */
export function refusalDigest(plan: Plan): Promise<string> {
  const made = known.get(plan) ?? newDigest(plan);
  known.set(plan, made);
  return made;
}

async function newDigest({ ops, facts, consequence, outsideWorld, flows }: Plan): Promise<string> {
  const all = await Promise.all(ops.map(asKibanaReadsIt));
  return digest([all.map((op) => digest(spelt(op))).sort(), unordered(spelt(facts)), unordered(spelt(flows)), consequence, outsideWorld]);
}

/** Facts are about what the call names, in its order. */
function unordered(facts: unknown): unknown {
  if (Array.isArray(facts)) return facts.map((one) => digest(unordered(one))).sort();
  return isData(facts) ? Object.fromEntries(Object.entries(facts).map(([key, one]) => [key, unordered(one)])) : facts;
}

async function asKibanaReadsIt(op: Op): Promise<unknown> {
  switch (op.op) {
    case "create":
      return { ...op, config: await defaulted(op.type, "config", op.config) };
    case "update":
      return {
        ...op,
        before: asShown(op.before),
        after: { ...op.after, config: await defaulted(op.before.type, "config", op.after.config) },
      };
    case "delete":
    case "rotate":
      return { ...op, before: asShown(op.before) };
    case "execute":
      return {
        ...op,
        params: await inAnyOrder(op.type, await defaulted(op.type, "params", op.template ?? op.params)),
        template: undefined,
        undo: undefined,
      };
    case "put_rule":
      return { ...op, after: { ...op.after, actions: await Promise.all(op.after.actions.map(asFilledIn)) } };
    default:
      return op;
  }
}

/** A list says more of a connector than an answer about one. */
function asShown({ name, type, config }: Connector): Pick<Connector, "name" | "type" | "config"> {
  return { name, type, config };
}

/** Of a run nothing is filled in. */
async function asFilledIn({ params, ...action }: RuleAction): Promise<unknown> {
  return { ...action, params: params && withPlainTags(await inAnyOrder(action.connector_type_id ?? "", params)) };
}

/** Lists of nothing but mail addresses are sorted; of channels the first may be the only one that counts. */
async function inAnyOrder(type: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
  const fields = (await connectorType(type))?.addressees ?? [];
  const isMail = (one: unknown) => typeof one === "string" && mailboxOf(one) !== undefined;
  const sorted = (value: unknown) => (Array.isArray(value) && value.every(isMail) ? [...value].sort() : value);
  return Object.fromEntries(Object.entries(params).map(([field, value]) => [field, fields.includes(field) ? sorted(value) : value]));
}

/** Mustache reads `{{ name }}` as `{{name}}`, unless other marks are set. */
function withPlainTags(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPlainTags);
  if (isData(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withPlainTags(one)]));
  if (typeof value !== "string" || /\{\{\s*=/.test(value)) return value;
  return value.replace(/\{\{(\{?|&?)[^\S\n]*([\w.-]+)[^\S\n]*(\}?)\}\}/g, "{{$1$2$3}}");
}

async function defaulted(type: string, part: "config" | "params", value: Record<string, unknown>): Promise<Record<string, unknown>> {
  const schema = (await connectorType(type))?.schemas()[part];
  return schema === undefined ? value : withDefaults(schema, value);
}

function isData(value: unknown): value is Record<string, unknown> {
  return isPlainObject(value) && !(value instanceof Sealed);
}

/** One spelling for texts that mean the same. The white space of texts of several lines counts, but for their ends. */
function spelt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelt);
  if (isData(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spelt(one)]));
  if (typeof value !== "string") return value;
  const text = value.trim();
  const address = /^https?:/i.test(text) && !text.includes("{{") ? readUrl(text) : undefined;
  return address?.href ?? (text.includes("\n") ? text : text.replace(/\s+/g, " "));
}
