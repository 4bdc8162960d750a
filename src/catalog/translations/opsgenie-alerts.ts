import { isPlainObject } from "../../plain-object.ts";
import type { Lost, Params, Translated } from "../connector-type.ts";

/**
 * Both take the same alerts under the same alias, except that Jira Service Management knows people and teams by id only.
 * Source: jira-service-management/schemas/v1.ts.
 */
export function toJiraServiceManagement(params: Params, _to: unknown, over: Params): Translated | undefined {
  const { subAction, subActionParams } = params;
  if (subAction !== "createAlert" && subAction !== "closeAlert") return undefined;
  if (subAction === "closeAlert" || !isPlainObject(subActionParams)) return { params, lost: [], unsure: [] };
  const given = Object(over.subActionParams);
  const alert: Params = { ...subActionParams };
  const lost: Lost[] = [];
  const unsure: string[] = [];
  for (const field of ["responders", "visibleTo"]) {
    const all = subActionParams[field];
    if (!Array.isArray(all) || Object.hasOwn(given, field)) continue;
    const byId = all.filter((one) => isPlainObject(one) && one.id !== undefined);
    if (byId.length > 0) unsure.push(`ids in ${field}`);
    if (byId.length === all.length) continue;
    lost.push(...all.filter((one) => !byId.includes(one)).map((value) => ({ field, value })));
    if (byId.length > 0) alert[field] = byId;
    else delete alert[field];
  }
  return { params: { ...params, subActionParams: alert }, lost, unsure };
}
