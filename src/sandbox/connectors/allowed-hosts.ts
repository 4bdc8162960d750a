import { emailServiceHost } from "../../catalog/shared/email-services.ts";
import { readUrl } from "../../read-url.ts";
import type { ActionsSettings } from "../kibana-yml.ts";
import type { Dict, State } from "../types.ts";
import { fitsWildcard } from "../wildcard.ts";
import type { Part } from "./type-rules.ts";

/** How a type words a target that is not allowed; sources: stack_connectors/server/connector_types/{type}/index.ts. */
const words: Readonly<Record<string, string>> = {
  ".slack": "error configuring slack action: ",
  ".slack_api": "error configuring slack action: ",
  ".teams": "error configuring teams action: ",
  ".pagerduty": "error configuring pagerduty action: ",
  ".webhook": "error validation webhook action config: ",
  ".torq": "error configuring send to Torq action: ",
  ".xmatters": "Error configuring xMatters action: ",
  ...Object.fromEntries(
    [".jira", ".servicenow", ".servicenow-sir", ".servicenow-itom", ".swimlane", ".cases-webhook"].map((type) => [
      type,
      "error configuring connector action: ",
    ]),
  ),
};
/** Types on Kibana's sub-action framework. */
const subActionWords = "error validating url: ";
const pagerdutyDefault = "https://events.pagerduty.com/v2/enqueue";

/**
 * Why kibana.yml does not allow a part of a connector or its params, in the type's own words; undefined if it does.
 * `checked`: the fields that the type compares with `allowedHosts`, such as `config.url`.
 */
export function settingsProblem(type: string, checked: readonly string[], part: Part, value: Dict, { actions }: State): string | undefined {
  if (type === ".email") return part === "config" ? mailServerProblem(value, actions) : recipientsProblem(value, part, actions);
  for (const field of checked) {
    const fixed = field.startsWith("https://") && part === "secrets" ? field : undefined;
    const [of, name = ""] = field.split(".");
    const url = fixed ?? (of === part ? (value[name] ?? (type === ".pagerduty" ? pagerdutyDefault : undefined)) : undefined);
    if (typeof url !== "string" || url === "" || isAllowed(hostOf(url), actions)) continue;
    const target = type === ".slack" ? `hostname "${hostOf(url)}"` : `url "${url}"`;
    return `${words[type] ?? subActionWords}target ${target} is not added to the Kibana config xpack.actions.allowedHosts`;
  }
  return undefined;
}

/** Source: stack_connectors/server/connector_types/email/index.ts. */
function mailServerProblem({ service = "other", host, oauthTokenUrl, from }: Dict, actions: ActionsSettings): string | undefined {
  const sender = addressProblem(
    [from],
    actions.domainAllowlist?.map((domain) => `*@${domain}`),
  );
  if (sender) return `[from]: ${sender}`;
  if (typeof oauthTokenUrl === "string" && !isAllowed(hostOf(oauthTokenUrl), actions)) {
    return `[oauthTokenUrl]: host name value for '${oauthTokenUrl}' is not in the allowedHosts configuration`;
  }
  if (service === "__json" || service === "exchange_server") return undefined;
  if (typeof host === "string" && service === "other") {
    return isAllowed(host, actions) ? undefined : `[host] value '${host}' is not in the allowedHosts configuration`;
  }
  const known = emailServiceHost(String(service));
  if (!known || isAllowed(known, actions)) return undefined;
  return `[service] value '${String(service)}' resolves to host '${known}' which is not in the allowedHosts configuration`;
}

/** Recipients with a template are checked only once it is rendered, which `_execute` never does. */
function recipientsProblem({ to, cc, bcc, replyTo }: Dict, part: Part, actions: ActionsSettings): string | undefined {
  if (part !== "params") return undefined;
  const people = [to, cc, bcc, replyTo].flatMap((list) => (Array.isArray(list) ? list : [])).filter((one) => String(one).trim() !== "");
  const patterns = actions.recipientAllowlist ?? actions.domainAllowlist?.map((domain) => `*@${domain}`);
  const problem = addressProblem(
    people.filter((one) => !String(one).includes("{{")),
    patterns,
  );
  const replies = Array.isArray(replyTo) && replyTo.length > 0;
  return problem && `[to/cc/bcc${replies ? "/replyTo" : ""}]: ${problem}`;
}

/** Source: actions/common/validate_email_addresses.ts; addresses are parsed less thoroughly here. */
function addressProblem(addresses: readonly unknown[], patterns: readonly string[] | undefined): string | undefined {
  const bad = addresses.filter((one) => mailbox(one) === undefined);
  const strange = addresses.filter((one) => {
    const address = mailbox(one);
    return address !== undefined && patterns !== undefined && !patterns.some((pattern) => fits(address, pattern));
  });
  const parts = [
    bad.length > 0 ? `not valid emails: ${bad.join(", ")}` : "",
    strange.length > 0 ? `not allowed emails: ${strange.join(", ")}` : "",
  ];
  return parts.filter(Boolean).join("; ") || undefined;
}

function mailbox(text: unknown): string | undefined {
  const [, inBrackets, bare] = /^(?:[^<]*<([^\s@<>]+@[^\s@<>]+)>|([^\s@<>]+@[^\s@<>]+))$/.exec(String(text).trim()) ?? [];
  return inBrackets ?? bare;
}

function fits(text: string, pattern: string): boolean {
  return fitsWildcard(text.toLowerCase(), pattern.toLowerCase());
}

function isAllowed(hostname: string, { allowedHosts }: ActionsSettings): boolean {
  return allowedHosts.includes("*") || allowedHosts.includes(hostname);
}

function hostOf(url: string): string {
  return readUrl(url)?.hostname ?? "";
}
