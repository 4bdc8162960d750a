import { occurrences, type Recurrence } from "../schedule/recurrence.ts";
import type { State } from "../types.ts";

/** A time in which no rule of a space runs its actions. */
export interface MaintenanceWindow {
  id: string;
  space: string;
  title: string;
  enabled: boolean;
  /** Milliseconds. */
  duration: number;
  rRule: Recurrence;
  /** Only alerts that fit this KQL; null: all. */
  scope: { kql: string; filters: unknown[] } | null;
  category_ids: string[] | null;
  /** After it the window is archived. */
  expiresAt: string;
  /** When its running occurrence was ended early. */
  finishedAt?: string;
  created_at: string;
  created_by: string;
  updated_at: string;
  updated_by: string;
}

/** Its occurrences until it expires. */
export function eventsOf({ rRule, duration, finishedAt, expiresAt }: MaintenanceWindow): { start: number; end: number }[] {
  const finished = Date.parse(finishedAt ?? "");
  const events = [];
  for (const { start, end } of occurrences(rRule, duration)) {
    if (start > Date.parse(expiresAt)) break;
    events.push({ start, end: start <= finished && finished < end ? finished : end });
  }
  return events;
}

export function statusOf(window: MaintenanceWindow, now: number): "archived" | "disabled" | "running" | "upcoming" | "finished" {
  if (Date.parse(window.expiresAt) <= now) return "archived";
  if (!window.enabled) return "disabled";
  const next = eventsOf(window).find(({ end }) => end > now);
  if (!next) return "finished";
  return next.start <= now ? "running" : "upcoming";
}

/** Scopes are not looked at: no alert here has fields that one could match. */
export function isInMaintenance(space: string, { maintenanceWindows }: State, now: number): boolean {
  return maintenanceWindows.inSpace(space).some((window) => window.scope === null && statusOf(window, now) === "running");
}
