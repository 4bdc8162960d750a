import * as z from "zod";
import { isPlainObject } from "../../plain-object.ts";
import { quoted } from "../../plain-text.ts";
import { hideInText } from "../../shapes/text.ts";
import type { ConnectorType, Params, Unrunnable } from "../connector-type.ts";
import { parseJson } from "../shared/fields.ts";
import { slackText } from "../shared/recipe.ts";
import { inSubAction } from "../shared/rendering.ts";
import { limits, longest } from "../shared/service-limits.ts";
import { subActionParams } from "../shared/sub-actions.ts";

/** reference: .slack_api; schema slack_api/schemas/v1.ts, executor slack_api/index.ts. */
export const slackApi: ConnectorType = {
  id: ".slack_api",
  name: "Slack API",
  aliases: ["slack bot", "slack web api"],
  category: "Messaging",
  license: "gold",
  features: ["uptime", "alerting", "siem", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      allowedChannels: z
        .array(z.strictObject({ name: z.string().min(1), id: z.string().min(1).optional() }))
        .max(500)
        .optional()
        .describe("When given, only these may be written to; older versions want id and take at most 25"),
    }),
    secrets: z.strictObject({ token: z.string().min(1).describe("Bot token (xoxb-…)") }),
    params: subActionParams({
      validChannelId: z.strictObject({ channelId: z.string().optional().describe("Needed in practice") }),
      postMessage: z.strictObject({ ...channels(), text: z.string().min(1).describe("Slack markup") }),
      postBlockkit: z.strictObject({
        ...channels(),
        text: z
          .string()
          .refine(hasBlocks, { error: 'must be the text of a JSON object with the key "blocks"' })
          .describe('JSON text with the key "blocks"'),
      }),
    }),
  }),
  allowedHosts: ["https://slack.com/api/"],
  target: { kind: "fixed", host: "slack.com" },
  recipients: [
    "params.subActionParams.channels",
    "params.subActionParams.channelIds",
    "params.subActionParams.channelNames",
    "params.subActionParams.channelId",
  ],
  unused: ({ subActionParams }) => {
    const { channelNames, channelIds, channels } = Object(subActionParams);
    const given = Object.entries({ channelNames, channelIds, channels }).filter(([, list]) => Array.isArray(list) && list.length > 0);
    const [winner] = given[0] ?? [];
    return given.flatMap(([field, list]) =>
      field === winner
        ? list
            .slice(1)
            .map((_: unknown, at: number) => ({ field: `subActionParams.${field}.${at + 1}`, problem: "only the first is used" }))
        : [{ field: `subActionParams.${field}`, problem: `${winner} is used instead` }],
    );
  },
  alternatives: ["subActionParams.channels", "subActionParams.channelIds", "subActionParams.channelNames"],
  addressees: ["subActionParams.channels", "subActionParams.channelIds", "subActionParams.channelNames"],
  credentials: [{ name: "bot token", fields: ["token"] }],
  subActions: {
    validChannelId: { effect: "none", inAddress: { channelId: "query" } },
    postMessage: { effect: "sends" },
    postBlockkit: { effect: "sends" },
  },
  rendering: inSubAction("text", ({ subAction }) =>
    subAction === "postMessage" ? "slack" : subAction === "postBlockkit" ? "json" : undefined,
  ),
  headlines: ["subActionParams.text"],
  limits: limits(longest("subActionParams.text", 40_000, "Slack cuts it to 40,000"), blockLimits),
  tests: {
    safe: {
      params: { subAction: "validChannelId", subActionParams: { channelId: "C0000000000" } },
      effect: "Touches nothing: one read call",
      proves: ["Kibana reaches Slack", "the token is valid: channel_not_found proves it as well as success, invalid_auth disproves it"],
      doesNotProve: ["that the bot may post in a channel"],
    },
    near_safe: {
      params: { subAction: "validChannelId", subActionParams: { channelId: "{channelId}" } },
      effect: "Slack receives one read call about that channel: nothing is posted",
      proves: ["the token is valid", "the channel exists and the bot sees it"],
      doesNotProve: ["that the bot is a member of the channel and may post"],
      reliesOn: "an id of a channel that exists",
      needs: { channelId: "the id of a channel, such as C0123456789" },
    },
    loud: {
      params: { subAction: "postMessage", subActionParams: { channelNames: ["#{channel}"], text: "Connector test" } },
      effect: "One message in the channel #{channel}",
      inGeneral: "One message in the named channel",
      proves: ["the bot posts in that channel"],
      doesNotProve: ["that somebody reads it"],
      needs: { channel: "the name of a channel, without #" },
      undo: { how: "Delete the message in Slack: the connector cannot" },
    },
  },
  recoveryHint: "Post a recovery message on the recovered action group.",
  recipe: {
    workflows: ["chat", "chat_digest"],
    params: (about) => ({ subAction: "postMessage", subActionParams: { text: slackText(about) } }),
  },
  secretTarget: true,
  // Only the list that is used is compared, and never the deprecated one. Source: slack_api/service.ts.
  risks: ({ subActionParams }, { allowedChannels }) => {
    const allowed = Array.isArray(allowedChannels) ? allowedChannels.map(Object) : [];
    const { channelNames, channelIds } = Object(subActionParams);
    const names = texts(channelNames);
    const among = texts(allowed.map((one) => (names.length > 0 ? one.name : one.id))).map(withoutHash);
    if (among.length === 0) return [];
    return (names.length > 0 ? names : texts(channelIds))
      .filter((one) => !one.includes("{{") && !among.includes(withoutHash(one)))
      .map((one) => `a message to ${quoted(hideInText(one), 80)}, which is not among its allowedChannels`);
  },
  // Shows only when a rule runs: reference/connector-types.md, traps of .slack_api.
  unrunnable: ({ subAction, subActionParams }) => {
    if (subAction !== "postMessage" && subAction !== "postBlockkit") return [];
    const { channelNames, channelIds, channels } = Object(subActionParams);
    const named = [channelNames, channelIds, channels].some((list) => Array.isArray(list) && list.length > 0);
    return named
      ? []
      : [
          {
            field: "subActionParams.channelNames",
            problem: 'must name a channel, such as ["#alerts"]; before 9.3 by its id, in channelIds',
          },
        ];
  },
  traps: [
    "One channel per call; channelNames (with #) wins over channelIds, and that over channels.",
    "channels is deprecated and never checked against allowedChannels.",
    "One of channelNames, channelIds and channels must be given: this shows only at run time.",
    "slack.com itself must be an allowed host.",
    "getAllowedChannels does not work: the params schema refuses it.",
  ],
  exampleConfig: { allowedChannels: [{ name: "#alerts" }] },
  exampleSecrets: ["token"],
};

function channels() {
  return {
    channelNames: z
      .array(z.string().min(2).max(200).startsWith("#", { error: "must start with #" }))
      .max(1)
      .optional()
      .describe("With #; wins"),
    channelIds: z.array(z.string()).max(1).optional(),
    channels: z.array(z.string()).max(1).optional().describe("Deprecated"),
  };
}

function hasBlocks(text: string): boolean {
  const value = parseJson(text);
  return isPlainObject(value) && Object.hasOwn(value, "blocks");
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === "string") : [];
}

function withoutHash(channel: string): string {
  return channel.replace(/^#/, "");
}

/** A block's text may have 3,000 characters, and a header 150. */
function blockLimits({ subAction, subActionParams }: Params): Unrunnable[] {
  if (subAction !== "postBlockkit") return [];
  const { blocks } = Object(parseJson(String(Object(subActionParams).text)));
  return (Array.isArray(blocks) ? blocks : []).flatMap((block: unknown, at): Unrunnable[] => {
    const { type, text } = Object(block);
    const words = typeof Object(text).text === "string" ? Object(text).text : "";
    const most = type === "header" ? 150 : 3000;
    if (words.length <= most && words.trim() !== "") return [];
    if (text === undefined) return [];
    const why = words.trim() === "" ? "is empty" : `has ${words.length} characters, and ${most} are allowed`;
    return [{ field: "subActionParams.text", problem: `the text of block ${at + 1} ${why}: Slack refuses the message` }];
  });
}
