import type { Dict } from "../types.ts";
import { failed, type Outcome, type Run } from "./outcome.ts";

/** What a type finds wrong with a request before it sends it, by type and sub-action; sources: {type}/{type}.ts. */
const problems: Readonly<Record<string, (sub: Dict, run: Run) => string | undefined>> = {
  ".tines run": tinesTarget,
  ".tines test": tinesTarget,
  ".xsoar run": ({ body }) => jsonProblem(body),
  ".thehive createAlert": ({ body }) => jsonProblem(body),
  ".sentinelone executeScript": ({ filter }) =>
    Object(filter).ids || Object(filter).uuids ? undefined : "A filter must be defined; either 'ids' or 'uuids'",
};

/** The failure of a request that is not even sent. */
export function badRequest(run: Run): Outcome | undefined {
  const { type, params } = run;
  if (type === ".torq") {
    const serviceMessage = jsonProblem(params.body);
    return serviceMessage === undefined ? undefined : failed("error triggering Torq workflow, invalid body", { serviceMessage });
  }
  if (type === ".slack_api") {
    const serviceMessage = channelProblem(run);
    return serviceMessage === undefined ? undefined : failed("error posting slack message", { serviceMessage });
  }
  const serviceMessage = problems[`${type} ${String(params.subAction)}`]?.(Object(params.subActionParams), run);
  if (serviceMessage === undefined) return undefined;
  return { status: "error", message: "an error occurred while running the action", serviceMessage, retry: true, errorSource: "framework" };
}

/** Names come before ids, and the deprecated list is not compared: slack_api/service.ts. */
function channelProblem({ config, params }: Run): string | undefined {
  if (params.subAction !== "postMessage" && params.subAction !== "postBlockkit") return undefined;
  if (slackChannel(Object(params.subActionParams)) === undefined)
    return "One of channels, channelIds, or channelNames is required and cannot be empty";
  const { channelNames = [], channelIds = [] } = Object(params.subActionParams);
  const [used, field] = channelNames.length > 0 ? [channelNames, "name"] : [channelIds, "id"];
  const bare = (channel: unknown) => String(channel).replace(/^#/, "");
  const allowed = [config.allowedChannels ?? []].flat().flatMap((one) => Object(one)[field] ?? []);
  if (allowed.length === 0 || used.every((one: unknown) => allowed.map(bare).includes(bare(one)))) return undefined;
  return "One or more provided channels are not included in the allowed channels list";
}

/** The one channel of a message: slack_api/service.ts, getChannelToUse. */
export function slackChannel({ channelNames = [], channelIds = [], channels = [] }: Dict): unknown {
  return [channelNames, channelIds, channels].flat()[0];
}

function tinesTarget({ webhook, webhookUrl }: Dict): string | undefined {
  return webhook || webhookUrl ? undefined : "Invalid subActionsParams: [webhook] or [webhookUrl] expected but got none";
}

function jsonProblem(text: unknown): string | undefined {
  try {
    JSON.parse(String(text || "null"));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
