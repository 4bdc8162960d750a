import { randomUUID } from "node:crypto";
import type { Target } from "../../catalog/connector-type.ts";
import { catalogType } from "../../catalog/index.ts";
import { effectOf } from "../../catalog/when.ts";
import type { Dict } from "../types.ts";
import { answers } from "./answers.ts";
import { badRequest, slackChannel } from "./bad-requests.ts";
import { certificateProblem } from "./client-certificate.ts";
import { converse, play, type Service } from "./conversation.ts";
import { email } from "./email.ts";
import { failed, type Outcome, ok, type Run } from "./outcome.ts";
import { playing } from "./played.ts";
import { services } from "./services/index.ts";
import { accepted, cannedAnswer, gone, hostOf } from "./transport.ts";

type ThirdParty = (run: Run) => Outcome | Promise<Outcome>;

function index({ config, params }: Run): Outcome {
  const target = String(params.indexOverride ?? config.index);
  if (/[A-Z]/.test(target)) {
    return failed("error indexing documents", { serviceMessage: `Invalid index name [${target}], must be lowercase` });
  }
  const documents = Array.isArray(params.documents) ? params.documents : [];
  if (documents.length === 0)
    return failed("error indexing documents", {
      serviceMessage: "parse_exception\n\tRoot causes:\n\t\tparse_exception: request body is required",
    });
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

/** Really sent if it may be and can be, played otherwise. Only what the catalogue calls an effect is one. */
async function anyOther(run: Run): Promise<Outcome> {
  const { params, type } = run;
  const action = String(params.subAction ?? "run");
  const service = services[type]?.[action];
  const outcome = (run.deliver && service && (await converse(run, service))) || (await played(run, action, service));
  if (outcome.status === "error") return outcome;
  const known = await catalogType(type);
  if (known && effectOf(known, params).effect === "none") return outcome;
  return { ...outcome, effect: { summary: await summaryOf(run, action, outcome.data), what: params } };
}

/** Types that nobody plays answer from `answers`, or with success alone. */
async function played(run: Run, action: string, service: Service | undefined): Promise<Outcome> {
  const { secrets, params, type } = run;
  const answering = playing(type);
  if (service && answering) return play(run, service, answering);
  const answer = cannedAnswer(await hostFor(run), secrets, gone, accepted);
  if ("code" in answer || answer.status >= 300) {
    return failed("an error occurred while running the action", {
      serviceMessage: "code" in answer ? answer.message : "Status code: 401. Message: API Error: Unauthorized",
      retry: true,
    });
  }
  const flat = params.subAction === undefined;
  const nothing = flat || type === ".slack_api" ? undefined : {};
  const data = answers[type]?.[action]?.(flat ? params : Object(params.subActionParams), run) ?? nothing;
  return { status: "ok", ...(data !== undefined && { data }) };
}

async function summaryOf(run: Run, action: string, data: unknown): Promise<string> {
  const { type, config, params } = run;
  const host = await hostFor(run);
  if (type === ".slack") return `message to ${host}`;
  if (type === ".slack_api") return `${action} to ${slackChannel(Object(params.subActionParams))} at ${host}`;
  if (type === ".pagerduty") return `${params.eventAction ?? "trigger"} incident ${Object(data).dedup_key}`;
  if (type !== ".webhook") return `${action} at ${host || type}`;
  const { origin, pathname } = new URL(String(config.url));
  return `${String(config.method ?? "post").toUpperCase()} ${origin}${pathname}`;
}

async function hostFor(run: Run): Promise<string> {
  const known = await catalogType(run.type);
  return hostOf(String(addressInParams(run.params) ?? (known && ownAddress(known.target, run)) ?? ""));
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
      return [
        ...target.fields.map((field) => config[field]),
        ...(target.secrets ?? []).map((field) => secrets[field]),
        target.fallback,
      ].find(Boolean);
  }
}

/** The address in the params themselves: .http and .tines. */
function addressInParams({ url, subActionParams }: Dict): unknown {
  return url ?? Object(subActionParams).webhookUrl;
}

const byType: Readonly<Record<string, ThirdParty>> = {
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
