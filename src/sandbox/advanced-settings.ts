import * as z from "zod";
import { behind } from "./http/gate.ts";
import { parseBody } from "./http/request-schema.ts";
import type { Call, Reply, Route, State } from "./types.ts";
import { has } from "./version-changes.ts";

/** What a setting is where nobody changed it. */
function defaults(state: State): Record<string, unknown> {
  return {
    "genAiSettings:defaultAIConnector": "NO_DEFAULT_CONNECTOR",
    "genAiSettings:defaultAIConnectorOnly": false,
    ...(has(state.version, "new alerting") && { "alerting:v2:enabled": state.flavour === "serverless" }),
  };
}

/** Whether a setting is on in a space. */
export function isOn(setting: string, space: string, state: State): boolean {
  return (state.advancedSettings.get(space)?.[setting] ?? defaults(state)[setting]) === true;
}

/** Only what somebody changed has a value: core-ui-settings-server-internal. */
function read({ space }: Pick<Call, "space">, state: State): Reply {
  const changed = Object.entries(state.advancedSettings.get(space) ?? {});
  return { status: 200, body: { settings: Object.fromEntries(changed.map(([key, userValue]) => [key, { userValue }])) } };
}

const body = z.strictObject({ changes: z.record(z.string(), z.unknown()) });

/** Null takes a change back. */
function write(call: Call, state: State): Reply {
  const { changes } = parseBody(body, call);
  const all = { ...state.advancedSettings.get(call.space), ...changes };
  state.advancedSettings.set(call.space, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));
  return read(call, state);
}

const gate = {
  exists: ({ version }: State) => has(version, "settings by space over internal routes"),
  feature: "advanced_settings",
} as const;
const path = "/internal/kibana/settings";
export const advancedSettingsRoutes: readonly Route[] = [
  behind({ ...gate, level: "read", privilege: "advancedSettings:read" }, { method: "GET", path, handler: read }),
  behind({ ...gate, level: "all", privilege: "advancedSettings:save" }, { method: "POST", path, handler: write }),
];
