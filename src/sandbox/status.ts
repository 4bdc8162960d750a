import type { Reply, Route, State } from "./types.ts";

const level = { level: "available", summary: "All services and plugins are available", meta: {} };
const elasticsearch = { level: "available", summary: "Elasticsearch is available", meta: { warningNodes: [], incompatibleNodes: [] } };
const savedObjects = {
  level: "available",
  summary: "SavedObjects service has completed migrations and is available",
  meta: { migratedIndices: { migrated: 0, skipped: 0, patched: 1 } },
};
const plugin = { level: "available", summary: "All dependencies are available", meta: {}, reported: false };
const intervalMs = 5000;

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
        core: { elasticsearch, savedObjects },
        plugins: { actions: plugin, alerting: plugin, spaces: plugin },
      },
      metrics: metrics(),
    },
  };
}

/** Those of an idle Kibana: core/metrics. */
function metrics() {
  const heap = { total_in_bytes: 612_368_384, used_in_bytes: 483_729_408, size_limit: 4_345_298_944 };
  const running = {
    memory: { heap, resident_set_size_in_bytes: 821_301_248 },
    pid: process.pid,
    event_loop_delay: 10,
    uptime_in_millis: Math.round(process.uptime() * 1000),
  };
  return {
    last_updated: new Date().toISOString(),
    collection_interval_in_millis: intervalMs,
    os: { platform: "linux", platformRelease: "linux-6.1", load: { "1m": 0.1, "5m": 0.1, "15m": 0.1 } },
    process: running,
    processes: [running],
    requests: { disconnects: 0, total: 1, statusCodes: { 200: 1 }, status_codes: { 200: 1 } },
    response_times: { avg_in_millis: 5, max_in_millis: 5 },
    concurrent_connections: 1,
    elasticsearch_client: { totalActiveSockets: 0, totalIdleSockets: 1, totalQueuedRequests: 0 },
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
