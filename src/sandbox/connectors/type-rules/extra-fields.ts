import { isPlainObject } from "../../../plain-object.ts";
import type { Misfit } from "./rule.ts";

/** The further fields of an incident, an object or its JSON text; source: common/utils/validators.ts. */
export function extraFieldsMisfits(name: string, given: unknown, own: readonly string[], most = 20): Misfit[] {
  const fields = Object.keys(asObject(given));
  const path = ["subActionParams", "incident", name];
  if (fields.length > most) return [{ path, message: `A maximum of ${most} fields in ${name} can be defined at a time.` }];
  return fields
    .filter((field) => own.includes(field))
    .map((field) => ({ path: [...path, field], message: `The following properties cannot be defined inside ${name}: ${field}.` }));
}

function asObject(given: unknown): Record<string, unknown> {
  if (isPlainObject(given)) return given;
  if (typeof given !== "string") return {};
  try {
    return asObject(JSON.parse(given));
  } catch {
    return {};
  }
}
