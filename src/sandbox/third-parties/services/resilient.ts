import * as z from "zod";
import type { Dict } from "../../types.ts";
import { type Ask, isoDate, needShape, orElse, type Reply, type Service } from "../conversation.ts";
import type { Run } from "../outcome.ts";
import { basic, withoutSlash } from "../requests.ts";
import { pushOf, withComments } from "./pushed.ts";
import { type SubRequest, subRequest, type Words } from "./sub-action.ts";

const created = z.looseObject({ id: z.coerce.number(), create_date: z.coerce.number() });
const updated = z.looseObject({ success: z.boolean(), message: z.string().nullish() });
const found = z.looseObject({ id: z.coerce.number(), inc_last_modified_date: z.coerce.number() });
const values = z.looseObject({ values: z.array(z.looseObject({ value: z.coerce.number(), label: z.string() })) });
const fieldList = z.array(z.looseObject({ name: z.string(), input_type: z.string(), text: z.string() }));

/** By sub-action; source: resilient/resilient.ts. */
export const resilient: Readonly<Record<string, Service>> = {
  pushToService: async (run, ask) => {
    const { incident, externalId, comments } = pushOf(run.params);
    const result = await (externalId === undefined ? create(run, ask, incident) : update(run, ask, externalId, incident));
    return withComments(result, comments, ({ comment }, id) =>
      wrapped(`create comment at incident with id ${id}`, async () => {
        await send(run, ask, { method: "POST", url: `/incidents/${id}/comments`, data: { text: { format: "text", content: comment } } });
        return result.pushedDate;
      }),
    );
  },
  incidentTypes: (run, ask) => choices(run, ask, "incident types", "incident_type_ids"),
  severity: (run, ask) => choices(run, ask, "severity", "severity_code"),
  getFields,
};

function create(run: Run, ask: Ask, incident: Dict) {
  const { name, description, incidentTypes, severityCode, additionalFields } = incident;
  return wrapped("create incident", async () => {
    const prefixes = additionalFields ? new Map((await getFields(run, ask)).map((field) => [field.name, field.prefix])) : undefined;
    const more = Object.entries(Object(additionalFields));
    const properties = more.filter(([field]) => prefixes?.get(field) === "properties");
    const data = {
      name,
      discovered_date: Date.now(),
      ...(description ? { description: { format: "html", content: description } } : {}),
      ...(Array.isArray(incidentTypes) && { incident_type_ids: incidentTypes.map((id) => ({ id: Number(id) })) }),
      ...(severityCode ? { severity_code: { id: Number(severityCode) } } : {}),
      ...Object.fromEntries(more.filter(([field]) => prefixes?.get(field) !== "properties")),
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    };
    const url = "/incidents?text_content_output_format=objects_convert";
    const { id, create_date } = needShape(run, await send(run, ask, { method: "POST", url, data }), created);
    return resultOf(run, id, create_date);
  });
}

function update(run: Run, ask: Ask, id: string, incident: Dict) {
  return wrapped(`update incident with id ${id}`, async () => {
    const old = Object((await getIncident(run, ask, id)).data);
    const names: Dict = { incidentTypes: "incident_type_ids", severityCode: "severity_code" };
    const { additionalFields, ...fields } = incident;
    const more = Object.entries(Object(additionalFields)).map(([name, value]) => ({
      field: { name },
      old_value: Object(old.properties)[name] ?? null,
      new_value: value,
    }));
    const changes = Object.entries(fields).flatMap(([field, value]) => {
      if (value === null || value === undefined) return [];
      const name = String(names[field] ?? field);
      const before = name === "description" ? Object(old.description).content : old[name];
      return [{ field: { name }, old_value: textContent(field, before), new_value: textContent(field, value) }];
    });
    const reply = await send(run, ask, { method: "PATCH", url: `/incidents/${id}`, data: { changes: [...more, ...changes] } });
    const { success, message } = needShape(run, reply, updated);
    if (!success) throw new Error(`Error while updating incident: ${message ?? null}`);
    const now = needShape(run, await getIncident(run, ask, id), found);
    return resultOf(run, now.id, now.inc_last_modified_date);
  });
}

function getIncident(run: Run, ask: Ask, id: string): Promise<Reply> {
  return wrapped(`get incident with id ${id}`, () =>
    send(run, ask, { method: "GET", url: `/incidents/${id}?text_content_output_format=objects_convert` }),
  );
}

function textContent(field: string, value: unknown): Dict {
  if (value === null || value === undefined) return { text: "" };
  if (field === "description") return { textarea: { format: "html", content: String(value) } };
  if (field === "incidentTypes") return { ids: [value].flat().map(Number) };
  return field === "severityCode" ? { id: Number(value) } : { text: String(value) };
}

function choices(run: Run, ask: Ask, what: string, field: string) {
  return wrapped(`get ${what}`, async () => {
    const reply = await send(run, ask, { method: "GET", url: `/types/incident/fields/${field}` });
    return needShape(run, reply, values).values.map(({ value, label }) => ({ id: String(value), name: label }));
  });
}

function getFields(run: Run, ask: Ask) {
  return wrapped("get fields", async () => {
    const list = needShape(run, await send(run, ask, { method: "GET", url: "/types/incident/fields" }), fieldList);
    return list.map(({ name, input_type, read_only, required, text, prefix, values: given }) => ({
      ...{ name, input_type, read_only, required, text, prefix },
      values: given,
    }));
  });
}

function resultOf({ config }: Run, id: number, date: number) {
  return { title: `${id}`, id: `${id}`, pushedDate: isoDate(date), url: `${withoutSlash(config.apiUrl)}/#incidents/${id}` };
}

const words: Words = ({ reply }, { message }) => {
  if (!reply) return "Unknown API Error";
  if (reply.status === 401) return "Unauthorized API Error";
  return `API Error: ${message ?? reply.statusText}`;
};

function send({ config, secrets }: Run, ask: Ask, request: SubRequest): Promise<Reply> {
  const url = `${config.apiUrl}/rest/orgs/${config.orgId}${request.url}`;
  return subRequest(ask, words, { ...request, url, headers: basic(secrets.apiKeyId, secrets.apiKeySecret) });
}

function wrapped<T>(doing: string, work: () => Promise<T>): Promise<T> {
  return orElse(work, (message) => `[Action][IBM Resilient]: Unable to ${doing}. Error: ${message}.`);
}
