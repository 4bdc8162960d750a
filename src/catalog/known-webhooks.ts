import { withoutEnd } from "../host-name.ts";
import { readUrl } from "../read-url.ts";

/** An address that belongs to a service with a type of its own, which keeps its secret encrypted. */
export interface KnownWebhook {
  service: string;
  /** The type made for it. */
  type: string;
  /** The secrets that replace the address there. */
  fields: readonly string[];
  /** The config that goes with them, where it is needed. */
  config?: Readonly<Record<string, unknown>>;
}

/** What tells an address, however it is spelled. */
interface Read {
  /** As a server reads it: without escapes, doubled slashes and parameters of a segment. */
  pathname: string;
  searchParams: URLSearchParams;
}

interface Known extends KnownWebhook {
  is(url: Read, host: string): boolean;
}

const under = (host: string, domain: string) => host === domain || host.endsWith(`.${domain}`);

/**
 * Services whose addresses can be recognized. Slack: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
 * Teams: incoming webhooks of Office 365, and the workflows that follow them, on logic.azure.com and api.powerplatform.com.
 * The others: the hosts of each type's entry.
 */
const known: readonly Known[] = [
  {
    service: "Slack",
    type: ".slack",
    fields: ["webhookUrl"],
    is: (_url, host) => host === "hooks.slack.com" || host === "hooks.slack-gov.com",
  },
  {
    service: "Microsoft Teams or a Power Automate workflow",
    type: ".teams",
    fields: ["webhookUrl"],
    is: ({ pathname }, host) =>
      under(host, "webhook.office.com") ||
      ((host === "outlook.office.com" || host === "outlook.office365.com") && /^\/webhook/i.test(pathname)) ||
      (under(host, "logic.azure.com") && /\/triggers\//i.test(pathname)) ||
      (under(host, "api.powerplatform.com") && /\/triggers\//i.test(pathname)),
  },
  {
    service: "PagerDuty (EU)",
    type: ".pagerduty",
    fields: ["routingKey"],
    config: { apiUrl: "https://events.eu.pagerduty.com/v2/enqueue" },
    is: (url, host) => host === "events.eu.pagerduty.com" && takesEvents(url),
  },
  {
    service: "PagerDuty",
    type: ".pagerduty",
    fields: ["routingKey"],
    is: (url, host) => host === "events.pagerduty.com" && takesEvents(url),
  },
  {
    service: "Opsgenie (EU)",
    type: ".opsgenie",
    fields: ["apiKey"],
    config: { apiUrl: "https://api.eu.opsgenie.com" },
    is: (url, host) => host === "api.eu.opsgenie.com" && takesAlerts(url),
  },
  {
    service: "Opsgenie",
    type: ".opsgenie",
    fields: ["apiKey"],
    config: { apiUrl: "https://api.opsgenie.com" },
    is: (url, host) => host === "api.opsgenie.com" && takesAlerts(url),
  },
  {
    service: "Jira Service Management",
    type: ".jira-service-management",
    fields: ["apiKey"],
    config: { apiUrl: "https://api.atlassian.com" },
    is: ({ pathname }, host) => host === "api.atlassian.com" && /^\/jsm\/ops\/integration\//i.test(pathname),
  },
  {
    service: "xMatters, with its key in it,",
    type: ".xmatters",
    fields: ["secretsUrl"],
    config: { usesBasic: false },
    is: ({ searchParams }, host) => under(host, "xmatters.com") && [...searchParams.keys()].some((name) => /^apikey$/i.test(name.trim())),
  },
];

/** Change events of PagerDuty go elsewhere, and the type does not send them. */
function takesEvents({ pathname }: Read): boolean {
  return /^\/(v2\/enqueue|integration\/|x-ere\/|generic\/)/i.test(pathname);
}

/** Heartbeats of Opsgenie go elsewhere, and the type does not send them. */
function takesAlerts({ pathname }: Read): boolean {
  return /^\/(v2\/alerts|v1\/json)/i.test(pathname);
}

/** The service that an address belongs to; undefined for all others and for what is no URL. */
export function knownWebhook(address: string): KnownWebhook | undefined {
  const url = readUrl(address);
  if (!url) return undefined;
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  const read = { pathname: asServersRead(url.pathname), searchParams: url.searchParams };
  return known.find((one) => one.is(read, withoutEnd(url.hostname, ".")));
}

function asServersRead(path: string): string {
  const bare = path.replace(/%([\da-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  // Dots that an escaped slash stood between are resolved once more.
  const { pathname } = new URL(
    `https://any/${bare
      .replace(/[?#]/g, "_")
      .replace(/[\\/]+/g, "/")
      .replace(/^\//, "")}`,
  );
  return pathname.replace(/;[^/]*/g, "").replace(/\/+/g, "/");
}
