import * as z from "zod";
import { type TypeRow, typeRows } from "../connectors/type-rows.ts";
import { usabilityOf } from "../connectors/types-api.ts";
import { Refusal } from "../http/envelope.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { firstRoute, knowsManaged, publicRoute } from "./gate.ts";
import { visibleWorkflows, workflowOf } from "./lookup.ts";
import { workflowRow, workflowView } from "./view.ts";
import type { Workflow } from "./workflow.ts";

/** A query key that may come once or several times. */
const texts = (most: number) =>
  z
    .union([z.string(), z.array(z.string()).max(most)])
    .transform((given) => [given].flat())
    .optional();
const listQuery = z.strictObject({
  page: z.coerce.number().min(1).default(1),
  size: z.coerce.number().min(1).default(100),
  query: z.string().optional(),
  enabled: z
    .union([z.enum(["true", "false"]), z.array(z.enum(["true", "false"])).max(2)])
    .transform((given) => [given].flat().map((one) => one === "true"))
    .optional(),
  createdBy: texts(1000),
  tags: texts(1000),
});
/** Since there are managed workflows: an older Kibana refuses these keys. */
const newerQuery = listQuery.extend({
  managed: z.enum(["all", "managed", "unmanaged"]).default("unmanaged"),
  visibilityContext: texts(10),
  sortField: z.enum(["name", "enabled"]).optional(),
  sortOrder: z.enum(["asc", "desc"]).default("asc"),
});
/** kbn-workflows/types/v1.ts of the first release. */
const searchBody = z.object({
  page: z.number().default(1),
  size: z.number().default(100),
  query: z.string().optional(),
  enabled: z.array(z.union([z.boolean(), z.number().transform((value) => value === 1)])).optional(),
  createdBy: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
  triggerType: z.string().optional(),
});
type Wanted = z.infer<typeof searchBody>;

function list(call: Call, state: State): Reply {
  if (!knowsManaged(state)) return page(call, visibleWorkflows(call, state), parseQuery(listQuery, call), state);
  const { managed, sortField, sortOrder, ...wanted } = parseQuery(newerQuery, call);
  if (managed !== "unmanaged" && !call.caller.may("managed_workflows", "read", call.space)) throw new Refusal(403, "Forbidden");
  const kinds = visibleWorkflows(call, state).filter(
    ({ managedBy }) => managed === "all" || (managed === "managed") === (managedBy !== undefined),
  );
  return page(call, kinds, wanted, state, sortField && { field: sortField, order: sortOrder });
}

/** Newest change first, so that a save in between moves rows to another page. */
function page(
  call: Call,
  workflows: readonly Workflow[],
  { page: at, size, query, enabled, createdBy, tags, triggerType }: Wanted,
  state: State,
  sort?: { field: "name" | "enabled"; order: "asc" | "desc" },
): Reply {
  refuseBeyondWindow(at * size);
  const words = query?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  const found = workflows
    .filter((one) => words.every((word) => `${one.name} ${one.description} ${one.tags.join(" ")} ${one.id}`.toLowerCase().includes(word)))
    .filter((one) => enabled === undefined || enabled.includes(one.enabled))
    .filter((one) => createdBy === undefined || createdBy.includes(one.createdBy))
    .filter((one) => tags === undefined || tags.some((tag) => one.tags.includes(tag)))
    .filter((one) => triggerType === undefined || one.definition?.triggers.some(({ type }) => type === triggerType))
    .sort((one, other) => other.lastUpdatedAt.localeCompare(one.lastUpdatedAt) || one.id.localeCompare(other.id));
  if (sort) {
    const key = (one: Workflow) => String(one[sort.field]);
    found.sort((one, other) => key(one).localeCompare(key(other)) * (sort.order === "asc" ? 1 : -1));
  }
  const results = found.slice((at - 1) * size, at * size).map((one) => workflowRow(one, call, state));
  return { status: 200, body: { page: at, size, total: found.length, results } };
}

/** Elasticsearch's limit, which this API does not catch. */
function refuseBeyondWindow(last: number): void {
  if (last <= 10_000) return;
  const reason = `Result window is too large, from + size must be less than or equal to: [10000] but was [${last}].`;
  throw new Refusal(500, `Internal server error: Error: search_phase_execution_exception: ${reason}`);
}

function get(call: Call, state: State): Reply {
  const workflow = workflowOf(call, state);
  if (!workflow) throw new Refusal(404, "Workflow not found");
  return { status: 200, body: workflowView(workflow, state) };
}

const mgetBody = z.strictObject({
  ids: z.array(z.string().max(255)).min(1).max(500),
  source: z.array(z.string()).min(1).max(10).optional(),
});

/** Ids that nobody knows, or that are not for this caller, are missing without a word. */
function getMany(call: Call, state: State): Reply {
  const { ids, source } = parseBody(mgetBody, call);
  const found = visibleWorkflows(call, state).filter(({ id }) => ids.includes(id));
  const chosen = found.map((one) => {
    const entries = Object.entries(workflowView(one, state));
    return Object.fromEntries(entries.filter(([key]) => key === "id" || source === undefined || source.includes(key)));
  });
  return { status: 200, body: chosen };
}

function stats(call: Call, state: State): Reply {
  const all = visibleWorkflows(call, state).filter(({ managedBy }) => managedBy === undefined);
  const enabled = all.filter((one) => one.enabled).length;
  return { status: 200, body: { workflows: { enabled, disabled: all.length - enabled } } };
}

/** Read with Kibana's own rights: no privilege on connectors is needed. */
async function connectors(call: Call, state: State): Promise<Reply> {
  const saved = state.connectors.inSpace(call.space).map((one) => ({ ...one, isPreconfigured: false }));
  const inMemory = state.inMemory.filter(({ system }) => !system).map((one) => ({ ...one, isPreconfigured: true }));
  const all = [...saved, ...inMemory];
  const typed = (row: TypeRow) => ({
    actionTypeId: row.id,
    displayName: row.name,
    ...usabilityOf(row, state),
    minimumLicenseRequired: row.license,
    instances: all
      .filter(({ type }) => type === row.id)
      .map(({ id, name, isPreconfigured }) => ({ id, name, isPreconfigured, isDeprecated: false })),
  });
  const rows = [...(await typeRows(state)).values()].filter(({ features, system }) => features.includes("workflows") && !system);
  const connectorTypes = Object.fromEntries(rows.map((row) => [row.id, typed(row)]));
  return { status: 200, body: { connectorTypes, totalConnectors: all.length } };
}

export const workflowReadRoutes: readonly Route[] = [
  firstRoute("read", {
    method: "POST",
    path: "/api/workflows/search",
    handler: (call, state) => page(call, visibleWorkflows(call, state), parseBody(searchBody, call), state),
  }),
  firstRoute("read", { method: "GET", path: "/api/workflows/connectors", handler: connectors }),
  firstRoute("read", { method: "GET", path: "/api/workflows/stats", handler: stats }),
  firstRoute("read", { method: "GET", path: "/api/workflows/{id}", handler: get }),
  publicRoute("read", { method: "GET", path: "/api/workflows", handler: list }),
  publicRoute("read", { method: "GET", path: "/api/workflows/workflow/{id}", handler: get }),
  publicRoute("read", { method: "POST", path: "/api/workflows/mget", handler: getMany }),
  publicRoute("read", { method: "GET", path: "/api/workflows/stats", handler: stats }),
  publicRoute("read", { method: "GET", path: "/api/workflows/connectors", handler: connectors }),
];
