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
  const found = (type.recipients ?? []).flatMap((path) => {
    const steps = path.split(".");
    return at({ config, params }, steps).map((value) => ({ what: steps.at(-1) ?? path, value }));
  });
  return found.filter(({ value }) => value !== "");
}

function at(value: unknown, [step, ...rest]: readonly string[]): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => at(item, step === undefined ? [] : [step, ...rest]));
  if (step === undefined) return [typeof value === "object" ? fields(value) : String(value)];
  return typeof value === "object" && Object.hasOwn(value, step) ? at(Reflect.get(value, step), rest) : [];
}

/** `type team, name Ops` */
function fields(value: object): string {
  return Object.entries(value)
    .map(([key, item]) => `${key} ${typeof item === "object" ? JSON.stringify(item) : String(item)}`)
    .join(", ");
}
