import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { behind } from "../http/gate.ts";
import { parseBody } from "../http/request-schema.ts";
import type { Call, Dict, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";

/** How all rules of a space take alerts that come and go: DEFAULT_FLAPPING_SETTINGS. */
const defaults = { enabled: true, look_back_window: 20, status_change_threshold: 4 };
const [least, most] = [2, 20];
const body = z.strictObject({ enabled: z.boolean(), look_back_window: z.number(), status_change_threshold: z.number() });

/** Whether rules of a space may have settings of their own. */
export function flappingIsOn(space: string, state: State): boolean {
  return state.flapping.get(space)?.enabled !== false;
}

/** The settings are made when they are first asked for. */
function read({ space, caller }: Call, state: State): Reply {
  const settings = state.flapping.get(space) ?? { ...defaults, ...stamped(caller.name), ...made(caller.name) };
  state.flapping.set(space, settings);
  return { status: 200, body: settings };
}

function write(call: Call, state: State): Reply {
  const given = parseBody(body, call);
  refuseOutside("lookBackWindow", given.look_back_window);
  refuseOutside("statusChangeThreshold", given.status_change_threshold);
  if (given.look_back_window < given.status_change_threshold) {
    const [window, threshold] = [`lookBackWindow (${given.look_back_window})`, `statusChangeThreshold (${given.status_change_threshold})`];
    throw new Refusal(400, `Invalid values,${window} must be equal to or greater than ${threshold}.`);
  }
  const { name } = call.caller;
  const before: Dict = state.flapping.get(call.space) ?? made(name);
  state.flapping.set(call.space, { ...before, ...given, ...stamped(name) });
  return read(call, state);
}

function refuseOutside(name: string, value: number): void {
  if (value >= least && value <= most) return;
  throw new Refusal(400, `Invalid ${name} value, must be between ${least} and ${most}, but got: ${value}.`);
}

const made = (name: string) => ({ created_by: name, created_at: new Date().toISOString() });
const stamped = (name: string) => ({ updated_by: name, updated_at: new Date().toISOString() });

const exists = ({ version }: State) => has(version, "flapping settings of a space");
const path = "/internal/alerting/rules/settings/_flapping";
export const ruleSettingsRoutes: readonly Route[] = [
  behind({ exists, feature: "rules", level: "read", privilege: "read-flapping-settings" }, { method: "GET", path, handler: read }),
  behind({ exists, feature: "rules", level: "all", privilege: "write-flapping-settings" }, { method: "POST", path, handler: write }),
];
