import type { Dict } from "../../types.ts";
import { at, failureIn, isoDate, needJson, orElse, type Service } from "../conversation.ts";
import type { Run } from "../outcome.ts";
import { json, withoutSlash } from "../requests.ts";
import { pushOf, withComments } from "./pushed.ts";

/** Which field of the incident a mapping takes; source: swimlane/helpers.ts. */
const mapped: Readonly<Record<string, string>> = {
  ruleNameConfig: "ruleName",
  alertIdConfig: "alertId",
  caseIdConfig: "caseId",
  caseNameConfig: "caseName",
  severityConfig: "severity",
  descriptionConfig: "description",
};

/** By sub-action; source: swimlane/service.ts. */
export const swimlane: Readonly<Record<string, Service>> = {
  pushToService: async (run, ask) => {
    const { incident, externalId, comments } = pushOf(run.params);
    const { appId, mappings } = run.config;
    const [method, date] = externalId === undefined ? (["post", "createdDate"] as const) : (["patch", "modifiedDate"] as const);
    const record = { applicationId: appId, ...(externalId && { id: externalId }), values: valuesOf(Object(mappings), incident) };
    const result = await wrapped(run, `${externalId === undefined ? "create" : "update"} record`, async () => {
      const reply = await ask(request(run, method, externalId === undefined ? "" : `/${externalId}`, record));
      needJson(reply, ["id", "name", date]);
      const { id, name } = Object(reply.data);
      const url = `${withoutSlash(run.config.apiUrl)}/record/${appId}/${externalId ?? id}`;
      return { id, title: name, url, pushedDate: isoDate(at(reply.data, date)) };
    });
    const createdDate = new Date().toISOString();
    const fieldId = Object(Object(mappings).commentsConfig).id;
    return withComments(result, comments, ({ comment }, id) =>
      wrapped(run, "create comment", async () => {
        if (!fieldId) throw new Error("No comment field mapped in Swimlane connector");
        await ask(request(run, "post", `/${id}/${fieldId}/comment`, { createdDate, fieldId, isRichText: true, message: comment }));
        return createdDate;
      }),
    );
  },
};

function valuesOf(mappings: Dict, incident: Dict): Dict {
  const given = Object.entries(mappings).flatMap(([mapping, target]) => {
    const value = incident[mapped[mapping] ?? ""];
    if (!target || !value) return [];
    const { id, fieldType } = Object(target);
    return [[String(id), fieldType === "numeric" ? Number(value) || 0 : value] as const];
  });
  return Object.fromEntries(given);
}

function request({ config, secrets }: Run, method: string, path: string, body: Dict) {
  const url = withoutSlash(config.apiUrl);
  const api = url.endsWith("api") ? url : `${url}/api`;
  return json(method, `${api}/app/${config.appId}/record${path}`, body, { "Private-Token": secrets.apiToken });
}

function wrapped<T>({ config }: Run, doing: string, work: () => Promise<T>): Promise<T> {
  return orElse(work, (message, error) => {
    const { status = 500, data } = failureIn(error)?.reply ?? {};
    const { ErrorCode, Argument } = Object(data);
    const reason = Argument != null && ErrorCode != null ? `${Argument} (${ErrorCode})` : "unknown";
    return `[Action][Swimlane]: Unable to ${doing} in application with id ${config.appId}. Status: ${status}. Error: ${message}. Reason: ${reason}`;
  });
}
