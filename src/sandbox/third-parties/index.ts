import { randomUUID } from "node:crypto";
import type { Target } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { effectOf } from "../../catalog/when.ts";
import type { Dict } from "../types.ts";
import { answers } from "./answers.ts";
import { badRequest } from "./bad-requests.ts";
import { certificateProblem } from "./client-certificate.ts";
import { deliverable } from "./deliverable.ts";
import { email } from "./email.ts";
import { pagerduty, slack, webhook } from "./http.ts";
import { failed, type Outcome, ok, type Run } from "./outcome.ts";
import { accepted, cannedAnswer, deliver, gone, hostOf, isLoopback } from "./transport.ts";

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
  const flat = params.subAction === undefined;
  const nothing = flat || type === ".slack_api" ? undefined : {};
  const data = outgoing?.data?.(answer) ?? answers[type]?.[action]?.(flat ? params : Object(params.subActionParams), run) ?? nothing;
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
  if (message && serviceMessage) return failed(message, { serviceMessage });
  return badRequest(run) ?? (byType[run.type] ?? anyOther)(run);
};
