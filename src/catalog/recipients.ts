import type { Config, ConnectorType, Params } from "./connector-type.ts";

/** Somebody or something that a call reaches or acts on: `what` is the field, as `to` or `channels`. */
export interface Recipient {
  what: string;
  value: string;
}

/**
 * Whom a call reaches, by the fields that the type's entry names. Of a type without an entry nobody knows which of its
 * params name somebody: all of them do.
 */
export function recipientsIn(type: ConnectorType | undefined, { config, params }: { config?: Config; params?: Params }): Recipient[] {
  if (!type) return params && Object.keys(params).length > 0 ? [{ what: "params", value: JSON.stringify(params) }] : [];
  const { recipients = [], notRecipients = [] } = type;
  const found = recipients.flatMap((path) => at({ config, params }, path.split("."), path, notRecipients));
  return found.filter(({ value }) => value !== "");
}

/** @param what the field that the value belongs to */
function at(value: unknown, [step, ...rest]: readonly string[], what: string, leaveOut: readonly string[]): Recipient[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => at(item, step === undefined ? [] : [step, ...rest], what, leaveOut));
  if (step === undefined) return [{ what, value: typeof value === "object" ? fields(value) : String(value) }];
  if (typeof value !== "object") return [];
  const names = step === "*" ? Object.keys(value).filter((name) => !leaveOut.includes(name)) : Object.hasOwn(value, step) ? [step] : [];
  return names.flatMap((name) => at(Reflect.get(value, name), rest, name, leaveOut));
}

/** `type team, name Ops` */
function fields(value: object): string {
  return Object.entries(value)
    .map(([key, item]) => `${key} ${typeof item === "object" ? JSON.stringify(item) : String(item)}`)
    .join(", ");
}
