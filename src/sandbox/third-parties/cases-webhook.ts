import { readUrl } from "../../read-url.ts";
import type { Dict } from "../types.ts";
import type { Run } from "./outcome.ts";

/** What makes a push fail before it is sent; sources: cases_webhook/{service,validators,utils}.ts. */
export function casesWebhookProblem({ incident, comments }: Dict, { config }: Run): string | undefined {
  const { externalId, ...fields } = Object(incident);
  const doing = externalId ? `update case with id ${externalId}` : "create case";
  const step = externalId ? "update" : "create";
  const url = textOf(config[`${step}IncidentUrl`], { external: { system: { id: encodeURIComponent(String(externalId)) } } });
  const json = textOf(config[`${step}IncidentJson`], { case: inJson(fields), external: { system: inJson({ id: externalId }) } });
  const name = step === "update" ? "Update" : "Create";
  const problem = urlProblem(url, `${name} case URL`) ?? jsonProblem(json, `${name} case JSON body`);
  if (problem) return `[Action][Webhook - Case Management]: Unable to ${doing}. Error: ${problem}.  `;
  const { createCommentUrl, createCommentJson } = config;
  if (!createCommentUrl || !createCommentJson) return undefined;
  const id = String(externalId ?? "7");
  for (const { comment } of (Array.isArray(comments) ? comments : []).map(Object)) {
    const commentUrl = textOf(createCommentUrl, { external: { system: { id: encodeURIComponent(id) } } });
    const body = textOf(createCommentJson, { case: inJson({ comment }), external: { system: inJson({ id }) } });
    const bad = urlProblem(commentUrl, "Create comment URL") ?? jsonProblem(body, "Create comment JSON body");
    if (bad) return `[Action][Webhook - Case Management]: Unable to create comment at case with id ${id}. Error: ${bad}.  `;
  }
  return undefined;
}

/** A template with its `{{{variables}}}` filled in, as they are. */
function textOf(template: unknown, values: Dict): string {
  return String(template).replace(/\{{2,3}\s*([\w.]+)\s*\}{2,3}/g, (_whole, path: string) => {
    const value = path.split(".").reduce<unknown>((item, key) => Object(item)[key], values);
    return value === undefined ? "" : String(value);
  });
}

function inJson(fields: Dict): Dict {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, JSON.stringify(value)]));
}

function urlProblem(url: string, name: string): string | undefined {
  if (!readUrl(url)) return `Invalid ${name}: Error: Invalid URL`;
  return /^https?:$/.test(new URL(url).protocol) ? undefined : `Invalid ${name}: Error: Invalid protocol`;
}

function jsonProblem(text: string, name: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return `JSON Error: ${name} must be valid JSON`;
  }
}
