import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY } from "@modelcontextprotocol/server";
import { isPlainObject } from "../../plain-object.ts";
import { showsApps } from "../apps.ts";

/** What a request says of its client. */
export interface Client {
  name: string | undefined;
  /** It shows forms; no mode named means forms. */
  forms: boolean;
  /** It shows addresses. */
  urls: boolean;
  apps: boolean;
}

/** @param envelope what the SDK lifted out of the request's `_meta` */
export function clientOf(envelope: unknown): Client {
  const info = member(envelope, CLIENT_INFO_META_KEY);
  const name = member(info, "name");
  const capabilities = member(envelope, CLIENT_CAPABILITIES_META_KEY);
  const elicitation = member(capabilities, "elicitation");
  const urls = member(elicitation, "url") !== undefined;
  return {
    name: typeof name === "string" ? name : undefined,
    forms: member(elicitation, "form") !== undefined || (isPlainObject(elicitation) && !urls),
    urls,
    apps: showsApps(member(capabilities, "extensions")),
  };
}

function member(value: unknown, key: string): unknown {
  return isPlainObject(value) ? value[key] : undefined;
}
