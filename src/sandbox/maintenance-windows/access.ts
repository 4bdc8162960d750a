import { notFound, Refusal } from "../http/envelope.ts";
import { hasLicense, unprivileged } from "../http/gate.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has, type VersionChange } from "../version-changes.ts";
import type { MaintenanceWindow } from "./window.ts";

/** A route of a version, for a licence and a privilege. The privilege of rules stands for that of maintenance windows. */
export function guarded(change: VersionChange, level: "read" | "all", route: Route): Route {
  return {
    ...route,
    handler(call: Call, state: State): Reply | Promise<Reply> {
      if (!has(state.version, change)) return notFound();
      if (!call.caller.may("rules", level, call.space)) {
        return unprivileged(call, `${level === "all" ? "write" : "read"}-maintenance-window`);
      }
      if (!hasLicense(state, "platinum")) {
        const how = "Go to License Management to view available options.";
        throw new Refusal(403, `Maintenance window is disabled because it requires a platinum license. ${how}`);
      }
      return route.handler(call, state);
    },
  };
}

/** `doing`: what Kibana says that it failed to do. */
export function windowOf(call: Call, state: State, doing: string): MaintenanceWindow {
  const { id = "" } = call.params;
  const window = state.maintenanceWindows.get(id);
  if (window?.space === call.space) return window;
  const missing = `Saved object [maintenance-window/${id}] not found`;
  throw new Refusal(404, `Failed to ${doing} maintenance window by id: ${id}, Error: Error: ${missing}: ${missing}`);
}

/** A new window, with what the caller does not choose. */
export function newWindow(
  call: Call,
  id: string,
  given: Pick<MaintenanceWindow, "title" | "enabled" | "duration" | "rRule" | "scope" | "category_ids">,
): MaintenanceWindow {
  const now = new Date();
  const { name } = call.caller;
  const at = now.toISOString();
  return { ...given, id, space: call.space, expiresAt: inOneYear(now), created_at: at, created_by: name, updated_at: at, updated_by: name };
}

export function changed(call: Call, window: MaintenanceWindow, given: Partial<MaintenanceWindow>, state: State): MaintenanceWindow {
  const after = { ...window, ...given, updated_at: new Date().toISOString(), updated_by: call.caller.name };
  state.maintenanceWindows.set(after);
  return after;
}

/** As long as Kibana plans ahead. */
export function inOneYear(from: Date): string {
  const then = new Date(from);
  then.setUTCFullYear(then.getUTCFullYear() + 1);
  return then.toISOString();
}
