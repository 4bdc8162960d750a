import { valueAt } from "../../plain-object.ts";
import type { Params, Unrunnable } from "../connector-type.ts";

/**
 * A body that the type parses before it sends anything; a template is filled in first, so what holds one is not judged.
 * @param at its path within params
 * @param mayBeEmpty whether no body, and an empty one, is none
 */
export function jsonBody(at: readonly string[], mayBeEmpty: boolean): (params: Params) => Unrunnable[] {
  return (params) => {
    const body = valueAt(params, at);
    if (typeof body !== "string" || body.includes("{{") || (mayBeEmpty && body === "")) return [];
    try {
      JSON.parse(body);
      return [];
    } catch {
      return [{ field: at.join("."), problem: "must be JSON text" }];
    }
  };
}
