import { long, sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".slack_api",
  accepted: [
    ["config", {}],
    ["config", { allowedChannels: [{ name: "#channel-name" }] }],
    ["config", { allowedChannels: [{ id: "C1", name: "general" }] }],
    ["secrets", { token: "token" }],
    sub("validChannelId", { channelId: "KJHGFD867" }),
    sub("validChannelId", {}),
    sub("postMessage", { channels: ["general"], text: "a text" }),
    sub("postMessage", { channelIds: ["LKJHGF345"], text: "a text" }),
    sub("postMessage", { channelNames: ["#incident-*"], text: "a text" }),
    sub("postBlockkit", { channelIds: ["LKJHGF345"], text: '{"blocks":[]}' }),
  ],
  refused: [
    ["config", { allowedChannels: [{}] }, "config.allowedChannels.0.name"],
    ["config", { allowedChannels: [{ id: "", name: "#c" }] }, "config.allowedChannels.0.id"],
    ["config", { allowedChannels: [{ id: "C1", name: "" }] }, "config.allowedChannels.0.name"],
    ["config", { allowedChannels: Array.from({ length: 501 }, () => ({ name: "#c" })) }, "config.allowedChannels"],
    ["secrets", {}, "secrets.token"],
    ["secrets", { token: 1 }, "secrets.token"],
    ["params", {}, "params.subAction"],
    [...sub("getAllowedChannels", {}), "params.subAction"],
    [...sub("postMessage", {}), "params.subActionParams.text"],
    [...sub("postMessage", { text: "x", channelNames: ["#"] }), "params.subActionParams.channelNames.0"],
    [...sub("postMessage", { text: "x", channelNames: ["general"] }), "params.subActionParams.channelNames.0"],
    [...sub("postMessage", { text: "x", channelNames: [`#${long(200)}`] }), "params.subActionParams.channelNames.0"],
    [...sub("postMessage", { text: "x", channelIds: ["a", "b"] }), "params.subActionParams.channelIds"],
    [...sub("postBlockkit", { text: "abc" }), "params.subActionParams.text"],
    [...sub("postBlockkit", { text: '{"foo":"bar"}' }), "params.subActionParams.text"],
  ],
  stored: [
    {
      way: "token",
      config: { allowedChannels: [{ name: "#alerts" }] },
      secrets: { token: "xoxb-stored" },
      patch: { allowedChannels: [{ name: "#ops" }] },
    },
  ],
};
