import { Reported, type Service } from "../conversation.ts";
import { failed, type Run, retryLater } from "../outcome.ts";
import { json } from "../requests.ts";
import { reporting } from "./events.ts";

/** Source: slack/index.ts. */
export const slack: Service = async ({ secrets, params }, ask) => {
  const noun = "error posting a slack message";
  const reply = await reporting(ask, json("post", String(secrets.webhookUrl), { text: params.message }), ({ reply: refusal, message }) => {
    if (!refusal) return failed("error posting slack message", { serviceMessage: `A request error occurred: ${message}` });
    const serviceMessage = `An HTTP protocol error occurred: statusCode = ${refusal.status}`;
    return (
      retryLater(refusal, noun, serviceMessage) ?? failed(`unexpected http response from slack: ${refusal.status} ${refusal.statusText}`)
    );
  });
  return { text: reply.data };
};

/** Only 202 is a success; source: pagerduty/index.ts. */
export const pagerduty: Service = async (run, ask) => {
  const noun = "error posting pagerduty event";
  const url = String(run.config.apiUrl || "https://events.pagerduty.com/v2/enqueue");
  const request = json("post", url, eventOf(run), { "x-routing-key": run.secrets.routingKey });
  const { status, data } = await reporting(ask, request, ({ reply, message }) => {
    if (!reply) return failed(noun, { serviceMessage: message });
    if (reply.status !== 429 && reply.status < 500) return failed(`${noun}: unexpected status ${reply.status}`);
    return failed(`${noun}: http status ${reply.status}, retry later`, { retry: true });
  });
  if (status !== 202) throw new Reported(failed(`${noun}: unexpected status ${status}`));
  return data;
};

function eventOf({ id, params }: Run) {
  const { eventAction: event_action = "trigger", dedupKey, summary, source, severity, timestamp, component, group, class: kind } = params;
  const event = { event_action, ...(dedupKey ? { dedup_key: dedupKey } : {}) };
  if (event_action !== "trigger") return event;
  const { customDetails: custom_details, links } = params;
  const payload = {
    summary: summary || "No summary provided.",
    source: source || `Kibana Action ${id}`,
    severity: severity || "info",
    ...(timestamp ? { timestamp } : {}),
    ...{ component, group, class: kind },
    ...(custom_details ? { custom_details } : {}),
  };
  return { ...event, payload, ...(links ? { links } : {}) };
}
