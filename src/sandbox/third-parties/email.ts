import { randomUUID } from "node:crypto";
import { type Mailbox, mailboxes } from "../../catalog/mail-address.ts";
import type { Dict } from "../types.ts";
import { has } from "../version-changes.ts";
import { htmlOf } from "./markdown.ts";
import { failed, type Outcome, ok, type Run } from "./outcome.ts";
import { type Answer, accepted, cannedAnswer } from "./transport.ts";

const refusedLogin: Answer = { status: 535, statusText: "authentication failed" };
const testText = "Test of an email connector from Elastic";

/** Source: stack_connectors/server/connector_types/email/index.ts. */
export function email(run: Run): Outcome {
  const { config, secrets, params } = run;
  if (params.messageHTML != null && config.allowHtml !== true) {
    return failed(`HTML email can only be sent ${htmlCondition(run.version)}`);
  }
  if (params.attachments != null) return failed("Email attachments can only be sent via notifications");
  const answer = cannedAnswer(String(config.host ?? ""), secrets, refusedLogin, accepted);
  if ("code" in answer) return failed("error sending email", { serviceMessage: answer.message });
  if (answer === refusedLogin) {
    return failed("error sending email", { serviceMessage: "Invalid login: 535 5.7.8 Error: authentication failed" });
  }
  const [from = { name: "", address: String(config.from) }] = people([config.from]);
  const to = [params.to, params.cc, params.bcc].flatMap(people).map(({ address }) => address);
  const messageId = `<${randomUUID()}@${from.address.split("@")[1] ?? "localhost"}>`;
  const envelope = { from: from.address, to };
  const summary = `mail to ${to.join(", ")}`;
  if (config.service === "__json") return ok({ envelope, messageId, message: jsonMessage(run, from, messageId) }, summary, params);
  // Over HTTP Kibana sends its own text: reference/connector-types.md, traps of .email.
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
  return ok(data, summary, sent);
}

function htmlCondition(version: string): string {
  return has(version, "HTML mail by setting") ? "when the connector is configured to allow HTML" : "via notifications";
}

/** The mailboxes of a list; blank entries count as absent. */
function people(list: unknown): Mailbox[] {
  const entries = Array.isArray(list) ? list.map(String).filter((entry) => entry.trim() !== "") : [];
  return entries.flatMap((entry) => mailboxes(entry) ?? [{ name: "", address: entry }]);
}

/** Nodemailer's transport that sends nothing and returns the message. */
function jsonMessage(run: Run, from: Mailbox, messageId: string): Dict {
  const { params } = run;
  const listed = (list: unknown) => {
    const found = people(list);
    return found.length > 0 ? found : null;
  };
  const text = trimmed(run, String(params.message)) + footer(run);
  const html = params.messageHTML == null ? htmlOf(text) : trimmed(run, String(params.messageHTML));
  return {
    from,
    to: listed(params.to),
    cc: listed(params.cc),
    bcc: listed(params.bcc),
    ...(params.replyTo !== undefined && { replyTo: people(params.replyTo) }),
    subject: params.subject,
    html,
    text,
    headers: {},
    messageId,
  };
}

function trimmed({ id, settings: { longestMail } }: Run, message: string): string {
  if (message.length < longestMail) return message;
  const what = `Your message's length of ${message.length} exceeded the ${longestMail} bytes limit that is set for the connector "${id}" and was trimmed.`;
  const how = "You can modify the limit by increasing the value specified for the xpack.actions.email.maximum_body_length setting.";
  return `${what} ${how}\n\n${message.slice(0, longestMail)}`;
}

function footer({ params, settings: { mailFooter, publicBaseUrl } }: Run): string {
  if (!mailFooter) return "";
  const { path = "/", text = "Go to Elastic" } = Object(params.kibanaFooterLink);
  const link = publicBaseUrl && ` [${text}](${publicBaseUrl}${path === "/" ? "" : path}).`;
  return `\n\n---\n\nThis message was sent by Elastic.${link ?? ""}`;
}
