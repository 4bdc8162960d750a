import { Refusal } from "../http/envelope.ts";
import type { Call, Rule, State } from "../types.ts";

/** The rule of a path; spaces hide each other's. */
export function ruleOf(call: Call, state: State): Rule {
  const { id = "" } = call.params;
  const rule = state.rules.get(id);
  if (rule?.space !== call.space) throw new Refusal(404, `Saved object [alert/${id}] not found`);
  return rule;
}

/** Kibana cannot make a key from a key: it stores the caller's own. */
export function keyOwner({ caller }: Call) {
  return { api_key_owner: caller.name, api_key_created_by_user: caller.byApiKey };
}
