import * as z from "zod";
import { type Ask, needShape, type Reply, Reported, RequestFailure, type Service } from "../conversation.ts";
import { failed, type Outcome, retryLater } from "../outcome.ts";
import { basic, json } from "../requests.ts";
import type { Outgoing } from "../transport.ts";
import { apiError, subRequest, type Words } from "./sub-action.ts";

/** Types that post one event; sources: d3security/d3security.ts, xsoar/xsoar.ts, torq/index.ts, xmatters/index.ts, teams/index.ts. */

const d3Words: Words = ({ reply }) => {
  if (!reply) return "Unknown API Error";
  return reply.status === 401 ? "Unauthorized API Error" : `API Error: ${reply.status} - ${reply.statusText}`;
};

const d3Event: Service = async (run, ask) => {
  const { body, severity, eventType } = Object(run.params.subActionParams);
  const source = { rawData: parsed(body ?? ""), "event.type": eventType ?? "", "kibana.alert.severity": severity ?? "" };
  const data = JSON.stringify({ hits: { hits: { _source: source } } });
  const headers = { d3key: run.secrets.token };
  const reply = await subRequest(ask, d3Words, { url: String(run.config.url), method: "post", data, headers });
  needShape(run, reply, z.looseObject({}));
  return reply.data;
};

export const d3: Readonly<Record<string, Service>> = { run: d3Event, test: d3Event };

function xsoarRequest(path: string, body: (sub: Record<string, unknown>) => unknown): (...args: Parameters<Service>) => Promise<Reply> {
  return ({ config, secrets, params }, ask) =>
    subRequest(ask, apiError, {
      url: `${config.url}${secrets.apiKeyID ? "/xsoar/public/v1" : ""}${path}`,
      method: "post",
      data: body(Object(params.subActionParams)),
      headers: { authorization: secrets.apiKey, ...(secrets.apiKeyID ? { "x-xdr-auth-id": secrets.apiKeyID } : {}) },
    });
}

const xsoarIncident = xsoarRequest("/incident", ({ body, isRuleSeverity: _fromRule, ...incident }) => ({
  ...JSON.parse(String(body || "{}")),
  ...incident,
}));
const xsoarPlaybooks = xsoarRequest("/playbook/search", () => ({}));
const playbooks = z.looseObject({ playbooks: z.array(z.looseObject({ id: z.string(), name: z.string() })) });

export const xsoar: Readonly<Record<string, Service>> = {
  run: async (run, ask) => {
    needShape(run, await xsoarIncident(run, ask), z.looseObject({}));
    return {};
  },
  getPlaybooks: async (run, ask) => {
    const reply = await xsoarPlaybooks(run, ask);
    needShape(run, reply, playbooks);
    return reply.data;
  },
};

const torqRefusals: Readonly<Record<number, string>> = {
  401: "unauthorised",
  404: "make sure the webhook URL is valid",
  405: "method is not supported",
};

export const torq: Service = async ({ config, secrets, params }, ask) => {
  const noun = "error triggering Torq workflow";
  const request = json("post", String(config.webhookIntegrationUrl), String(params.body), { "x-torq-token": secrets.token });
  await reporting(ask, request, ({ reply, code, message }) => {
    if (!reply) return failed(`${noun}, request failed`, { serviceMessage: code ? `[${code}] ${message}` : message });
    const serviceMessage = statusLine(reply);
    return (
      retryLater(reply, noun, serviceMessage) ?? failed(`${noun}, ${torqRefusals[reply.status] ?? "invalid response"}`, { serviceMessage })
    );
  });
  return params.body;
};

export const xmatters: Service = async ({ config, secrets, params }, ask) => {
  const { alertActionGroupName, signalId, ruleName, date, severity, spaceId, tags } = params;
  const data = { alertActionGroupName, signalId, ruleName, date, severity: severity || "High", spaceId, tags };
  const usesBasic = config.usesBasic !== false;
  const headers = usesBasic ? basic(secrets.user, secrets.password) : {};
  await reporting(ask, json("post", String(usesBasic ? config.configUrl : secrets.secretsUrl), data, headers), ({ reply, message }) => {
    if (!reply) return failed("Error triggering xMatters workflow", { serviceMessage: message });
    if (reply.status !== 429 && reply.status < 500) return failed(`Error triggering xMatters flow: unexpected status ${reply.status}`);
    return failed(`Error triggering xMatters flow: http status ${reply.status}, retry later`, { retry: true });
  });
  return data;
};

/** Teams tells in a success that it takes no more for now. */
export const teams: Service = async ({ secrets, params }, ask) => {
  const data = { text: params.message };
  const noun = "error posting a Microsoft Teams message";
  const reply = await reporting(ask, json("post", String(secrets.webhookUrl), data), ({ reply: refusal }) => {
    if (!refusal) return failed("error posting to Microsoft Teams, unexpected error");
    if (refusal.status >= 500) return failed(`${noun}, retry later`, { retry: true });
    return failed("error posting to Microsoft Teams, invalid response", { serviceMessage: `[${refusal.status}] ${refusal.statusText}` });
  });
  const throttled = typeof reply.data === "string" && reply.data.includes("ErrorCode:ApplicationThrottled");
  const later = throttled && retryLater({ ...reply, status: 429 }, noun, String(params.message));
  if (later) throw new Reported(later);
  return data;
};

/** `[404] Not Found`, and what the answer says about it. */
export function statusLine({ status, statusText, data }: Reply): string {
  const { message } = Object(data);
  const said = typeof message === "string" || message == null ? message : JSON.stringify(message);
  return `[${status}] ${statusText}${said ? `: ${said}` : ""}`;
}

/** For types that return their failures instead of throwing them. */
export async function reporting(
  ask: Ask,
  request: Outgoing,
  report: (failure: RequestFailure) => Outcome,
  auth?: Parameters<Ask>[1],
): Promise<Reply> {
  try {
    return await ask(request, auth);
  } catch (error) {
    throw error instanceof RequestFailure ? new Reported(report(error)) : error;
  }
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
}
