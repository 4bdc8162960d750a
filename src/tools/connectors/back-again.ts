import { idRefused, typeRefused } from "../../change/undo-here.ts";
import { type LiveType, unusable } from "../../kibana/connector-types.ts";
import type { Status } from "../../kibana/status.ts";
import { isRestorable } from "./connector-id.ts";

/** What decides which connectors Kibana takes. */
export interface Taking {
  types: readonly LiveType[];
  /** Undefined where no id depends on it. */
  status: Status | undefined;
}

/** Why Kibana would refuse to make a deleted connector again now: versions differ in the ids that they take. */
export function notMadeAgain({ id, type }: { id: string; type: string }, { types, status }: Taking): string | undefined {
  return !status || isRestorable(id, status) ? notTaken(type, types) : idRefused(id);
}

/** Why Kibana would refuse any connector of a type now: its licence or settings leave it out, or it is gone. */
export function notTaken(type: string, types: readonly LiveType[]): string | undefined {
  const why = unusable(types.find(({ id }) => id === type));
  return why && typeRefused(type, why);
}
