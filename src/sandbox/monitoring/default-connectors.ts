import * as z from "zod";
import { behind } from "../http/gate.ts";
import { parseBody } from "../http/request-schema.ts";
import type { Call, Dict, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";

const mail = z.object({ to: z.array(z.string()), cc: z.array(z.string()).default([]), bcc: z.array(z.string()).default([]) });
const common = {
  certAgeThreshold: z.number(),
  certExpirationThreshold: z.number(),
  defaultConnectors: z.array(z.string()),
  defaultEmail: mail.optional(),
};
const synthetics = z.object({ ...common, defaultStatusRuleEnabled: z.boolean(), defaultTLSRuleEnabled: z.boolean() });
const uptime = z.object({ ...common, heartbeatIndices: z.string() });

const unset = { certAgeThreshold: 730, certExpirationThreshold: 30, defaultConnectors: [] };
const parts = {
  synthetics: { schema: synthetics.partial(), unset: { ...unset, defaultStatusRuleEnabled: true, defaultTLSRuleEnabled: true } },
  uptime: { schema: uptime.partial(), unset: { ...unset, heartbeatIndices: "heartbeat-*" } },
} as const;
export const monitoringApps = ["synthetics", "uptime"] as const satisfies readonly (keyof typeof parts)[];
type App = (typeof monitoringApps)[number];

/** Whom the default rules tell: ids in a text, no references, kept for each space. */
function read(app: App, { space }: Call, state: State): Reply {
  return { status: 200, body: { ...parts[app].unset, ...state.monitoringSettings.get(`${app} ${space}`) } };
}

function write(app: App, call: Call, state: State): Reply {
  const changed: Dict = parseBody(parts[app].schema, call);
  const key = `${app} ${call.space}`;
  state.monitoringSettings.set(key, { ...state.monitoringSettings.get(key), ...changed });
  return read(app, call, state);
}

function routes(app: App, path: string, exists: (state: State) => boolean): Route[] {
  const gate = { exists, feature: "uptime" } as const;
  return [
    behind({ ...gate, level: "read", privilege: "uptime-read" }, { method: "GET", path, handler: (call, state) => read(app, call, state) }),
    behind(
      { ...gate, level: "all", privilege: "uptime-write" },
      { method: "PUT", path, handler: (call, state) => write(app, call, state) },
    ),
  ];
}

export const monitoringRoutes: readonly Route[] = [
  ...routes("synthetics", "/internal/synthetics/settings", ({ version }) => !has(version, "public settings of Synthetics")),
  ...routes("synthetics", "/api/synthetics/settings", ({ version }) => has(version, "public settings of Synthetics")),
  ...routes("uptime", "/api/uptime/settings", ({ flavour }) => flavour !== "serverless"),
];
