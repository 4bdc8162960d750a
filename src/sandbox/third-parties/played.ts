import { randomUUID } from "node:crypto";
import type { Run } from "./outcome.ts";
import { takenCase } from "./services/cases-webhook.ts";
import { type Answer, accepted, cannedAnswer, gone, hostOf, type Outgoing } from "./transport.ts";

interface Played {
  /** Of a credential that the service no longer accepts. */
  refusal: Answer;
  success: (request: Outgoing, run: Run) => Answer;
}

const unauthorized: Answer = { status: 401, statusText: "Unauthorized" };
const json = { "content-type": "application/json" };
const fine: Answer = { status: 200, statusText: "OK" };

/** Services that are played where nothing is sent, down to what they answer. */
const played: Readonly<Record<string, Played>> = {
  ".slack": { refusal: gone, success: () => ({ ...fine, text: "ok" }) },
  ".webhook": { refusal: unauthorized, success: () => fine },
  ".cases-webhook": {
    refusal: unauthorized,
    success: (_request, { config }) => ({ ...fine, headers: json, text: JSON.stringify(takenCase(config)) }),
  },
  ".pagerduty": {
    refusal: { status: 400, statusText: "Bad Request" },
    success: ({ body = "{}" }) => {
      const { dedup_key = randomUUID().replaceAll("-", "") } = JSON.parse(body);
      return { ...accepted, text: JSON.stringify({ message: "Event processed", status: "success", dedup_key }) };
    },
  },
};

/** Who answers instead of the service of a type; undefined if nobody plays it. */
export function playing(type: string): ((request: Outgoing, run: Run) => Answer) | undefined {
  const service = played[type];
  if (!service) return undefined;
  return (request, run) => {
    const { config, secrets } = run;
    // A webhook may have its credential in the address.
    const inAddress = type === ".webhook" && /revoked|invalid/i.test(String(config.url));
    const credentials = type === ".webhook" ? { secrets, config } : secrets;
    return cannedAnswer(hostOf(request.url), credentials, inAddress ? gone : service.refusal, service.success(request, run));
  };
}
