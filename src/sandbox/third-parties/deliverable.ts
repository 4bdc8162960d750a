import type { Dict } from "../types.ts";
import type { Run } from "./outcome.ts";
import type { Answer, Outgoing } from "./transport.ts";

/** A request as the type sends it; `data`: what Kibana makes of the answer, if the canned answer is not enough. */
type Deliverable = (run: Run) => Outgoing & { data?: (answer: Answer) => unknown };

/** Types whose request is simple enough to send for real, by type and sub-action; sources: {type}/service.ts, {type}/connector.ts. */
export const deliverable: Readonly<Record<string, Deliverable>> = {
  ".teams run": ({ secrets, params }) => post(secrets.webhookUrl, { text: params.message }),
  ".torq run": ({ config, secrets, params }) => ({
    ...post(config.webhookIntegrationUrl, undefined, { "X-Torq-Token": String(secrets.token) }),
    body: String(params.body),
  }),
  ".xmatters run": ({ config, secrets, params }) =>
    post(secrets.secretsUrl ?? config.configUrl, params, config.usesBasic === false ? {} : basic(secrets.user, secrets.password)),
  ".opsgenie createAlert": (run) => post(`${run.config.apiUrl}/v2/alerts`, run.params.subActionParams, genie(run)),
  ".opsgenie closeAlert": (run) => {
    const { alias, ...rest } = Object(run.params.subActionParams);
    return post(`${run.config.apiUrl}/v2/alerts/${encodeURIComponent(alias)}/close?identifierType=alias`, rest, genie(run));
  },
  ".jira pushToService": ({ config, secrets, params }) => {
    const { summary, description, labels } = Object(Object(params.subActionParams).incident);
    const fields = { summary, description, labels, project: { key: config.projectKey } };
    return {
      ...post(`${config.apiUrl}/rest/api/2/issue`, { fields }, basic(secrets.email, secrets.apiToken)),
      data: (answer) => {
        const { id, key, created = Date.now() } = parsed(answer);
        return id && { id, title: key, pushedDate: new Date(String(created)).toISOString(), url: `${config.apiUrl}/browse/${key}` };
      },
    };
  },
  ".servicenow pushToService": ({ config, secrets, params }) => {
    const { externalId, ...incident } = Object(Object(params.subActionParams).incident);
    const path = externalId ? `/${externalId}` : "";
    const request = post(`${config.apiUrl}/api/now/v2/table/incident${path}`, incident, basic(secrets.username, secrets.password));
    return {
      ...request,
      ...(externalId && { method: "PATCH" }),
      data: (answer) => {
        const { sys_id: id, number: title } = Object(parsed(answer).result);
        return id && { id, title, pushedDate: new Date().toISOString(), url: `${config.apiUrl}/nav_to.do?uri=incident.do?sys_id=${id}` };
      },
    };
  },
};

function post(url: unknown, body: unknown, headers: Record<string, string> = {}): Outgoing {
  return {
    url: String(url),
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}

function basic(user: unknown, password: unknown): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

function genie({ secrets }: Run): Record<string, string> {
  return { authorization: `GenieKey ${secrets.apiKey}` };
}

function parsed(answer: Answer): Dict {
  try {
    return "text" in answer ? Object(JSON.parse(answer.text ?? "")) : {};
  } catch {
    return {};
  }
}
