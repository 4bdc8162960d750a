import { type Ask, messageOf, type Reply, Reported, type RequestFailure, type Service } from "../conversation.ts";
import { clientToken } from "../oauth.ts";
import { failed, type Outcome, type Run, retryLater } from "../outcome.ts";
import { basic, textValues, withoutSlash } from "../requests.ts";
import type { Outgoing } from "../transport.ts";
import { reporting, statusLine } from "./events.ts";

/** Answers with what was sent, not with what came back; source: webhook/index.ts. */
export const webhook: Service = async (run, ask) => {
  const { config, params } = run;
  const method = String(config.method ?? "post");
  const hasBody = method !== "get" && method !== "delete" && typeof params.body === "string";
  await call(run, ask, "webhook", { url: String(config.url), method, headers: {}, ...(hasBody && { body: String(params.body) }) });
  return params.body;
};

/** Source: http/http_connector.ts. */
export const httpRequest: Service = async (run, ask) => {
  const { url, path, method = "GET", body, query, headers } = run.params;
  const search = new URLSearchParams(textValues(query)).toString();
  const at = path ? `/${String(path).replace(/^\//, "")}` : "";
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const reply = await call(run, ask, "http", {
    url: `${withoutSlash(run.config.url || url)}${at}${search && `?${search}`}`,
    method: String(method),
    headers: { ...(text !== body && { "content-type": "application/json" }), ...textValues(headers) },
    ...(typeof text === "string" && { body: text }),
  });
  return { status: reply.status, statusText: reply.statusText, headers: reply.headers, data: reply.data };
};

async function call(run: Run, ask: Ask, name: string, request: Outgoing): Promise<Reply> {
  const noun = `error calling ${name}`;
  const { config, secrets } = run;
  const usesToken = config.authType === "webhook-oauth2-client-credentials";
  const auth = config.hasAuth !== false && typeof secrets.user === "string" ? basic(secrets.user, secrets.password) : {};
  const known = usesToken ? textValues(config.headers) : { ...auth, ...textValues(config.headers), ...textValues(secrets.secretHeaders) };
  const full = { ...request, headers: { ...known, ...request.headers } };
  return reporting(ask, full, (failure) => refusal(run, failure, noun), usesToken ? () => token(run, noun) : undefined);
}

/** A token that was refused is not used again. */
function refusal({ id, tokens }: Run, { reply, code, message }: RequestFailure, noun: string): Outcome {
  if (reply && reply.status < 500) tokens.delete(id);
  if (!reply) return failed(`${noun}, request failed`, { serviceMessage: `[${code}] ${message}` });
  const serviceMessage = statusLine(reply);
  return retryLater(reply, noun, serviceMessage) ?? failed(`${noun}, invalid response`, { serviceMessage });
}

/** A service that gives no token ends the run: webhook/get_axios_config.ts. */
async function token(run: Run, noun: string): Promise<Record<string, string>> {
  try {
    return { authorization: await clientToken(run) };
  } catch (error) {
    throw new Reported(failed(`${noun}, request failed`, { serviceMessage: messageOf(error) }));
  }
}
