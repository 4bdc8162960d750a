import * as z from "zod";
import type { Dict } from "../../types.ts";
import { type Ask, isoDate, needShape, type Reply, type Service } from "../conversation.ts";
import type { Run } from "../outcome.ts";
import { withoutSlash } from "../requests.ts";
import { pushOf, withComments } from "./pushed.ts";
import { subRequest, type Words } from "./sub-action.ts";

/** What is read of TheHive's answers; it checks more fields that TheHive always sends. */
const made = z.looseObject({
  _id: z.string(),
  _type: z.string(),
  _createdBy: z.string(),
  _createdAt: z.coerce.number(),
});
const madeCase = made.extend({ title: z.string() });

/** By sub-action; source: thehive/thehive.ts. */
export const theHive: Readonly<Record<string, Service>> = {
  pushToService: async (run, ask) => {
    const { incident, externalId, comments } = pushOf(run.params);
    const result = await (externalId === undefined ? create(run, ask, incident) : update(run, ask, externalId, incident));
    return withComments(result, comments, async ({ comment }, id) => {
      needShape(run, await send(run, ask, "post", `case/${id}/comment`, { message: comment }), made);
      return result.pushedDate;
    });
  },
  createAlert: async (run, ask) => {
    const { body, template: _template, isRuleSeverity: _fromRule, ...alert } = Object(run.params.subActionParams);
    const merged = { ...alert, ...JSON.parse(String(body || "{}")) };
    needShape(run, await send(run, ask, "post", "alert", merged), made);
    return {};
  },
};

async function create(run: Run, ask: Ask, incident: Dict) {
  const { _id, title, _createdAt } = needShape(run, await send(run, ask, "post", "case", incident), madeCase);
  return { id: _id, title, url: viewUrl(run, _id), pushedDate: isoDate(_createdAt) };
}

async function update(run: Run, ask: Ask, id: string, incident: Dict) {
  await send(run, ask, "patch", `case/${id}`, incident);
  return { id, title: String(incident.title), url: viewUrl(run, id), pushedDate: new Date().toISOString() };
}

function viewUrl({ config }: Run, id: string): string {
  return `${withoutSlash(config.url)}/cases/${id}/details`;
}

const words: Words = ({ reply }, { type, message }) => (reply ? `API Error: ${type} - ${message}` : "Unknown API Error");

function send({ config, secrets }: Run, ask: Ask, method: string, path: string, data: unknown): Promise<Reply> {
  const headers = { authorization: `Bearer ${secrets.apiKey}`, "x-organisation": config.organisation };
  return subRequest(ask, words, { url: `${config.url}/api/v1/${path}`, method, data, headers });
}
