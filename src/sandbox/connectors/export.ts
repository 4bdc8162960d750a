import * as z from "zod";
import { catalogType } from "../../catalog/index.ts";
import { Refusal } from "../http/envelope.ts";
import { parseBody } from "../http/request-schema.ts";
import type { Call, Connector, Reply, Route, State } from "../types.ts";

const reference = z.strictObject({ type: z.string(), id: z.string() });
const body = z.strictObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  objects: z.array(reference).max(10_000).optional(),
  hasReference: z.union([reference, z.array(reference)]).optional(),
  search: z.string().optional(),
  includeReferencesDeep: z.boolean().default(false),
  excludeExportDetails: z.boolean().default(false),
});

/** Only connectors, of all saved objects; preconfigured ones are not saved objects (reference/kibana-api.md §7.4). */
async function exportObjects(call: Call, state: State): Promise<Reply> {
  const { type, objects = [], hasReference, search, excludeExportDetails } = parseBody(body, call);
  const types = type === undefined ? [] : [type].flat();
  if (types.length === 0 && objects.length === 0) throw new Refusal(400, "Either `type` or `objects` are required.");
  if (objects.length > 0) {
    const other = types.length > 0 ? "types" : search !== undefined ? "search" : hasReference ? "references" : undefined;
    if (other) throw new Refusal(400, `Can't specify both "${other}" and "objects" properties when exporting`);
  }
  if (!call.caller.may("actions", "read", call.space)) throw new Refusal(403, "Unable to bulk_get action");
  const found = objects.length > 0 ? named(objects, call, state) : ofType(types, search, Boolean(hasReference), call, state);
  const lines = await Promise.all(found.map(line));
  const details = { exportedCount: lines.length, missingRefCount: 0, missingReferences: [], excludedObjectsCount: 0, excludedObjects: [] };
  return {
    status: 200,
    headers: { "content-type": "application/ndjson", "content-disposition": 'attachment; filename="export.ndjson"' },
    body: [...lines, ...(excludeExportDetails ? [] : [details])].map((one) => JSON.stringify(one)).join("\n"),
  };
}

function named(objects: readonly z.infer<typeof reference>[], { space }: Call, state: State): Connector[] {
  return objects.map(({ type, id }) => {
    const connector = state.connectors.get(id);
    if (type === "action" && connector?.space === space) return connector;
    const error = { statusCode: 404, error: "Not Found", message: `Saved object [${type}/${id}] not found` };
    throw new Refusal(400, "Error fetching objects to export", { objects: [{ id, type, error }] });
  });
}

/** Connectors hold no references, so `hasReference` matches none. */
function ofType(types: readonly string[], search: string | undefined, referring: boolean, { space }: Call, state: State): Connector[] {
  if (!types.includes("action") || referring) return [];
  const wanted = search?.replaceAll("*", "").toLowerCase();
  return state.connectors.inSpace(space).filter(({ name }) => wanted === undefined || name.toLowerCase().includes(wanted));
}

/** Never with secrets: transform_connectors_for_export.ts, reference/kibana-api.md §4. */
async function line({ id, type, name, config }: Connector) {
  const refused = (await catalogType(type))?.schemas().secrets.safeParse({}).success === false;
  const attributes = { actionTypeId: type, name, config, isMissingSecrets: refused || config.hasAuth === true, secrets: {} };
  return { attributes, coreMigrationVersion: "8.8.0", id, managed: false, references: [], type: "action", typeMigrationVersion: "8.3.0" };
}

export const exportRoutes: readonly Route[] = [{ method: "POST", path: "/api/saved_objects/_export", handler: exportObjects }];
