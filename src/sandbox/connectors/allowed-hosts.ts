import { readUrl } from "../../read-url.ts";
import type { KibanaSettings } from "../kibana-yml.ts";
import type { Dict } from "../types.ts";
import type { Part } from "./type-rules/rule.ts";

/** How a classic type words a target that is not allowed; sources: stack_connectors/server/connector_types/{type}/index.ts. */
const words: Readonly<Record<string, string>> = {
  ".slack_api": "error configuring slack action: ",
  ".jira": "error configuring connector action: ",
  ".swimlane": "error configuring connector action: ",
};
/** Types on Kibana's sub-action framework. */
const subActionWords = "error validating url: ";

/**
 * Why kibana.yml does not allow a part of a connector, in the type's own words; undefined if it does.
 * `checked`: the fields that the type compares with `allowedHosts`, such as `config.url`.
 */
export function hostProblem(
  type: string,
  checked: readonly string[],
  part: Part,
  value: Dict,
  settings: KibanaSettings,
): string | undefined {
  for (const field of checked) {
    const fixed = field.startsWith("https://") && part === "secrets" ? field : undefined;
    const [of, name = ""] = field.split(".");
    const url = fixed ?? (of === part ? value[name] : undefined);
    const problem = typeof url === "string" && url !== "" ? notAllowed(url, settings) : undefined;
    if (problem) return (words[type] ?? subActionWords) + problem;
  }
  return undefined;
}

/** What Kibana says of a URL that it does not allow; a text that is no URL has no host, and `*` allows that too. */
export function notAllowed(url: unknown, settings: KibanaSettings): string | undefined {
  const text = String(url);
  const host = readUrl(text)?.hostname;
  const unreadable = host === undefined && text.includes("[");
  if (!unreadable && isAllowed(host, settings)) return undefined;
  return `target url "${text}" is not added to the Kibana config xpack.actions.allowedHosts`;
}

export function isAllowed(hostname: string | undefined, { allowedHosts }: KibanaSettings): boolean {
  return allowedHosts.includes("*") || (hostname !== undefined && allowedHosts.includes(hostname));
}

/** What Kibana says of a text that is no URL. */
export function unreadable(url: unknown): string | undefined {
  try {
    new URL(String(url));
    return undefined;
  } catch (error) {
    return String(error);
  }
}
