import { randomUUID } from "node:crypto";
import type { Target } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { effectOf } from "../../catalog/when.ts";
import type { Dict } from "../types.ts";
import { answers } from "./answers.ts";
import { certificateProblem } from "./client-certificate.ts";
import { deliverable } from "./deliverable.ts";
import { pagerduty, slack, webhook } from "./http.ts";
import { failed, type Outcome, ok, type Run } from "./outcome.ts";
import { type Answer, accepted, cannedAnswer, deliver, gone, hostOf, isLoopback } from "./transport.ts";

type ThirdParty = (run: Run) => Outcome | Promise<Outcome>;

function index({ config, params }: Run): Outcome {
  const target = String(params.indexOverride ?? config.index);
  if (/[A-Z]/.test(target)) {
    return failed("error indexing documents", { serviceMessage: `Invalid index name [${target}], must be lowercase` });
  }
  const documents = Array.isArray(params.documents) ? params.documents : [];
  const items = documents.map((_document, at) => ({
    create: {
      _index: target,
      _id: randomUUID().replaceAll("-", "").slice(0, 20),
      _version: 1,
      result: "created",
      _shards: { total: 2, successful: 1, failed: 0 },
      _seq_no: at,
      _primary_term: 1,
      status: 201,
    },
  }));
  return ok({ errors: false, took: 3, items }, `${documents.length} document(s) into ${target}`, documents);
}

/** The default log level is info: lower levels write nothing. */
function serverLog({ params }: Run): Outcome {
  if (params.level === "trace" || params.level === "debug") return { status: "ok" };
  return ok(undefined, "line in Kibana's log", params);
}

function email(run: Run): Outcome {
  const { config, secrets, params } = run;
  if (params.messageHTML != null && config.allowHtml !== true)
    return failed("HTML email can only be sent when the connector is configured to allow HTML");
  if (params.attachments != null) return failed("Email attachments can only be sent via notifications");
  const answer = cannedAnswer(String(config.host ?? ""), secrets, refusedLogin, accepted);
  if ("code" in answer) return failed("error sending email", { serviceMessage: answer.message });
  if (answer === refusedLogin) {
    return failed("error sending email", { serviceMessage: "Invalid login: 535 5.7.8 Error: authentication failed" });
  }
  const to = [params.to, params.cc, params.bcc].flatMap((list) => (Array.isArray(list) ? list : []));
  const messageId = `<${randomUUID()}@${String(config.from).split("@")[1] ?? "localhost"}>`;
  const envelope = { from: config.from, to };
  if (config.service === "__json")
    return ok({ envelope, messageId, message: jsonMessage(run, messageId) }, `mail to ${to.join(", ")}`, params);
  // Over HTTP the newest Kibana sends its own text: reference/connector-types.md, traps of .email.
  const text =
    run.source === "http_request" ? { subject: testText, message: testText } : { subject: params.subject, message: params.message };
  const sent = { to, ...text };
  const data = {
    accepted: to,
    rejected: [],
    envelopeTime: 12,
    messageTime: 8,
    messageSize: 512,
    response: "250 2.0.0 Ok: queued",
    envelope,
    messageId,
  };
  return ok(data, `mail to ${to.join(", ")}`, sent);
}

const refusedLogin: Answer = { status: 535, statusText: "authentication failed" };
const testText = "Test of an email connector from Elastic";

/** Nodemailer's transport that sends nothing and returns the message. */
function jsonMessage({ config, params, kibanaUrl }: Run, messageId: string): Dict {
  const footer: Dict = { path: "/", text: "Go to Elastic", ...Object(params.kibanaFooterLink) };
  const link = `${kibanaUrl}${footer.path === "/" ? "" : String(footer.path)}`;
  const sentence = "This message was sent by Elastic.";
  const people = (list: unknown) => (Array.isArray(list) && list.length > 0 ? list.map((address) => ({ address, name: "" })) : null);
  return {
    from: { address: config.from, name: "" },
    to: people(params.to),
    cc: people(params.cc),
    bcc: people(params.bcc),
    subject: params.subject,
    html: `<p>${String(params.message)}</p>\n<hr>\n<p>${sentence} <a href="${link}">${String(footer.text)}</a>.</p>\n`,
    text: `${String(params.message)}\n\n---\n\n${sentence} [${String(footer.text)}](${link}).`,
    headers: {},
    messageId,
  };
}

/** All other types answer from `answers`, or with success alone; only what the catalogue calls an effect is one. */
async function anyOther(run: Run): Promise<Outcome> {
  const { secrets, params, type } = run;
  const known = await connectorType(type);
  const action = String(params.subAction ?? "run");
  const outgoing = run.deliver ? deliverable[`${type} ${action}`]?.(run) : undefined;
  const host = hostOf(outgoing?.url ?? String(addressInParams(params) ?? (known && ownAddress(known.target, run)) ?? ""));
  const real = outgoing !== undefined && isLoopback(outgoing.url);
  const answer = real ? await deliver(outgoing) : cannedAnswer(host, secrets, gone, accepted);
  if ("code" in answer || answer.status >= 300) {
    const refusal = real && "status" in answer ? `Status code: ${answer.status}. Message: API Error: ${answer.statusText}` : unauthorized;
    return failed("an error occurred while running the action", {
      serviceMessage: "code" in answer ? answer.message : refusal,
      retry: true,
    });
  }
  const data =
    outgoing?.data?.(answer) ?? answers[type]?.[action]?.(params.subAction === undefined ? params : Object(params.subActionParams), run);
  if (known && effectOf(known, params).effect === "none") return { status: "ok", ...(data !== undefined && { data }) };
  return ok(data, `${action} at ${host || type}`, params);
}

/** The first address that the connector itself holds. */
function ownAddress(target: Target, { config, secrets }: Run): unknown {
  switch (target.kind) {
    case "none":
      return undefined;
    case "fixed":
      return target.host;
    case "secret":
      return secrets[target.field];
    case "computed":
      return target.hosts(config)[0];
    case "config":
      return [...target.fields.map((field) => config[field]), secrets[target.secret ?? ""], target.fallback].find(Boolean);
  }
}

/** The address in the params themselves: .http and .tines. */
function addressInParams({ url, subActionParams }: Dict): unknown {
  return url ?? Object(subActionParams).webhookUrl;
}

const unauthorized = "Status code: 401. Message: API Error: Unauthorized";

const byType: Readonly<Record<string, ThirdParty>> = {
  ".slack": slack,
  ".webhook": webhook,
  ".pagerduty": pagerduty,
  ".index": index,
  ".server-log": serverLog,
  ".email": email,
};

/** Types with the webhook family's certificates, and each one's message for a request that could not be made. */
const requestFailed: Readonly<Record<string, string>> = {
  ".webhook": "error calling webhook, request failed",
  ".http": "error calling http, request failed",
  ".cases-webhook": "an error occurred while running the action",
};

export const runThirdParty: ThirdParty = (run) => {
  const message = requestFailed[run.type];
  const serviceMessage = message && certificateProblem(run.config, run.secrets);
  return message && serviceMessage ? failed(message, { serviceMessage }) : (byType[run.type] ?? anyOther)(run);
};
