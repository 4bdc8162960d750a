import { isPlainObject } from "../../plain-object.ts";
import type { Config, Params, Translated } from "../connector-type.ts";

/** The same text; which channel a webhook posts in is its secret, so a channel has to be given, unless the bot may post in one only. */
export function toSlackApi({ message }: Params, { allowedChannels }: Config, over: Params): Translated | undefined {
  if (typeof message !== "string") return undefined;
  const channel = namesChannel(over) ? {} : onlyChannel(allowedChannels);
  return { params: { subAction: "postMessage", subActionParams: { ...channel, text: message } }, lost: [], unsure: [] };
}

function namesChannel({ subActionParams }: Params): boolean {
  return ["channelNames", "channelIds", "channels"].some((field) => Object.hasOwn(Object(subActionParams), field));
}

/** By id where there is one: older versions know no names. */
function onlyChannel(allowed: unknown): Params {
  const [only, ...more] = Array.isArray(allowed) ? allowed : [];
  if (!isPlainObject(only) || more.length > 0) return {};
  if (typeof only.id === "string") return { channelIds: [only.id] };
  return typeof only.name === "string" ? { channelNames: [`#${only.name.replace(/^#/, "")}`] } : {};
}
