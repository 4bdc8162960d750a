import { randomUUID } from "node:crypto";
import type { Dict } from "../types.ts";
import { failed, type Outcome, ok, type Run, retryLater } from "./outcome.ts";
import { type Answer, accepted, cannedAnswer, deliver, gone, hostOf, isLoopback, type Outgoing } from "./transport.ts";

export async function slack({ secrets, params, deliver: real }: Run): Promise<Outcome> {
  const url = String(secrets.webhookUrl);
  const request = { url, method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text: params.message }) };
  const answer = await ask(request, secrets, gone, real);
  const noun = "error posting a slack message";
  if ("code" in answer) return failed("error posting slack message", { serviceMessage: `A request error occurred: ${answer.message}` });
  const serviceMessage = `An HTTP protocol error occurred: statusCode = ${answer.status}`;
  const later = retryLater(answer, noun, serviceMessage);
  if (later) return later;
  if (answer.status >= 300) return failed(`unexpected http response from slack: ${answer.status} ${answer.statusText}`);
  return ok({ text: "ok" }, `message to ${hostOf(url)}`, params);
}

/** Success echoes what was sent, not what came back. */
export async function webhook({ config, secrets, params, deliver: real }: Run): Promise<Outcome> {
  const { method = "post" } = config;
  const url = String(config.url);
  const hasBody = method !== "get" && method !== "delete" && typeof params.body === "string";
  const request: Outgoing = {
    url,
    method: String(method).toUpperCase(),
    headers: { ...basicAuth(config, secrets), ...textValues(config.headers), ...textValues(secrets.secretHeaders) },
    ...(hasBody && { body: String(params.body) }),
  };
  const refusal: Answer = /revoked|invalid/i.test(url) ? gone : { status: 401, statusText: "Unauthorized" };
  const answer = await ask(request, { secrets, config }, refusal, real);
  if ("code" in answer) return failed("error calling webhook, request failed", { serviceMessage: `[${answer.code}] ${answer.message}` });
  const serviceMessage = `[${answer.status}] ${answer.statusText}`;
  const later = retryLater(answer, "error calling webhook", serviceMessage);
  if (later) return later;
  if (answer.status >= 300) return failed("error calling webhook, invalid response", { serviceMessage });
  return ok(params.body, `${request.method} ${new URL(url).origin}${new URL(url).pathname}`, params);
}

/** Only 202 is a success. */
export async function pagerduty({ config, secrets, params, deliver: real }: Run): Promise<Outcome> {
  const { eventAction: event_action = "trigger", dedupKey: dedup_key = randomUUID().replaceAll("-", ""), ...rest } = params;
  const {
    source = "Kibana Action",
    severity = "info",
    summary = "No summary provided.",
    customDetails: custom_details,
    links,
    ...more
  } = rest;
  const payload = event_action === "trigger" ? { payload: { summary, source, severity, ...more, custom_details }, links } : {};
  const answer = await ask(
    {
      url: String(config.apiUrl ?? "https://events.pagerduty.com/v2/enqueue"),
      method: "POST",
      headers: { "content-type": "application/json", "X-Routing-Key": String(secrets.routingKey) },
      body: JSON.stringify({ dedup_key, event_action, ...payload }),
    },
    secrets,
    { status: 400, statusText: "Bad Request" },
    real,
    accepted,
  );
  if ("code" in answer) return failed("error posting pagerduty event", { serviceMessage: answer.message });
  if (answer.status === 429 || answer.status >= 500) {
    return failed(`error posting pagerduty event: http status ${answer.status}, retry later`, { retry: true });
  }
  if (answer.status !== 202) return failed(`error posting pagerduty event: unexpected status ${answer.status}`);
  const data = { message: "Event processed", status: "success", dedup_key };
  return ok(data, `${event_action} incident ${dedup_key}`, params);
}

function ask(request: Outgoing, secrets: unknown, refusal: Answer, real: boolean, success = fine): Answer | Promise<Answer> {
  if (real && isLoopback(request.url)) return deliver(request);
  return cannedAnswer(hostOf(request.url), secrets, refusal, success);
}

const fine: Answer = { status: 200, statusText: "OK" };

function basicAuth(config: Dict, { user, password }: Dict): Record<string, string> {
  if (config.hasAuth === false || typeof user !== "string") return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${String(password)}`).toString("base64")}` };
}

function textValues(headers: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(Object(headers)).map(([name, value]) => [name, String(value)]));
}
