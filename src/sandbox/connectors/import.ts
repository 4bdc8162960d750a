import { randomUUID } from "node:crypto";
import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { parseQuery } from "../http/request-schema.ts";
import type { Call, Connector, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { isStrictId } from "./routes.ts";

const flag = z.enum(["true", "false"]).default("false");
const query = z
  .strictObject({ overwrite: flag, createNewCopies: flag, compatibilityMode: flag })
  .refine(
    ({ overwrite, createNewCopies }) => overwrite === "false" || createNewCopies === "false",
    "cannot use [overwrite] with [createNewCopies]",
  );
const record = z.record(z.string(), z.unknown()).default({});
const object = z.object({
  type: z.string(),
  id: z.string(),
  attributes: z.object({ actionTypeId: z.string(), name: z.string(), config: record, isMissingSecrets: z.boolean().default(false) }),
});
type Saved = z.infer<typeof object>;

/** Answers 200 even if nothing was imported (reference/kibana-api.md §7.4). */
async function importObjects(call: Call, state: State): Promise<Reply> {
  const { overwrite, createNewCopies } = parseQuery(query, call);
  const lines = await uploaded(call.body);
  if (!call.caller.may("actions", "all", call.space)) throw new Refusal(403, "Unable to bulk_create action");
  const successResults: object[] = [];
  const errors: object[] = [];
  const dropped: string[] = [];
  let withoutSecrets = 0;
  for (const line of lines) {
    const { type, id } = line;
    const meta = { title: Object(line.attributes).name, icon: "" };
    const parsed = object.safeParse(line);
    if (!parsed.success || type !== "action") {
      errors.push({ type, id, meta, error: { type: type === "action" ? "unknown" : "unsupported_type" } });
      continue;
    }
    const known = state.connectors.get(parsed.data.id);
    const renamed = createNewCopies === "true" || (known !== undefined && known.space !== call.space);
    if (!renamed && isRefused(parsed.data.id, state)) {
      dropped.push(parsed.data.id);
      continue;
    }
    if (known && !renamed && overwrite === "false") {
      errors.push({ type, id, meta, error: { type: "conflict" } });
      continue;
    }
    const connector = imported(parsed.data, renamed ? randomUUID() : parsed.data.id, call.space);
    state.connectors.set(connector);
    if (connector.missingSecrets) withoutSecrets += 1;
    const more = { ...(renamed && { destinationId: connector.id }), ...(known && !renamed && { overwrite: true }) };
    successResults.push({ type, id, meta, managed: false, ...more });
  }
  const warnings = [...secretWarnings(withoutSecrets), ...droppedWarnings(dropped)];
  const counts = { success: errors.length === 0, successCount: successResults.length, warnings };
  return { status: 200, body: { ...counts, ...(successResults.length > 0 && { successResults }), ...(errors.length > 0 && { errors }) } };
}

/** Newer Kibana skips ids that it would not accept in a create; the wording of its warning is not known. */
function isRefused(id: string, state: State): boolean {
  return has(state.version, "strict connector ids") && (!isStrictId(id) || state.inMemory.some((connector) => connector.id === id));
}

/** Import replaces good secrets with none. */
function imported({ attributes }: Saved, id: string, space: string): Connector {
  const { actionTypeId: type, name, config, isMissingSecrets: missingSecrets } = attributes;
  return { id, space, type, name, config, secrets: {}, missingSecrets };
}

/** The lines of the form's one file, without the details at its end. */
async function uploaded(body: unknown): Promise<Record<string, unknown>[]> {
  const { type, text } = Object(body);
  const form = await new Response(text, { headers: { "content-type": String(type) } }).formData().catch(() => undefined);
  const file = form?.get("file");
  if (!(file instanceof File)) throw new Refusal(400, "[request body.file]: expected value of type [Stream] but got [undefined]");
  if (!file.name.endsWith(".ndjson")) throw new Refusal(400, `Invalid file extension ${/\.[^.]*$/.exec(file.name)?.[0] ?? ""}`);
  try {
    const lines: unknown[] = (await file.text()).split("\n").flatMap((line) => (line.trim() ? [JSON.parse(line)] : []));
    return lines.map(Object).filter((line) => !("exportedCount" in line));
  } catch (error) {
    throw new Refusal(400, error instanceof Error ? error.message : "unreadable");
  }
}

function secretWarnings(count: number): object[] {
  if (count === 0) return [];
  const message = `${count} ${count === 1 ? "connector has" : "connectors have"} sensitive information that require updates.`;
  const actionPath = "/app/management/insightsAndAlerting/triggersActionsConnectors";
  return [{ type: "action_required", message, actionPath, buttonLabel: "Go to connectors" }];
}

function droppedWarnings(ids: readonly string[]): object[] {
  return ids.length === 0 ? [] : [{ type: "simple", message: `Connectors were not imported because of their ids: ${ids.join(", ")}` }];
}

export const importRoutes: readonly Route[] = [
  { method: "POST", path: "/api/saved_objects/_import", handler: importObjects, upload: true },
];
