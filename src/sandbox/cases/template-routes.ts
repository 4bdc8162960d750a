import { randomUUID } from "node:crypto";
import { parse } from "yaml";
import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { type CaseTemplate, caseConnector, needOwner, owners, ownersFor } from "./case.ts";

const definition = z.object({
  name: z.string().min(1).nullish(),
  connector: caseConnector.omit({ name: true }).optional(),
  fields: z.array(z.looseObject({})),
});

const findQuery = z.object({ page: z.coerce.number().min(1).default(1), perPage: z.coerce.number().min(1).default(20) });

/** Those that are not valid are counted, and left out without a word: cases/server/routes/api/templates/get_templates_route.ts. */
function find(call: Call, state: State): Reply {
  const { page, perPage } = parseQuery(findQuery, call);
  const readable = ownersFor(call, "templates", state);
  const found = state.caseTemplates.inSpace(call.space).filter(({ owner }) => readable.includes(owner));
  const templates = found.slice((page - 1) * perPage, page * perPage).flatMap((one) => view(one) ?? []);
  return { status: 200, body: { templates, page, perPage, total: found.length } };
}

function view({ id, name, owner, definition: text, revision }: CaseTemplate) {
  const parsed = definition.safeParse(read(text));
  if (!parsed.success) return undefined;
  const about = { templateVersion: revision, deletedAt: null, isLatest: true, isEnabled: true, latestVersion: revision };
  return { templateId: id, name, owner, definition: parsed.data, definitionString: text, ...about };
}

function read(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

const createBody = z.object({ name: z.string().min(1), owner: z.enum(owners), definition: z.string() });

function create(call: Call, state: State): Reply {
  const given = parseBody(createBody, call);
  needOwner(call, "all", "create template", given.owner, state);
  const made: CaseTemplate = { id: randomUUID(), space: call.space, ...given, revision: 1 };
  const shown = view(made);
  if (!shown) throw new Refusal(400, "Failed to create template: Invalid template definition");
  state.caseTemplates.set(made);
  return { status: 200, body: shown };
}

const path = "/internal/cases/templates";
const exists = ({ version }: State) => has(version, "templates of cases in YAML");

export const caseTemplateRoutes: readonly Route[] = [
  { method: "GET", path, handler: find, exists },
  { method: "POST", path, handler: create, exists },
];
