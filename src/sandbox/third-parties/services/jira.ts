import type { Dict } from "../../types.ts";
import { type Ask, at, failureIn, isoDate, needJson, orElse, type Service } from "../conversation.ts";
import type { Run } from "../outcome.ts";
import { basic, json, withoutSlash } from "../requests.ts";
import { pushOf, withComments } from "./pushed.ts";

/** By sub-action; source: jira/service.ts. */
export const jira: Readonly<Record<string, Service>> = {
  pushToService: async (run, ask) => {
    const { incident, externalId, comments } = pushOf(run.params);
    const result = await (externalId === undefined ? create(run, ask, incident) : update(run, ask, externalId, incident));
    const add = ({ comment }: { comment: string }, id: string) =>
      wrapped(`Unable to create comment at incident with id ${id}`, async () => {
        const reply = await ask(request(run, "post", `issue/${id}/comment`, { body: comment }));
        needJson(reply, ["id", "created"]);
        return isoDate(at(reply.data, "created"));
      });
    return withComments(
      result,
      comments.filter(({ comment }) => comment !== ""),
      add,
    );
  },
  getIncident: (run, ask) => getIncident(run, ask, String(sub(run).externalId)),
  issueTypes,
  fieldsByIssueType: (run, ask) => fieldsOf(run, ask, String(sub(run).id)),
  getFields: async (run, ask) => {
    const [first = {}, ...others] = await Promise.all((await issueTypes(run, ask)).map(({ id }) => fieldsOf(run, ask, String(id))));
    return Object.fromEntries(Object.entries(first).filter(([name]) => others.every((fields) => name in fields)));
  },
  issues: (run, ask) =>
    wrapped("Unable to get issues", async () => {
      const title = escaped(String(sub(run).title));
      const jql = encodeURIComponent(`project="${run.config.projectKey}" and summary ~"${title}"`);
      const reply = await ask(request(run, "get", `search/jql?jql=${jql}&fields=summary,key`));
      needJson(reply);
      return [Object(reply.data).issues ?? []].flat().map(issueOf);
    }),
  issue: (run, ask) =>
    wrapped(`Unable to get issue with id ${sub(run).id}`, async () => {
      const reply = await ask(request(run, "get", `issue/${sub(run).id}`));
      needJson(reply);
      return issueOf(reply.data);
    }),
};

/** The answer to a new issue has neither key nor date: Kibana reads the issue for them. */
function create(run: Run, ask: Ask, incident: Dict) {
  return wrapped("Unable to create incident", async () => {
    const issueType = incident.issueType || ((await issueTypes(run, ask))[0]?.id ?? "");
    const reply = await ask(request(run, "post", "issue", { fields: fieldsFor(run, { ...incident, issueType }) }));
    needJson(reply, ["id"]);
    return resultOf(run, await getIncident(run, ask, String(at(reply.data, "id"))), "created");
  });
}

function update(run: Run, ask: Ask, id: string, incident: Dict) {
  return wrapped(`Unable to update incident with id ${id}`, async () => {
    needJson(await ask(request(run, "put", `issue/${id}`, { fields: fieldsFor(run, incident) })));
    return resultOf(run, await getIncident(run, ask, id), "updated");
  });
}

function getIncident(run: Run, ask: Ask, id: string): Promise<Dict> {
  return wrapped(`Unable to get incident with id ${id}`, async () => {
    const reply = await ask(request(run, "get", `issue/${id}`));
    needJson(reply, ["id", "key"]);
    const { id: found, key, fields } = Object(reply.data);
    return { id: found, key, created: at(fields, "created"), updated: at(fields, "updated"), ...fields };
  });
}

function resultOf({ config }: Run, { id, key, ...dates }: Dict, date: "created" | "updated") {
  return { title: key, id, pushedDate: isoDate(dates[date]), url: `${withoutSlash(config.apiUrl)}/browse/${key}` };
}

/** Cloud calls them issueTypes, Data Center values. */
function issueTypes(run: Run, ask: Ask): Promise<Dict[]> {
  return wrapped("Unable to get issue types", async () => {
    const reply = await ask(request(run, "get", `issue/createmeta/${run.config.projectKey}/issuetypes`));
    needJson(reply);
    const list = at(reply.data, "issueTypes") || at(reply.data, "values");
    if (!Array.isArray(list)) at(list, "map");
    return [list].flat().map((type) => ({ id: at(type, "id"), name: at(type, "name") }));
  });
}

function fieldsOf(run: Run, ask: Ask, type: string): Promise<Dict> {
  return wrapped("Unable to get fields", async () => {
    const reply = await ask(request(run, "get", `issue/createmeta/${run.config.projectKey}/issuetypes/${type}`));
    needJson(reply);
    const list = at(reply.data, "fields") || at(reply.data, "values");
    if (!Array.isArray(list)) at(list, "reduce");
    const shown = ({ fieldId, required, allowedValues = [], defaultValue = {}, schema, name }: Dict) =>
      [String(fieldId), { required, allowedValues, defaultValue, schema, name }] as const;
    return Object.fromEntries([list].flat().map((field) => shown(Object(field))));
  });
}

function fieldsFor({ config }: Run, { summary, issueType, description, labels, priority, parent, otherFields }: Dict): Dict {
  const lines = String(summary)
    .split(/[\n\r]/)
    .map((line) => line.trim());
  return {
    summary: lines.filter(Boolean).join(", "),
    project: { key: config.projectKey },
    ...(issueType ? { issuetype: { id: issueType } } : {}),
    ...(description ? { description } : {}),
    ...(labels ? { labels } : {}),
    ...(priority ? { priority: { name: priority } } : {}),
    ...(parent ? { parent: { key: parent } } : {}),
    ...Object(otherFields),
  };
}

/** For a search in text. */
function escaped(title: string): string {
  const twice = String.raw`\\`;
  const bare = title.replaceAll('"', "").replace(/[\\']/g, () => twice);
  return bare.replace(/[-!^+&*()[\]/{}|:?~]/g, (mark) => twice + mark);
}

function issueOf(issue: unknown): Dict {
  const { id, key, fields } = Object(issue);
  return { id, key, title: Object(fields).summary ?? null };
}

function request({ config, secrets }: Run, method: string, path: string, body?: Dict) {
  return json(method, `${withoutSlash(config.apiUrl)}/rest/api/2/${path}`, body, basic(secrets.email, secrets.apiToken));
}

function wrapped<T>(doing: string, work: () => Promise<T>): Promise<T> {
  return orElse(work, (message, error) => `[Action][Jira]: ${doing}. Error: ${message}. Reason: ${reason(error)}`);
}

/** Only an error of the request itself has an answer: one that was wrapped before has none left. */
function reason(error: unknown): string {
  const data = failureIn(error) === error ? failureIn(error)?.reply?.data : undefined;
  if (data === undefined || data === null) return "unknown: errorResponse was null";
  const { errorMessages, errors } = Object(data);
  if (Array.isArray(errorMessages) && errorMessages.length > 0) return errorMessages.join(", ");
  return errors ? Object.values(errors).join(" ") : "unknown: errorResponse.errors was null";
}

function sub({ params }: Run): Dict {
  return Object(params.subActionParams);
}
