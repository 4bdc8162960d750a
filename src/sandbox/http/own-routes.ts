import { createHash } from "node:crypto";
import { fireV2Rule } from "../alerting-v2/dispatch.ts";
import { authoriseConnector } from "../connectors/routes.ts";
import { fireRule } from "../rules/fire.ts";
import type { Incident } from "../third-parties/incidents.ts";
import type { Reply, State } from "../types.ts";
import { fireWorkflow, markWorkflow } from "../workflows/order-routes.ts";
import { dumpHolders } from "./dump-holders.ts";
import { envelope } from "./envelope.ts";
import type { FaultOrders } from "./faults.ts";

/** What can be made to happen to one thing. */
const orderRoutes: Readonly<Record<string, (id: string, body: unknown, state: State) => Reply | Promise<Reply>>> = {
  "rules/fire": fireRule,
  connectors: authoriseConnector,
  "workflows/fire": fireWorkflow,
  "v2-rules/fire": fireV2Rule,
  workflows: markWorkflow,
};

/** Routes that Kibana does not have: deliveries, the whole state, faults and firing rules on order. No credentials needed. */
export function ownRoute(method: string, path: string, body: unknown, state: State, orders: FaultOrders): Reply | Promise<Reply> {
  const [, kind = "", id, fire] = (method === "POST" && /^\/sandbox\/([^/]+)\/([^/]+)(\/fire)?$/.exec(path)) || [];
  const order = orderRoutes[`${kind}${fire ?? ""}`];
  if (id !== undefined && order) return order(decodeURIComponent(id), body, state);
  switch (`${method} ${path}`) {
    case "GET /sandbox/deliveries":
      return { status: 200, body: { deliveries: state.deliveries } };
    case "GET /sandbox/incidents":
      return { status: 200, body: { incidents: shown(state.incidents) } };
    case "GET /sandbox/log":
      return { status: 200, body: { log: state.log } };
    case "GET /sandbox/state":
      return { status: 200, body: keysInOrder({ ...dump(state), ...dumpHolders(state) }) };
    case "POST /sandbox/faults":
      return orders.add(body);
    case "DELETE /sandbox/faults":
      return orders.clear();
    default:
      return envelope(404, "Not Found");
  }
}

/** Everything that a call can change, in a fixed order: no times, and secrets as hashes, so that two dumps compare as text. */
function dump({ version, license, spaces, connectors, inMemory, rules, maintenanceWindows, references, deliveries, incidents }: State) {
  return {
    version,
    license,
    spaces: byId(spaces.values()),
    connectors: byId(connectors.values()).map((connector) => ({ ...connector, secrets: hash(connector.secrets) })),
    in_memory: byId(inMemory).map((connector) => ({ ...connector, secrets: hash(connector.secrets) })),
    rules: byId(rules.values()).map(
      ({ createdAt: _created, updatedAt: _updated, lastRunAt: _ran, pendingSince: _pending, ...rule }) => rule,
    ),
    maintenance_windows: byId(maintenanceWindows.values()).map(
      ({ created_at: _at, updated_at: _last, expiresAt: _end, ...window }) => window,
    ),
    references: byId(references),
    deliveries: deliveries.map(({ at: _at, ...delivery }) => delivery),
    incidents: shown(incidents),
  };
}

function shown(incidents: readonly Incident[]) {
  return incidents.map(({ account: _account, ...incident }) => incident);
}

function byId<T extends { id: string }>(items: Iterable<T>): T[] {
  return [...items].sort((one, other) => (one.id < other.id ? -1 : 1));
}

function keysInOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysInOrder);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, keysInOrder(item)]));
}

function hash(secrets: unknown): string {
  return `sha256:${createHash("sha256")
    .update(JSON.stringify(keysInOrder(secrets)))
    .digest("hex")}`;
}
