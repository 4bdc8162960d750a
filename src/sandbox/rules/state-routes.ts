import * as z from "zod";
import { notFound } from "../http/envelope.ts";
import { parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { changeRule, refuseUnknownAlert } from "./change.ts";
import { planned } from "./snoozes.ts";
import { keyOwner, ruleOf } from "./stored.ts";

type Handler = Route["handler"];

const muteQuery = z.strictObject({ validate_alerts_existence: z.enum(["true", "false"]).default("true") });

const enable: Handler = (call, state) =>
  changeRule(call, state, "enable", ({ id }) => ({
    enabled: true,
    scheduled_task_id: id,
    pendingSince: new Date().toISOString(),
    ...keyOwner(call),
  }));
const disable: Handler = (call, state) => changeRule(call, state, "disable", () => ({ enabled: false }));
const updateKey: Handler = (call, state) => changeRule(call, state, "updateApiKey", () => keyOwner(call));
const muteAll: Handler = (call, state) =>
  changeRule(call, state, "muteAll", (rule) => ({ mute_all: true, muted_alert_ids: [], snooze_schedule: planned(rule) }));
const unmuteAll: Handler = (call, state) =>
  changeRule(call, state, "unmuteAll", (rule) => ({ mute_all: false, muted_alert_ids: [], snooze_schedule: planned(rule) }));

/** Of a rule that is muted as a whole no alert is muted or unmuted. */
function muteAlert(call: Call, state: State): Reply {
  const { alert = "" } = call.params;
  const { validate_alerts_existence: checked } = parseQuery(muteQuery, call);
  if (has(state.version, "alerts looked up before they are muted") && checked === "true") {
    refuseUnknownAlert(ruleOf(call, state), alert, state);
  }
  return changeRule(call, state, "muteAlert", ({ mute_all, muted_alert_ids: muted }) =>
    mute_all || muted.includes(alert) ? undefined : { muted_alert_ids: [...muted, alert] },
  );
}

const unmuteAlert: Handler = (call, state) =>
  changeRule(call, state, "unmuteAlert", ({ mute_all, muted_alert_ids: muted }) =>
    mute_all || !muted.includes(call.params.alert ?? "") ? undefined : { muted_alert_ids: muted.filter((id) => id !== call.params.alert) },
  );

const ofRule = {
  _enable: enable,
  _disable: disable,
  _mute_all: muteAll,
  _unmute_all: unmuteAll,
  _update_api_key: updateKey,
};
const ofAlert = { _mute: muteAlert, _unmute: unmuteAlert };

function routes(rule: string, alert: string, guard: (handler: Handler) => Handler): Route[] {
  return [
    ...Object.entries(ofRule).map(([name, handler]) => ({ path: `${rule}/${name}`, handler })),
    ...Object.entries(ofAlert).map(([name, handler]) => ({ path: `${alert}/${name}`, handler })),
  ].map(({ path, handler }) => ({ method: "POST", path, handler: guard(handler) }));
}

/** What changes the state of a rule; the same under its name from before 7.13. */
export const ruleStateRoutes: readonly Route[] = [
  ...routes("/api/alerting/rule/{id}", "/api/alerting/rule/{id}/alert/{alert}", (handler) => handler),
  ...routes(
    "/api/alerts/alert/{id}",
    "/api/alerts/alert/{id}/alert_instance/{alert}",
    (handler) => (call, state) => (has(state.version, "no routes from before 7.13") ? notFound() : handler(call, state)),
  ),
];
