import type { Rule } from "../kibana/rules.ts";

/** By what a rule is known again, besides its id. */
export interface KnownRule {
  type: string;
  /** When it was created, where Kibana showed that. */
  created?: string | undefined;
}

/** Whether the id of a rule is another one's by now: that has another type, or was created at another time. */
export function isAnotherRule({ type, created }: KnownRule, { rule_type_id: typeNow, created_at: createdNow }: Rule): boolean {
  if (type !== "" && typeNow !== "" && type !== typeNow) return true;
  return created !== undefined && createdNow != null && created !== createdNow && Date.parse(created) !== Date.parse(createdNow);
}
