import * as z from "zod";
import { readHostPattern } from "../host-name.ts";
import { logLevels } from "../log.ts";
import { readUrl } from "../read-url.ts";
import { flag, flagName, flagsHelp, list, oneOf, path, row, text } from "./flags.ts";
import { accessLevels, httpRows } from "./http.ts";

const confirmWays = ["form", "page", "token"] as const;

const seconds = (min: number, max: number) => () =>
  z.coerce
    .number("must be a number of seconds")
    .min(min, `must be at least ${min} seconds`)
    .max(max, `must be at most ${max} seconds`)
    .transform((value) => value * 1000);
/** The fingerprints, if any, of the first keys that may be relied on. */
const approval = () =>
  text()
    .regex(/^passkey(:[\w-]{27}(,[\w-]{27})*)?$/, "must be passkey or passkey:FINGERPRINT")
    .transform((value) => ({ pins: value.split(/[:,]/).slice(1) }));
const spaceId = () => text().regex(/^[a-z0-9_-]+$/, "must be a space id: lower-case letters, digits, _ and -");

/** How the variables begin from which the server takes its own settings. */
const ownNames = ["KIBANA_", "CONNECTORS_", "MCP_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/** One row per setting: the flag is the key in kebab case. */
export const rows = {
  kibanaUrl: row("KIBANA_URL", "URL", "Kibana's address, with its base path if it has one", url),
  kibanaLabel: row("KIBANA_LABEL", "TEXT", "How this Kibana is named in plans and questions, e.g. PROD", () =>
    text().max(40, "must be at most 40 characters"),
  ),
  apiKey: row(
    "KIBANA_API_KEY",
    "KEY",
    "API key (encoded, or id:key). Other users of the machine can see flags: prefer the variable or --api-key-file",
    text,
  ),
  apiKeyFile: row("KIBANA_API_KEY_FILE", "FILE", "File with the API key, readable only by its owner", text),
  apiKeyCommand: row(
    "KIBANA_API_KEY_COMMAND",
    "COMMAND",
    "Program that prints the API key, such as a keychain's; run without a shell, before the first request",
    text,
  ),
  username: row("KIBANA_USERNAME", "NAME", "Basic authentication instead of an API key", text),
  password: row("KIBANA_PASSWORD", "TEXT", "Its password; prefer the variable", text),
  space: row("KIBANA_SPACE", "ID", "Space when a call names none (default: default)", spaceId),
  caFile: row("KIBANA_CA_FILE", "FILE", "PEM file of the authority that signed Kibana's certificate", text),
  insecureSkipTlsVerification: row(
    "KIBANA_INSECURE_SKIP_TLS_VERIFICATION",
    "",
    "Accept any certificate: anyone in between can read the key",
    flag,
  ),
  timeout: row(
    "KIBANA_TIMEOUT",
    "SECONDS",
    "Limit for one request to Kibana (default: 30); all reads of one call together get ten times as long",
    seconds(0.1, 600),
  ),
  sandbox: row("CONNECTORS_SANDBOX", "", "Use the built-in stand-in for Kibana; nothing real is touched", flag),
  access: row("CONNECTORS_ACCESS", "LEVEL", "read, change (no execute, no delete) or full (default: full)", oneOf(accessLevels)),
  readOnly: row("CONNECTORS_READ_ONLY", "", "The same as --access read", flag),
  spaces: row("CONNECTORS_SPACES", "IDS", "Only these spaces, comma-separated (default: all that the key sees)", list),
  tools: row("CONNECTORS_TOOLS", "NAMES", "Only these tools, comma-separated", list),
  excludeTools: row("CONNECTORS_EXCLUDE_TOOLS", "NAMES", "Leave out these tools, comma-separated", list),
  protect: row("CONNECTORS_PROTECT", "GLOBS", "Connectors that no tool changes: ids or names, * and ? allowed", list),
  protectRules: row("CONNECTORS_PROTECT_RULES", "GLOBS", "Rules that no tool changes: names or ids, or tag:NAME; * and ? allowed", () =>
    list().refine(
      (patterns) => patterns.every((one) => !/^tags?\s*[:=]/i.test(one) || /^tag:\S/.test(one)),
      "names a tag as tag:NAME, in small letters and without blanks",
    ),
  ),
  targetHosts: row(
    "CONNECTORS_TARGET_HOSTS",
    "HOSTS",
    "Hosts that secrets may go to, over verified TLS, without a person being asked; *.example.com allowed. http://, smtp:// (mail that may go unencrypted) and unverified:// hosts count only if written with that prefix",
    () =>
      list()
        .transform((hosts) => hosts.map((host) => host.toLowerCase()))
        .refine(
          (hosts) => hosts.every((host) => readHostPattern(host) !== undefined),
          "must be host names, such as events.pagerduty.com or *.example.com (* for whole labels, host:* for any port), with http://, smtp:// or unverified:// in front to allow a way without verified TLS: no https://, no path",
        ),
  ),
  maxChangesPerHour: row(
    "CONNECTORS_MAX_CHANGES_PER_HOUR",
    "N",
    "Most writes per hour, by all processes that share the journal, whatever Kibana they use (default: 60)",
    () => z.coerce.number("must be a whole number").int("must be a whole number").min(1, "must be at least 1"),
  ),
  confirm: row(
    "CONNECTORS_CONFIRM",
    "WAY",
    "How to ask first: form (the client asks), page (a local page, for clients whose forms nobody sees) or token (the agent passes a continuation back) (default: form, then the page if that fails)",
    oneOf(confirmWays),
  ),
  approveWith: row(
    "CONNECTORS_APPROVE_WITH",
    "WAY",
    "passkey: pages take a passkey (see enroll --help), which whatever changes, removes, sends or goes to a new host always needs; passkey:FINGERPRINT trusts no other first key",
    approval,
  ),
  confirmWait: row(
    "CONNECTORS_CONFIRM_WAIT",
    "SECONDS",
    "How long to wait for a person's answer; many clients give up at 60 (default: 45)",
    seconds(1, 3600),
  ),
  confirmReading: row(
    "CONNECTORS_CONFIRM_READING",
    "SECONDS",
    "An answer that comes sooner than this, in a form or on a page, is not a person's (default: 1)",
    seconds(0, 60),
  ),
  dangerouslySkipConfirmation: row(
    "CONNECTORS_DANGEROUSLY_SKIP_CONFIRMATION",
    "",
    "Ask nobody. For unattended pipelines; every journal entry says so",
    flag,
  ),
  results: row(
    "CONNECTORS_RESULTS",
    "FORM",
    "Answers as text, structured content, or both (default: both)",
    oneOf(["both", "text", "structured"]),
  ),
  secretPrefix: row(
    "CONNECTORS_SECRET_PREFIX",
    "TEXT",
    'Prefix of the variables that {"$env": "NAME"} may name (default: CONNECTOR_SECRET_)',
    () =>
      text()
        .regex(/^[A-Z][A-Z0-9_]{2,}$/, "must be three or more capital letters, digits and _")
        .refine(
          (prefix) => !ownNames.some((own) => own.startsWith(prefix) || prefix.startsWith(own)),
          "must be no beginning of KIBANA_, CONNECTORS_, MCP_ or HTTP_PROXY, nor begin so: the server's own settings do",
        ),
  ),
  secretDir: row("CONNECTORS_SECRET_DIR", "DIR", 'Folder whose files {"$file": "name"} may name (default: none)', path),
  literalSecrets: row(
    "CONNECTORS_LITERAL_SECRETS",
    "HOW",
    "refuse, or warn: accept secret values in arguments (default: refuse; warn on the sandbox)",
    oneOf(["refuse", "warn"]),
  ),
  journalDir: row("CONNECTORS_JOURNAL_DIR", "DIR", "Where changes are recorded (default: the user's state folder)", path),
  auditConnector: row(
    "CONNECTORS_AUDIT_CONNECTOR",
    "ID",
    "Index connector that also gets every journal entry; SPACE/ID if it is not in the default space",
    () => text().regex(/^([a-z0-9_-]+\/)?[^\s/]+$/, "must be a connector's id, or space/id"),
  ),
  confirmKey: row(
    "CONNECTORS_CONFIRM_KEY",
    "KEY",
    "Key that all replicas share to sign continuations (tokens, answers to forms); implies --confirm token unless it is form. Prefer the variable",
    () => text().min(16, "must be 16 characters or more"),
  ),
  ...httpRows,
  logLevel: row("CONNECTORS_LOG_LEVEL", "LEVEL", "debug, info, warn, error or silent, to stderr (default: info)", oneOf(logLevels)),
};

export type SettingName = keyof typeof rows;
export const settingNames = Object.keys(rows) as SettingName[];

/** The given values, as their schemas parse them. */
export type Values = { [Name in SettingName]?: z.output<ReturnType<(typeof rows)[Name]["schema"]>> };

/** Settings to reach one Kibana and choose its spaces, for commands that only read. */
export const connectionSettings = [
  "kibanaUrl",
  "kibanaLabel",
  "apiKey",
  "apiKeyFile",
  "apiKeyCommand",
  "username",
  "password",
  "caFile",
  "insecureSkipTlsVerification",
  "timeout",
  "sandbox",
  "spaces",
  "logLevel",
] as const satisfies readonly SettingName[];

function url() {
  return text().transform((value, ctx) => {
    const bad = (message: string) => {
      ctx.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    const parsed = /^https?:\/\//i.test(value) ? readUrl(value) : undefined;
    if (!parsed) return bad("must be a URL such as https://kibana.example.com:5601");
    if (parsed.username || parsed.password)
      return bad("must not contain a user name or password: use KIBANA_API_KEY, or KIBANA_USERNAME and KIBANA_PASSWORD");
    if (parsed.search || parsed.hash) return bad("must not contain a query or a fragment");
    if (/\/(app|api)(\/|$)/.test(parsed.pathname)) return bad("must end before /app or /api: it is the address of Kibana, not of a page");
    if (/\/s\/[^/]+\/?$/.test(parsed.pathname)) return bad("must not name a space: leave out /s/… and set KIBANA_SPACE");
    return parsed.href.replace(/\/+$/, "");
  });
}

/** One setting, for generated documents. `value` is "" for a switch. */
export interface SettingRow {
  name: SettingName;
  flag: string;
  value: string;
  variable: string;
  about: string;
}

export function settingRows(): SettingRow[] {
  return settingNames.map((name) => {
    const { env, value, about } = rows[name];
    return { name, flag: `--${flagName(name)}`, value, variable: env, about };
  });
}

/** The flags and variables with what they do, for `--help`: all, or those that one command takes. */
export function settingsHelp(takes: readonly SettingName[] = settingNames): string {
  return flagsHelp(Object.fromEntries(takes.map((key) => [key, rows[key]])));
}
