import { mailAddresses } from "./addresses.ts";
import type { Config, ConnectorType, Params } from "./connector-type.ts";

/** Somebody or something that a call reaches or acts on: `what` is the field, as `to` or `channels`. */
export interface Recipient {
  what: string;
  value: string;
}

/**
 * Whom a call reaches, by the fields that the type's entry names and by the mail addresses in what a tool or model reads. Of a type without an entry nobody knows which of its
 * params name somebody: all of them do.
 * @param hide takes secrets out of a value of which the entry does not name every field
 */
export function recipientsIn(
  type: ConnectorType | undefined,
  { config, params }: { config?: Config; params?: Params },
  hide: (value: unknown) => unknown = (value) => value,
): Recipient[] {
  if (!type) return params && Object.keys(params).length > 0 ? [{ what: "params", value: JSON.stringify(hide(params)) }] : [];
  const { recipients = [], notRecipients = [], freeParams = [] } = type;
  const found = recipients.flatMap((path) => at({ config, params }, path.split("."), { what: path, leaveOut: notRecipients, hide }));
  const written = freeParams.flatMap((field) => mailAddresses(params?.[field], field));
  return [...found.filter(({ value }) => value !== ""), ...written.map(({ field, address }) => ({ what: lastKey(field), value: address }))];
}

/** `to` of `subActionParams.arguments.to.0` */
function lastKey(field: string): string {
  return field.split(".").findLast((step) => !/^\d+$/.test(step)) ?? field;
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
