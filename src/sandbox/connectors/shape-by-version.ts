import type * as z from "zod";
import type { Dict } from "../types.ts";
import { has, type VersionChange } from "../version-changes.ts";
import type { Part } from "./type-rules/rule.ts";

type Issue = z.core.$ZodIssue;

/** Fields added after their type: an older Kibana does not know them (reference/kibana-api.md §4). */
const newFields: readonly { type: string; part: Part; field: string; since: VersionChange }[] = [
  { type: ".webhook", part: "secrets", field: "secretHeaders", since: "secret headers of webhooks" },
  { type: ".cases-webhook", part: "secrets", field: "secretHeaders", since: "secret headers of webhooks" },
  { type: ".email", part: "params", field: "replyTo", since: "mail replies to" },
  { type: ".email", part: "config", field: "allowHtml", since: "HTML mail by setting" },
];

/** The fields of a part that this version does not have yet. */
export function newerFields(type: string, part: Part, version: string): string[] {
  return newFields.filter((one) => one.type === type && one.part === part && !has(version, one.since)).map(({ field }) => field);
}

/** Values that only a newer Kibana stores where none are given. */
export function newerDefaults(type: string, part: Part, version: string): Dict {
  const basic = type === ".cases-webhook" && part === "config" && has(version, "default authentication of .cases-webhook");
  return basic ? { authType: "webhook-authentication-basic" } : {};
}

/** What an older Kibana refuses in a value that the newest takes. */
export function olderProblems(type: string, part: Part, input: Dict, version: string): Issue[] {
  const unknown = newerFields(type, part, version).filter((field) => Object.hasOwn(input, field));
  if (unknown.length > 0) return [{ code: "unrecognized_keys", keys: unknown, path: [], message: "", input }];
  if (type !== ".slack_api" || part !== "config" || has(version, "Slack channels by name")) return [];
  const channels: unknown[] = Array.isArray(input.allowedChannels) ? input.allowedChannels : [];
  const nameless = [...channels.keys()].filter((at) => Object(channels[at]).id === undefined);
  return nameless.map((at) => ({ code: "invalid_type", expected: "string", path: ["allowedChannels", at, "id"], message: "", input }));
}
