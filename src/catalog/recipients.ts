import { ToolError } from "../errors.ts";
import { valueAt } from "../plain-object.ts";
import type { Config, ConnectorType, Params } from "./connector-type.ts";
import { jsonLeaves } from "./json-leaves.ts";
import { inputSchema, unknownParts } from "./json-schema.ts";
import { asRun } from "./left-out.ts";

/** Somebody or something that a call reaches or acts on: `what` is the field, as `to` or `arguments.channel`. */
export interface Recipient {
  what: string;
  value: string;
  /** Only the service knows what it means: it may name somebody, or be any other text. A mail address needs no service. */
  free?: true;
  /** It says what is done, or to which record, and names nobody. */
  acting?: true;
  /** Kibana fills its value in, for each alert; only its key was chosen. */
  filledIn?: true;
}

/** Takes secrets out of values. */
export interface Hide {
  /** Out of a value at a field that an entry names. */
  named(value: unknown, field: string, isUrl: boolean): unknown;
  /** Out of all under a key of any meaning that the caller did not write. */
  stored(value: unknown, key: string): unknown;
  /** Out of a text under such a key, whoever wrote it; with all the keys that lead to it. */
  free(text: string, what: string): string;
  /** Whether the key says that its value is a secret. */
  isSecret(key: string): boolean;
}

const nothingHidden: Hide = { named: (value) => value, stored: (value) => value, free: (text) => text, isSecret: () => false };
const everything = ".**";
/** Fields for addresses of the web. */
const isUrl = /(url|path)$/i;

/**
 * Whom a call reaches, by the fields that the type's entry names. Where only the service knows which field names somebody,
 * each one counts: behind `**`, under a key that no known version of the type has, and in all params of a type without an entry. So
 * does what Kibana fills in there.
 */
export function recipientsIn(
  type: ConnectorType | undefined,
  { config, params }: { config?: Config; params?: Params },
  hide: Hide = nothingHidden,
): Recipient[] {
  const run = params && asRun(type, params).params;
  const unused = (run && type?.unused?.(run)) ?? [];
  const given = { config, params: unused.reduce<unknown>((left, { field }) => without(left, field.split(".")), run) };
  const { recipients = [], notRecipients = [], acting = [] } = type ?? { recipients: [`params${everything}`] };
  const asActing = (path: string) => (one: Recipient) =>
    acting.includes(path) && isPlainWord(one) ? { ...one, acting: true as const } : one;
  const named = recipients
    .filter((path) => !path.endsWith(everything))
    .flatMap((path) =>
      at(given, path.split("."), { what: path, leaveOut: notRecipients, hide: (value) => hide.named(value, path, isUrl.test(path)) }).map(
        asActing(path),
      ),
    )
    .filter(({ value }) => value !== "");
  const within = recipients.filter((path) => path.endsWith(everything)).map((path) => path.slice(0, -everything.length));
  const listed = recipients.map((path) => path.replace(/\.\*+$/, ""));
  const unknown = type ? unknownParts(inputSchema(type.schemas().params), given.params) : [];
  const free = [
    ...within.flatMap((path) =>
      leaves(valueAt(given, path.split(".")), /params$/i.test(path) ? [] : path.split(".").slice(-1), hide).map(asActing(path)),
    ),
    ...unknown
      .filter(({ path }) => !listed.some((one) => `params.${path}.`.startsWith(`${one}.`)))
      .flatMap(({ path, value }) => leaves(value, [path], hide)),
  ];
  return [...named, ...free];
}

/** What may be a mail address, or is longer than any key, may be anything. */
function isPlainWord({ value }: Recipient): boolean {
  return value.length <= longestName && !value.includes("@");
}

/** A value without what is at a path in it. */
function without(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return undefined;
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === step ? without(item, rest) : item));
  return value !== null && typeof value === "object" ? { ...value, [step]: without(Reflect.get(value, step), rest) } : value;
}

/** Every text in a config: each may name somebody, for what a service does with it only the service knows. */
export function textsOfConfig(config: Config, hide: Hide = nothingHidden): Recipient[] {
  return leaves(config, ["config"], hide);
}

/** More than anybody reads before a call, or a server quickly: values, the same in all rules that get them, and characters there. */
const most = { values: 1000, inRules: 5000, characters: 250_000 };

/**
 * Counts before anything is done with each of them.
 * @param rules how many get the params
 * @throws ToolError limit_reached if params hold more that may name somebody than a person could decide on
 */
export function assertFewRecipients(type: ConnectorType | undefined, params: Params, rules = 1): void {
  const all = recipientsIn(type, { params });
  const characters = all.reduce((sum, { value }) => sum + value.length, 0);
  if (all.length <= most.values && all.length * rules <= most.inRules && characters * rules <= most.characters) return;
  const inRules = rules > 1 ? `, for each of ${rules} rules` : "";
  throw new ToolError(
    "limit_reached",
    `The params hold ${all.length} values of ${characters} characters that may name whom the call reaches${inRules}: more than a person can decide on.`,
    `Split it: at most ${most.values} values in a call, and ${most.inRules} values and ${most.characters} characters in all its rules.`,
  );
}

/** Words of a key that say whom something goes to. */
const whom = new Set(
  `to cc bcc recipient recipients rcpt receiver channel channels room rooms chat chats group groups team teams user users username
  userid member members person people contact contacts email emails mail phone phones mobile msisdn number numbers sms assignee
  assignees owner responder responders attendee attendees guest guests participant participants invitee invitees audience handle
  who whom login logins account accounts uid reviewer reviewers approver approvers principal employee subscriber subscribers nick agent
  queue peer mention mentions target targets destination dest dn upn sip`.split(/\s+/),
);
/** Kibana's own word, under a key such as `action_group`. */
const groupOfAlert = /^\{\{\{?\s?alert\.actionGroup(Name)?\s?\}\}\}?$/;
/** Longer than any name or address of somebody. */
const longestName = 320;

/** Whether it is known to say whom a call reaches, or looks like it. */
export function namesSomebody({ what, value, free }: Recipient): boolean {
  if (!free) return true;
  if (groupOfAlert.test(value)) return false;
  return value.length <= longestName && (value.includes("@") || saysWhom(what));
}

/** Whether one of the keys that lead to a value says that somebody is meant. */
export function saysWhom(what: string): boolean {
  const words = what
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.some((word) => whom.has(word));
}

function leaves(value: unknown, path: readonly string[], hide: Hide): Recipient[] {
  if (value === undefined) return [];
  return jsonLeaves(JSON.stringify(hide.stored(value, path.at(-1) ?? "")), path, (key) => !hide.isSecret(key))
    .filter((leaf) => leaf.path.length > 0 && (leaf.path.length > path.length || !["{}", "[]"].includes(leaf.text)))
    .map((leaf) => {
      const what = leaf.path.join(".");
      const one = { what, value: hide.free(leaf.text, what) };
      return isMailAddress(one.value) ? one : { ...one, free: true };
    });
}

/** `ann@example.com`, `Ann <ann@example.com>`, `mailto:ann@example.com`. */
function isMailAddress(text: string): boolean {
  return text.length <= longestName && /^([^<>@]*<)?[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+>?$/.test(text);
}

/** The mail address of a text that is nothing else, but for a name before it; no login that looks like one. */
export function mailboxOf(text: string): string | undefined {
  return /^(?:[^<>@]{0,320}<)?([\w.!#$%*+~-]{1,64}@(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24})>?$/i.exec(text.trim())?.[1];
}

interface Place {
  /** The field that the value belongs to. */
  what: string;
  leaveOut: readonly string[];
  hide: (value: unknown) => unknown;
}

function at(value: unknown, [step, ...rest]: readonly string[], place: Place): Recipient[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => at(item, step === undefined ? [] : [step, ...rest], place));
  if (step === undefined) return [{ what: place.what, value: fields(place.hide(value)) }];
  if (typeof value !== "object") return [];
  const fits = (name: string) => (step === "*" ? !place.leaveOut.includes(name) : name === step);
  // Under a "*" a field's own name may tell that it is a secret.
  const within = Object.entries(step === "*" ? Object(place.hide(value)) : value);
  return within.filter(([name]) => fits(name)).flatMap(([what, inner]) => at(inner, rest, { ...place, what }));
}

/** `type team, name Ops` */
function fields(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([key, item]) => `${key} ${typeof item === "object" ? JSON.stringify(item) : String(item)}`)
    .join(", ");
}
