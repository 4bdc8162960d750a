import type { Reply, Route, State } from "./types.ts";

const level = { level: "available", summary: "All services and plugins are available" };

function status(_call: unknown, state: State): Reply {
  return {
    status: 200,
    body: {
      name: "sandbox",
      uuid: "5b2de169-2785-441b-ae8c-186a1936b17d",
      version: {
        number: state.version,
        build_hash: "0000000000000000000000000000000000000000",
        build_number: 100000,
        build_snapshot: false,
        build_flavor: state.flavour,
        build_date: "2026-09-01T00:00:00.000Z",
      },
      status: {
        overall: level,
        core: { elasticsearch: level, savedObjects: level },
        plugins: { actions: level, alerting: level, spaces: level },
      },
      metrics: {},
    },
  };
}

/** licensing/server/routes/info.ts; what no client of connectors reads is left out. */
function licensing(_call: unknown, { license, licenseExpired }: State): Reply {
  return {
    status: 200,
    body: {
      license: {
        uid: "3e0a7a33-64fb-4bc5-9e31-0d5a6ae26d1d",
        type: license,
        mode: license,
        status: licenseExpired ? "expired" : "active",
        expiryDateInMillis: Date.parse("2027-12-31"),
      },
      features: { security: { isAvailable: true, isEnabled: true } },
      signature: "sandbox",
    },
  };
}

/** What a caller without valid credentials gets: no version (reference/kibana-api.md §7.2). */
export const anonymousStatus: Reply = { status: 200, body: { status: { overall: { level: "available" } } } };

export const statusPath = "/api/status";
export const statusRoutes: readonly Route[] = [
  { method: "GET", path: statusPath, handler: status },
  { method: "GET", path: "/api/licensing/info", handler: licensing },
];
