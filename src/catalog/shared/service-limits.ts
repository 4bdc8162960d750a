import { valueAt } from "../../plain-object.ts";
import type { Params, Unrunnable } from "../connector-type.ts";

/** Looks at params as they are sent. */
export type ServiceLimits = (params: Params) => Unrunnable[];

/** Several limits as one. */
export function limits(...all: readonly ServiceLimits[]): ServiceLimits {
  return (params) => all.flatMap((each) => each(params));
}

/** @param then what becomes of a longer one: `Jira refuses more than 255` */
export function longest(field: string, most: number, then: string): ServiceLimits {
  return (params) => {
    const text = textAt(params, field);
    return text.length > most ? [{ field, problem: `has ${text.length} characters: ${then}` }] : [];
  };
}

/** The same in bytes of the whole request. */
export function largest(field: string, bytes: number, then: string): ServiceLimits {
  return (params) => {
    const size = Buffer.byteLength(textAt(params, field));
    return size > bytes ? [{ field, problem: `has ${size} bytes: ${then}` }] : [];
  };
}

/** @param then what becomes of a line break */
export function singleLine(field: string, then: string): ServiceLimits {
  return (params) => (/[\r\n]/.test(textAt(params, field).trim()) ? [{ field, problem: `has a line break: ${then}` }] : []);
}

function textAt(params: Params, field: string): string {
  const value = valueAt(params, field.split("."));
  return typeof value === "string" ? value : "";
}
