import { readUrl } from "../../../read-url.ts";
import type { Dict } from "../../types.ts";
import { failureIn, orElse, type Reply, type Service } from "../conversation.ts";
import type { Run } from "../outcome.ts";
import { basic, textValues } from "../requests.ts";
import type { Outgoing } from "../transport.ts";
import { pushOf, withComments } from "./pushed.ts";

/** Names of the fields of config for a step, what Kibana calls it, and the method that is used without one. */
const steps = {
  create: { of: "createIncident", name: "Create case", method: "post" },
  update: { of: "updateIncident", name: "Update case", method: "put" },
  get: { of: "getIncident", name: "Get case", method: "get" },
  comment: { of: "createComment", name: "Create comment", method: "put" },
} as const;

/** Sources: cases_webhook/{service,api,validators,utils}.ts. `ask` decides what answers: the service, or nobody. */
export const casesWebhook: Readonly<Record<string, Service>> = {
  pushToService: async (run, ask) => {
    const { incident, externalId, comments } = pushOf(run.params);
    const step = externalId === undefined ? "create" : "update";
    const key = String(run.config.createIncidentResponseKey);
    const { description, id, severity, status, tags, title } = incident;
    const fields = {
      description: description ?? "",
      id: id ?? "",
      severity: severity ?? "",
      status: status ?? "",
      tags: tags ?? [],
      title,
    };
    const doing = externalId === undefined ? "create case" : `update case with id ${externalId}`;
    const result = await wrapped(doing, async () => {
      const reply = await ask(requestFor(run, step, externalId ?? "", fields));
      needFields(reply, externalId === undefined ? [key] : []);
      const system = { id: externalId ?? String(valueAt(reply.data, key)) };
      const name = await wrapped(`get case with id ${system.id}`, async () => {
        const titleKey = String(run.config.getIncidentResponseExternalTitleKey);
        const found = await ask(requestFor(run, "get", system.id));
        needFields(found, [titleKey]);
        return String(valueAt(found.data, titleKey));
      });
      const external = { system: { id: encodeURIComponent(system.id), title: encodeURIComponent(name) } };
      const url = checkedUrl(textOf(run.config.viewIncidentUrl, { external }), "View case URL");
      return { id: system.id, title: name, url, pushedDate: new Date().toISOString() };
    });
    const { createCommentUrl, createCommentJson } = run.config;
    return withComments(
      result,
      comments.filter(({ comment }) => comment !== ""),
      ({ comment }, to) =>
        wrapped(`create comment at case with id ${to}`, async () => {
          if (createCommentUrl && createCommentJson) needFields(await ask(requestFor(run, "comment", to, { comment })), []);
          return result.pushedDate;
        }),
    );
  },
};

/** What a service answers that takes everything. */
export function takenCase({ createIncidentResponseKey: id, getIncidentResponseExternalTitleKey: title }: Dict): Dict {
  return { ...nested(String(title), "CASE-7"), ...nested(String(id), "7") };
}

function nested(path: string, value: unknown): Dict {
  return path.split(".").reduceRight<Dict>((inside, key, at, keys) => ({ [key]: at === keys.length - 1 ? value : inside }), {});
}

/** One request, its address and text filled in and checked. */
function requestFor({ config, secrets }: Run, step: keyof typeof steps, id: string, fields: Dict = {}): Outgoing {
  const { of, name, method } = steps[step];
  const inUrl = { external: { system: { id: encodeURIComponent(id) } } };
  const url = checkedUrl(textOf(config[`${of}Url`], inUrl), `${name} URL`);
  const auth = config.hasAuth !== false && typeof secrets.user === "string" ? basic(secrets.user, secrets.password) : {};
  const request: Outgoing = {
    url,
    method: String(config[`${of}Method`] ?? method),
    headers: { "content-type": "application/json", ...auth, ...textValues(config.headers), ...textValues(secrets.secretHeaders) },
  };
  const template = config[`${of}Json`];
  if (step === "get" && (request.method !== "post" || !template)) return request;
  const body = textOf(template, { case: inJson(fields), external: { system: { id: JSON.stringify(id) } } });
  return { ...request, body: checkedJson(body, `${name} JSON body`) };
}

/** A template with its `{{{variables}}}` filled in, as they are. */
function textOf(template: unknown, values: Dict): string {
  const tag = /\{\{\{?\s*([\w.]+)\s*\}?\}\}/g;
  const open = String(template)
    .replace(tag, (whole) => " ".repeat(whole.length))
    .indexOf("{{");
  if (open >= 0) return `error rendering mustache template "${template}": Unclosed tag at ${String(template).length}`;
  return String(template).replace(tag, (_whole, path: string) => {
    const value = valueAt(values, path);
    return value === undefined ? "" : String(value);
  });
}

function inJson(fields: Dict): Dict {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, JSON.stringify(value)]));
}

function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((item, key) => Object(item)[key], value);
}

function checkedUrl(url: string, name: string): string {
  if (!readUrl(url)) throw new Error(`Invalid ${name}: Error: Invalid URL`);
  if (!/^https?:$/.test(new URL(url).protocol)) throw new Error(`Invalid ${name}: Error: Invalid protocol`);
  return url.replace(/\/$/, "").replace(/([^:]\/)\/+/g, "$1");
}

function checkedJson(text: string, name: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new Error(`JSON Error: ${name} must be valid JSON`);
  }
}

/** Unlike other types, this one names the fields that are missing, and finds them at any depth. */
function needFields({ status, headers, data, method, url }: Reply, fields: readonly string[]): void {
  if (status === 204 && data === "" && fields.length === 0) return;
  const type = headers["content-type"];
  const supported = `in ${method} ${url}. Supported content types: application/json`;
  if (type === undefined) throw new Error(`Missing content type header ${supported}`);
  if (!type.includes("application/json")) throw new Error(`Unsupported content type: ${type} ${supported}`);
  if (data !== "" && typeof data !== "object") throw new Error("Response is not a valid JSON");
  const missing = fields.filter((field) => valueAt(data, field) === undefined);
  if (missing.length > 0)
    throw new Error(`Response is missing the expected ${missing.length > 1 ? "fields" : "field"}: ${missing.join(", ")}`);
}

function wrapped<T>(doing: string, work: () => Promise<T>): Promise<T> {
  return orElse(work, (message, error) => {
    const { data, statusText } = failureIn(error)?.reply ?? {};
    const reason = statusText === undefined ? "" : `Reason: ${statusText}`;
    return `[Action][Webhook - Case Management]: Unable to ${doing}. Error: ${message}. ${data ? JSON.stringify(data) : ""} ${reason}`;
  });
}
