import type { Dict } from "../../types.ts";
import { has } from "../../version-changes.ts";
import { type Ask, at, failureIn, isoDate, orElse, type Reply, RequestFailure, type Service } from "../conversation.ts";
import { jwtToken } from "../oauth.ts";
import type { Run } from "../outcome.ts";
import { basic, json, withoutSlash } from "../requests.ts";
import { pushOf, withComments } from "./pushed.ts";

interface Product {
  table: string;
  /** Of the Elastic application in ServiceNow; without it the table API is used. */
  scope?: string;
  importSet?: string;
}

/** Source: lib/servicenow/config.ts. */
const products: Readonly<Record<string, Product>> = {
  ".servicenow": { table: "incident", scope: "x_elas2_inc_int", importSet: "x_elas2_inc_int_elastic_incident" },
  ".servicenow-sir": { table: "sn_si_incident", scope: "x_elas2_sir_int", importSet: "x_elas2_sir_int_elastic_si_incident" },
  ".servicenow-itom": { table: "em_event" },
};

/** Types of observables, and the fields that hold them. */
const observables = [
  ["ipv4-addr", ["dest_ip", "source_ip"]],
  ["SHA256", ["malware_hash"]],
  ["URL", ["malware_url"]],
] as const;

/** ITSM by sub-action; source: lib/servicenow/{service,api}.ts. */
export const serviceNow: Readonly<Record<string, Service>> = {
  pushToService: async (run, ask) => push(run, ask, run.params),
  getIncident: (run, ask) => getIncident(run, ask, String(sub(run).externalId)),
  getFields: (run, ask) => {
    const query = `name=task^ORname=${product(run).table}^internal_type=string&active=true&array=false&read_only=false`;
    const url = `/api/now/table/sys_dictionary?sysparm_query=${query}&sysparm_fields=max_length,element,column_label,mandatory`;
    return wrapped(run, "get fields", "table get", async () => resultOf(await send(run, ask, "get", url)));
  },
  getChoices: (run, ask) => {
    const elements = [sub(run).fields]
      .flat()
      .map((field) => `element=${field}`)
      .join("^OR");
    const query = `name=task^ORname=${product(run).table}^${elements}^language=en`;
    const url = `/api/now/table/sys_choice?sysparm_query=${query}&sysparm_fields=label,value,dependent_value,element`;
    return wrapped(run, "get choices", "table get", async () => resultOf(await send(run, ask, "get", url)));
  },
  closeIncident: async (run, ask) => {
    try {
      return await wrapped(run, "close incident", updateContext(run), () => close(run, ask));
    } catch (error) {
      if (failureIn(error)?.reply?.status === 404) return {};
      throw error;
    }
  },
};

/** SecOps takes observables apart from the incident, except with the table API; source: servicenow_sir/{api,service}.ts. */
export const serviceNowSecOps: Readonly<Record<string, Service>> = {
  ...serviceNow,
  pushToService: async (run, ask) => {
    const { incident, ...rest } = sub(run);
    const given = Object(incident);
    const sent = observables.flatMap(([, fields]) => fields).map((field) => [field, usesTable(run) ? joined(given[field]) : null]);
    const result = await push(run, ask, { subActionParams: { ...rest, incident: { ...given, ...Object.fromEntries(sent) } } });
    const all = observables.flatMap(([type, fields]) =>
      [...new Set(fields.flatMap((field) => listed(given[field])))].map((value) => ({ value, type })),
    );
    if (!usesTable(run) && all.length > 0) {
      const url = `/api/x_elas2_sir_int/elastic_api/incident/${result.id}/observables/bulk`;
      await wrapped(run, `add observables to security incident with id ${result.id}`, "other post", async () => {
        await checkApplication(run, ask);
        resultOf(await send(run, ask, "post", url, all));
      });
    }
    return result;
  },
};

/** ITOM by sub-action; source: servicenow_itom/{api,service}.ts. */
export const serviceNowEvents: Readonly<Record<string, Service>> = {
  ...(serviceNow.getChoices && { getChoices: serviceNow.getChoices }),
  addEvent: async (run, ask) => {
    const event = Object.entries({ ...sub(run), time_of_event: eventTime(sub(run).time_of_event) }).filter(([, value]) => value != null);
    await wrapped(run, "add event", undefined, async () =>
      resultOf(await send(run, ask, "post", "/api/global/em/jsonv2", { records: [Object.fromEntries(event)] })),
    );
    return {};
  },
};

async function push(run: Run, ask: Ask, params: Dict) {
  const { incident, externalId, comments } = pushOf(params);
  const by = { caller_id: run.secrets.username, opened_by: run.secrets.username };
  const result = await (externalId === undefined ? create(run, ask, { ...incident, ...by }) : update(run, ask, externalId, incident));
  return withComments(result, comments, async ({ comment }, id) => {
    await update(run, ask, id, { ...incident, work_notes: comment });
    return result.pushedDate;
  });
}

function create(run: Run, ask: Ask, incident: Dict) {
  const { table, importSet } = product(run);
  return wrapped(run, "create incident", usesTable(run) ? "table post" : "import_set post", async () => {
    refuseExtras(run, incident);
    await checkApplication(run, ask);
    const url = usesTable(run) ? `/api/now/v2/table/${table}` : `/api/now/import/${importSet}`;
    const id = idIn(run, await send(run, ask, "post", url, fieldsFor(run, incident)));
    return pushed(run, await getIncident(run, ask, id), "sys_created_on");
  });
}

function update(run: Run, ask: Ask, id: string, incident: Dict) {
  const { table, importSet } = product(run);
  return wrapped(run, `update incident with id ${id}`, updateContext(run), async () => {
    refuseExtras(run, incident);
    await checkApplication(run, ask);
    const reply = usesTable(run)
      ? await send(run, ask, "patch", `/api/now/v2/table/${table}/${id}`, fieldsFor(run, incident))
      : await send(run, ask, "post", `/api/now/import/${importSet}`, { ...fieldsFor(run, incident), elastic_incident_id: id });
    return pushed(run, await getIncident(run, ask, idIn(run, reply)), "sys_updated_on");
  });
}

function getIncident(run: Run, ask: Ask, id: string): Promise<Dict> {
  return wrapped(run, `get incident with id ${id}`, "table get", async () => {
    if (id.trim() === "") throw new Error("Incident id is empty.");
    return { ...Object(resultOf(await send(run, ask, "get", `/api/now/v2/table/${product(run).table}/${id}`))) };
  });
}

/** An incident that ServiceNow does not know is none to close. */
async function close(run: Run, ask: Ask): Promise<unknown> {
  const { externalId, correlation_id } = Object(sub(run).incident);
  if (externalId == null && correlation_id == null) throw new Error("No correlationId or incidentId found.");
  const found = externalId ? await getIncident(run, ask, externalId) : await byCorrelation(run, ask, correlation_id);
  if (!found || Object.keys(found).length === 0) return {};
  if (found.state === "7") return pushed(run, found, "sys_updated_on");
  const closing = { state: "7", close_code: "Closed/Resolved by Caller", close_notes: "Closed by Caller" };
  return update(run, ask, String(found.sys_id), closing);
}

function byCorrelation(run: Run, ask: Ask, id: string): Promise<Dict | undefined> {
  return wrapped(run, `get incident by correlation ID ${id}`, "table get", async () => {
    if (id.trim() === "") throw new Error("Correlation ID is empty.");
    const query = `sysparm_query=ORDERBYDESCsys_created_on^correlation_id=${id}`;
    const list = resultOf(await send(run, ask, "get", `/api/now/v2/table/${product(run).table}?${query}`));
    return Object(list)[0];
  });
}

function usesTable(run: Run): boolean {
  return product(run).scope === undefined || Boolean(run.config.usesTableApi);
}

function updateContext(run: Run): string {
  return usesTable(run) ? "table patch" : "import_set post";
}

function product({ type }: Run): Product {
  return products[type] ?? { table: "incident" };
}

/** The application's fields have a prefix; the table API takes no additional ones. */
function fieldsFor(run: Run, { additional_fields, ...fields }: Dict): Dict {
  if (usesTable(run)) return fields;
  const prefixed = Object.entries(fields).map(([field, value]) => [`u_${field}`, value]);
  return { ...Object(additional_fields), ...Object.fromEntries(prefixed) };
}

function refuseExtras(run: Run, { additional_fields }: Dict): void {
  if (!usesTable(run) || !additional_fields) return;
  throw new RequestFailure("ServiceNow additional fields are not supported for deprecated connectors.", { code: "400" });
}

async function checkApplication(run: Run, ask: Ask): Promise<void> {
  if (usesTable(run)) return;
  await wrapped(run, "get application version", "health get", async () =>
    resultOf(await send(run, ask, "get", `/api/${product(run).scope}/elastic_api/health`)),
  );
}

function idIn(run: Run, reply: Reply): string {
  const result = resultOf(reply);
  if (usesTable(run)) return String(at(result, "sys_id"));
  const [first] = [result].flat();
  const failure = { code: String(reply.status), usersFault: has(run.version, "context of ServiceNow's errors") };
  if (first === undefined) throw new RequestFailure("Unexpected result", failure);
  if (at(first, "status") === "error") throw new RequestFailure(String(at(first, "error_message")), failure);
  return String(at(first, "sys_id"));
}

function resultOf({ data }: Reply): unknown {
  const result = at(data, "result");
  if (result === undefined || result === null) throw new Error("There is an issue with your Service Now Instance. Please check .");
  return result;
}

function pushed({ config, type }: Run, { number, sys_id, ...dates }: Dict, date: string) {
  const at = dates[date];
  const { table = "incident" } = products[type] ?? {};
  const url = `${withoutSlash(config.apiUrl)}/nav_to.do?uri=${table}.do?sys_id=${sys_id}`;
  return { title: number, id: sys_id, pushedDate: at == null ? new Date().toISOString() : isoDate(`${at} GMT`), url };
}

function send(run: Run, ask: Ask, method: string, path: string, body?: unknown): Promise<Reply> {
  const { config, secrets } = run;
  const url = withoutSlash(config.apiUrl);
  if (!config.isOAuth) return ask(json(method, url + path, body, basic(secrets.username, secrets.password)));
  return ask(json(method, url + path, body), async () => ({ authorization: await jwtToken(run, `${url}/oauth_token.do`) }));
}

/** `context` is the endpoint and method; newer versions tell it, with the status. */
function wrapped<T>({ version }: Run, doing: string, context: string | undefined, work: () => Promise<T>): Promise<T> {
  const start = `[Action][ServiceNow]: Unable to ${doing}. Error:`;
  if (!has(version, "context of ServiceNow's errors"))
    return orElse(work, (message, error) => `${start} ${message} Reason: ${olderReason(error)}`);
  return orElse(work, (message, error) => {
    const { reply, code } = failureIn(error) ?? {};
    const { error: cause = message, reason } = reply?.data ? { reason: detailsOf(reply) } : oauthProblem(message);
    const [endpoint, method] = context?.split(" ") ?? [];
    const where = context ? [`[status=${reply?.status ?? code ?? "none"}]`, `[method=${method}]`, `[endpoint=${endpoint}]`] : [];
    return [start, cause, ...(reason ? ["Reason:", reason] : []), ...where].join(" ");
  });
}

function olderReason(error: unknown): string {
  const { reply } = failureIn(error) ?? {};
  if (!reply) return "unknown: errorResponse was null";
  const problem = Object(reply.data).error;
  return problem == null ? "unknown: no error in error response" : `${problem.message}: ${problem.detail}`;
}

function detailsOf({ data }: Reply): string {
  const { message, detail } = Object(Object(data).error);
  if (!message) return "unknown: no error in error response";
  return detail ? `${message}: ${detail}` : message;
}

/** A service that gives no token answers with JSON, which is the message then. */
function oauthProblem(message: string): { error?: string; reason?: string } {
  try {
    const { error, error_description: reason } = Object(JSON.parse(message));
    return typeof error === "string" ? { error, reason } : {};
  } catch {
    return {};
  }
}

function listed(value: unknown): string[] {
  const list = Array.isArray(value) ? value : String(value ?? "").split(/[ ,|\r\n\t]+/);
  return list.map(String).filter((one) => one !== "");
}

function joined(value: unknown): unknown {
  return Array.isArray(value) ? value.join(",") : (value ?? null);
}

/** As `yyyy-MM-dd HH:mm:ss`, in GMT; undefined if it is no time. */
function eventTime(time: unknown): string | undefined {
  const date = new Date(typeof time === "string" && /^\d+$/.test(time) ? Number(time) : String(time ?? ""));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 19).replace("T", " ");
}

function sub({ params }: Run): Dict {
  return Object(params.subActionParams);
}
