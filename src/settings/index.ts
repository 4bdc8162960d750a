import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { didYouMean } from "../did-you-mean.ts";
import { readHostPattern } from "../host-name.ts";
import { type LogLevel, logLevels } from "../log.ts";
import { exposedFolder } from "../private-files.ts";
import { type Sealed, seal } from "../sealed.ts";
import { readApiKey } from "./api-key.ts";
import { type Flag, type Flags, type FlagValues, flag, flagName, flagsHelp, list, oneOf, readFlags, text } from "./flags.ts";
import { readGiven } from "./given-values.ts";
import { accessLevels, type HttpSettings, httpRows, httpSettings } from "./http.ts";
import { type ProxySettings, proxyFor } from "./proxy.ts";

export { accessLevels };

const confirmWays = ["form", "page", "token"] as const;
/** Which way to a person's consent comes first. */
type ConfirmWay = (typeof confirmWays)[number];

export type Access = (typeof accessLevels)[number];

/** Every setting of the server, checked. */
export interface Settings {
  /** Undefined when nothing usable is configured: each tool then answers `not_configured`. */
  kibana: KibanaSettings | undefined;
  /** Why there is no Kibana although one is meant: a client starts the server all the same, and the tools say it. */
  unusable: { message: string; fix: string } | undefined;
  sandbox: boolean;
  /** The space when a call names none. */
  space: string;
  /** Milliseconds for one request to Kibana. */
  timeout: number;
  access: Access;
  spaces: string[] | undefined;
  tools: string[] | undefined;
  excludeTools: string[];
  protect: string[];
  protectRules: string[];
  targetHosts: string[];
  maxChangesPerHour: number;
  confirm: ConfirmWay;
  skipConfirmation: boolean;
  /** Milliseconds to wait for a person. */
  confirmWait: number;
  /** Milliseconds: no person reads a question and answers sooner. */
  confirmReading: number;
  results: "both" | "text" | "structured";
  secretPrefix: string;
  /** Folder of {"$file": …} references; undefined: there are none. */
  secretDir: string | undefined;
  literalSecrets: "refuse" | "warn";
  journalDir: string | undefined;
  /** The Index connector that also gets every journal entry. */
  auditConnector: { space: string; id: string } | undefined;
  /** Signs what `confirm: "token"` gives out, for all who share it; undefined: each process has its own. */
  confirmKey: Sealed | undefined;
  /** Undefined: stdio. */
  http: HttpSettings | undefined;
  logLevel: LogLevel;
  /** Said on stderr at the start. */
  warnings: string[];
  /** Those of the warnings that are about placeholders, which nobody filled in. */
  unfilled: string[];
}

export interface KibanaSettings {
  /** Without a trailing slash; with the base path. */
  url: string;
  label: string | undefined;
  /** `why` says what became of credentials that are set, and hold nothing. */
  auth: { kind: "none"; why?: string } | { kind: "api_key"; key: Sealed } | { kind: "basic"; username: string; password: Sealed };
  /** PEM text. */
  ca: string | undefined;
  skipTlsVerification: boolean;
  proxy: ProxySettings | undefined;
}

const seconds = (min: number, max: number) =>
  z.coerce
    .number("must be a number of seconds")
    .min(min, `must be at least ${min} seconds`)
    .max(max, `must be at most ${max} seconds`)
    .transform((value) => value * 1000);
const spaceId = text.regex(/^[a-z0-9_-]+$/, "must be a space id: lower-case letters, digits, _ and -");

/** One row a setting: the flag is the key in kebab case. */
const rows = {
  kibanaUrl: row("KIBANA_URL", "URL", "Kibana's address, with its base path if it has one", url()),
  kibanaLabel: row(
    "KIBANA_LABEL",
    "TEXT",
    "How this Kibana is named in plans and questions, e.g. PROD",
    text.max(40, "must be at most 40 characters"),
  ),
  apiKey: row(
    "KIBANA_API_KEY",
    "KEY",
    "API key (encoded, or id:key). Other users of the machine can see flags: prefer the variable or --api-key-file",
    text,
  ),
  apiKeyFile: row("KIBANA_API_KEY_FILE", "FILE", "File with the API key, readable by its owner alone", text),
  username: row("KIBANA_USERNAME", "NAME", "Basic authentication instead of an API key", text),
  password: row("KIBANA_PASSWORD", "TEXT", "Its password; prefer the variable", text),
  space: row("KIBANA_SPACE", "ID", "Space when a call names none (default: default)", spaceId),
  caFile: row("KIBANA_CA_FILE", "FILE", "PEM file of the authority that signed Kibana's certificate", text),
  insecureSkipTlsVerification: row(
    "KIBANA_INSECURE_SKIP_TLS_VERIFICATION",
    "",
    "Accept any certificate: whoever sits in between reads the key",
    flag,
  ),
  timeout: row(
    "KIBANA_TIMEOUT",
    "SECONDS",
    "Limit for one request to Kibana (default: 30); what one call reads ends after ten times as long",
    seconds(0.1, 600),
  ),
  sandbox: row("CONNECTORS_SANDBOX", "", "Use the built-in stand-in for Kibana; nothing real is touched", flag),
  access: row("CONNECTORS_ACCESS", "LEVEL", "read, change (no execute, no delete) or full (default: full)", oneOf(accessLevels)),
  readOnly: row("CONNECTORS_READ_ONLY", "", "The same as --access read", flag),
  spaces: row("CONNECTORS_SPACES", "IDS", "Only these spaces, with commas (default: all that the key sees)", list),
  tools: row("CONNECTORS_TOOLS", "NAMES", "Only these tools, with commas", list),
  excludeTools: row("CONNECTORS_EXCLUDE_TOOLS", "NAMES", "Without these tools", list),
  protect: row("CONNECTORS_PROTECT", "GLOBS", "Connectors that no tool changes: ids or names, * and ? allowed", list),
  protectRules: row("CONNECTORS_PROTECT_RULES", "GLOBS", "Rules that no tool changes: names or ids, or tag:NAME; * and ? allowed", list),
  targetHosts: row(
    "CONNECTORS_TARGET_HOSTS",
    "HOSTS",
    "Hosts to which secrets may go, over verified TLS, without a person being asked; *.example.com allowed. http://, smtp:// (mail that may go unencrypted) and unverified:// hosts count only where named so",
    list.refine(
      (hosts) => hosts.every((host) => readHostPattern(host) !== undefined),
      "must be host names, as events.pagerduty.com or *.example.com (* for whole labels, host:* for any port), with http://, smtp:// or unverified:// in front where a way without verified TLS is meant: no https://, no path",
    ),
  ),
  maxChangesPerHour: row(
    "CONNECTORS_MAX_CHANGES_PER_HOUR",
    "N",
    "Writes an hour at the most, of all processes that share the journal, in whatever Kibana (default: 60)",
    z.coerce.number("must be a whole number").int("must be a whole number").min(1, "must be at least 1"),
  ),
  confirm: row(
    "CONNECTORS_CONFIRM",
    "WAY",
    "What comes first: form (the client asks), page (a local page, for clients whose forms nobody sees) or token (the agent passes a continuation back) (default: form, and the page where that fails)",
    oneOf(confirmWays),
  ),
  confirmWait: row(
    "CONNECTORS_CONFIRM_WAIT",
    "SECONDS",
    "Wait for a person's answer; many clients give up at 60 (default: 45)",
    seconds(1, 3600),
  ),
  confirmReading: row(
    "CONNECTORS_CONFIRM_READING",
    "SECONDS",
    "An answer that comes sooner is the client's own, not a person's (default: 1)",
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
    'Variables that {"$env": "NAME"} may name begin so (default: CONNECTOR_SECRET_)',
    text
      .regex(/^[A-Z][A-Z0-9_]{2,}$/, "must be capitals, digits and _, three or more")
      .refine(
        (prefix) => !/^(KIBANA|CONNECTORS|MCP)_/.test(prefix),
        "must not begin with KIBANA_, CONNECTORS_ or MCP_: the server's own settings begin so",
      ),
  ),
  secretDir: row("CONNECTORS_SECRET_DIR", "DIR", 'Folder whose files {"$file": "name"} may name (default: none)', text),
  literalSecrets: row(
    "CONNECTORS_LITERAL_SECRETS",
    "HOW",
    "refuse, or warn: accept secret values in arguments (default: refuse; warn on the sandbox)",
    oneOf(["refuse", "warn"]),
  ),
  journalDir: row("CONNECTORS_JOURNAL_DIR", "DIR", "Where changes are recorded (default: the user's state folder)", text),
  auditConnector: row(
    "CONNECTORS_AUDIT_CONNECTOR",
    "ID",
    "Index connector that also gets every journal entry; SPACE/ID where it is not in the default space",
    text.regex(/^([a-z0-9_-]+\/)?[^\s/]+$/, "must be a connector's id, or space/id"),
  ),
  confirmKey: row(
    "CONNECTORS_CONFIRM_KEY",
    "KEY",
    "Key that all replicas share and sign continuations with; means --confirm token. Prefer the variable",
    text.min(16, "must be 16 characters or more"),
  ),
  ...httpRows,
  logLevel: row("CONNECTORS_LOG_LEVEL", "LEVEL", "debug, info, warn, error or silent, to stderr (default: info)", oneOf(logLevels)),
};

type Rows = typeof rows;
export type SettingName = keyof Rows;
export const settingNames = Object.keys(rows) as SettingName[];

/** What a command takes on its command line: some of the settings, and flags of its own. Variables hold for every command. */
export interface CommandLine<Own extends Flags> {
  takes: readonly SettingName[];
  own: Own;
}

/** To reach one Kibana and to choose its spaces: for commands that only read. */
export const connectionSettings = [
  "kibanaUrl",
  "kibanaLabel",
  "apiKey",
  "apiKeyFile",
  "username",
  "password",
  "caFile",
  "insecureSkipTlsVerification",
  "timeout",
  "sandbox",
  "spaces",
  "logLevel",
] as const satisfies readonly SettingName[];

/** Values in which a placeholder's characters may stand by right, unless they are all of it, with the braces. */
const opaque: readonly SettingName[] = ["password", "authToken", "confirmKey"];
/** Lists of which a part must not get lost: the server would do more, or for more, than its operator meant. */
const limits: readonly SettingName[] = ["spaces", "tools", "excludeTools", "protect", "protectRules", "targetHosts"];

type Values = { [Name in keyof Rows]?: z.output<Rows[Name]["schema"]> };

function row<Schema extends z.ZodType>(env: string, value: string, about: string, schema: Schema) {
  return { env, value, about, schema };
}

function url() {
  return text.transform((value, ctx) => {
    const bad = (message: string) => {
      ctx.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return bad("must be a URL such as https://kibana.example.com:5601");
    const parsed = new URL(value);
    if (parsed.username || parsed.password)
      return bad("must not hold a name or password: use KIBANA_API_KEY, or KIBANA_USERNAME and KIBANA_PASSWORD");
    if (parsed.search || parsed.hash) return bad("must not hold a query or a fragment");
    if (/\/(app|api)(\/|$)/.test(parsed.pathname)) return bad("must end before /app or /api: it is the address of Kibana, not of a page");
    if (/\/s\/[^/]+\/?$/.test(parsed.pathname)) return bad("must not name a space: leave out /s/… and set KIBANA_SPACE");
    return parsed.href.replace(/\/+$/, "");
  });
}

/** What people write instead of our names. */
const otherNames: Record<string, string> = {
  KIBANA_HOST: "KIBANA_URL",
  KIBANA_HOSTS: "KIBANA_URL",
  KIBANA_ENDPOINT: "KIBANA_URL",
  KIBANA_ADDRESS: "KIBANA_URL",
  KIBANA_URI: "KIBANA_URL",
  KIBANA_BASE_URL: "KIBANA_URL",
  KIBANA_SERVER: "KIBANA_URL",
  KIBANA_KEY: "KIBANA_API_KEY",
  KIBANA_TOKEN: "KIBANA_API_KEY",
  KIBANA_USER: "KIBANA_USERNAME",
  KIBANA_PASS: "KIBANA_PASSWORD",
};

/**
 * Settings from flags and environment; a flag wins over its variable.
 * @param command what its command line takes; left out: every setting, and nothing else
 * @returns the settings and the command's own flags, or every problem at once, in sentences fit for stderr
 */
export function readSettings<Own extends Flags = Record<never, Flag>>(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  command?: CommandLine<Own>,
): { settings: Settings; own: FlagValues<Own> } | { problems: string[] } {
  const problems: string[] = [];
  const takes = command?.takes ?? settingNames;
  const taken = Object.fromEntries(takes.map((key) => [key, rows[key]]));
  const flags = readFlags(argv, { ...taken, ...command?.own }, settingNames, problems);
  const { values, blank, unfilled } = readValues(flags, env, problems);
  const own = ownValues(flags, command?.own, problems);
  const { kibana, unusable } = kibanaSettings(values, blank, problems);
  const proxy = kibana && proxyFor(kibana.url, env, problems, unfilled);
  if (values.readOnly && values.access && values.access !== "read")
    problems.push("--read-only and --access contradict each other: set one of them.");
  const spaces = values.spaces?.includes("*") ? undefined : values.spaces;
  if (takes.includes("space") && spaces && values.space && !spaces.includes(values.space))
    problems.push(`KIBANA_SPACE is "${values.space}", which is not among CONNECTORS_SPACES.`);
  if (values.sandbox && values.kibanaUrl)
    problems.push("Both the sandbox and KIBANA_URL are set: set one of them, so that it is clear what is changed.");
  const http = takes.includes("http")
    ? httpSettings(values, spaces, (path, variable) => readPrivateFile(path, variable, problems), problems)
    : undefined;
  // A guard that is meant and holds nothing must not leave the door open.
  for (const key of http ? (["authToken", "authTokenFile"] as const) : [])
    if (blank.has(key)) problems.push(`${blank.get(key)}: fill it in, or take it away where HTTP is to be served without a token.`);
  if (values.confirmKey && values.confirm !== undefined && values.confirm !== "token")
    problems.push("CONNECTORS_CONFIRM_KEY signs what --confirm token gives out, and --confirm says another way: set one of them.");
  if (http?.stateless && values.confirm === "token" && !values.confirmKey)
    problems.push("--stateless with --confirm token needs CONNECTORS_CONFIRM_KEY: without it no replica honours what another gave out.");
  if (values.secretDir !== undefined) problems.push(...exposedSecrets(values.secretDir));
  if (problems.length > 0) return { problems };
  const space = values.space ?? (spaces && !spaces.includes("default") ? spaces[0] : undefined) ?? "default";
  const warnings: string[] = [...unfilled];
  if (unusable) warnings.push(unusable.message);
  if (kibana?.skipTlsVerification)
    warnings.push("TLS verification is off: whoever sits between this server and Kibana can read the credentials.");
  if (
    kibana?.url.startsWith("http:") &&
    kibana.auth.kind !== "none" &&
    !/^http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:|\/|$)/.test(kibana.url)
  ) {
    warnings.push("KIBANA_URL is http: the credentials travel in the clear.");
  }
  if (http && !http.loopback) warnings.push(`HTTP on ${http.host} is not encrypted: put TLS in front, or tokens travel in the clear.`);
  if (http && values.authToken && values.authToken.length < 16)
    warnings.push("MCP_AUTH_TOKEN is short: 16 random characters or more cannot be guessed.");
  if (values.dangerouslySkipConfirmation) warnings.push("Confirmation is off: nobody is asked before a change.");
  return {
    own,
    settings: {
      kibana: kibana && { ...kibana, proxy },
      unusable,
      sandbox: values.sandbox ?? false,
      space,
      timeout: values.timeout ?? 30_000,
      access: values.readOnly ? "read" : (values.access ?? "full"),
      spaces,
      tools: values.tools,
      excludeTools: values.excludeTools ?? [],
      protect: values.protect ?? [],
      protectRules: values.protectRules ?? [],
      targetHosts: (values.targetHosts ?? []).map((host) => host.toLowerCase()),
      maxChangesPerHour: values.maxChangesPerHour ?? 60,
      confirm: values.confirm ?? (values.confirmKey ? "token" : "form"),
      skipConfirmation: values.dangerouslySkipConfirmation ?? false,
      confirmWait: values.confirmWait ?? 45_000,
      confirmReading: values.confirmReading ?? 1_000,
      results: values.results ?? "both",
      secretPrefix: values.secretPrefix ?? "CONNECTOR_SECRET_",
      secretDir: values.secretDir,
      literalSecrets: values.literalSecrets ?? (values.sandbox ? "warn" : "refuse"),
      journalDir: values.journalDir,
      auditConnector: values.auditConnector === undefined ? undefined : placed(values.auditConnector, space),
      confirmKey: values.confirmKey === undefined ? undefined : seal(values.confirmKey, "confirm key"),
      http,
      logLevel: values.logLevel ?? "info",
      warnings,
      unfilled,
    },
  };
}

/** `space/id`, or an id in the space that goes without saying. */
function placed(given: string, usual: string): { space: string; id: string } {
  const [first = "", second] = given.split("/");
  return second === undefined ? { space: usual, id: first } : { space: first, id: second };
}

interface Read {
  values: Values;
  /** Settings that are given and say nothing: why, as a sentence's end. */
  blank: Map<SettingName, string>;
  unfilled: string[];
}

function readValues(flags: Record<string, string>, env: NodeJS.ProcessEnv, problems: string[]): Read {
  const values: Record<string, unknown> = {};
  const blank: Read["blank"] = new Map();
  const unfilled: string[] = [];
  for (const key of settingNames) {
    const { env: variable, schema } = rows[key];
    const places = [
      { name: `--${flagName(key)}`, text: flags[flagName(key)] },
      { name: variable, text: env[variable] },
    ];
    for (const { name, text: given } of places) {
      if (given === undefined) continue;
      const read = readGiven(given);
      if (read.kind === "placeholder" && !read.whole && limits.includes(key)) {
        problems.push(`${name} holds ${read.placeholder}, which nobody filled in.`);
        break;
      }
      if (
        read.kind === "empty" ||
        (read.kind === "placeholder" && (!opaque.includes(key) || (read.whole && read.placeholder.includes("{"))))
      ) {
        const why = read.kind === "empty" ? "is set and empty" : `holds ${read.placeholder}, which nobody filled in`;
        if (read.kind === "placeholder") unfilled.push(`${name} ${why}: it counts as not set.`);
        blank.set(key, `${name} ${why}`);
        continue;
      }
      const parsed = schema.safeParse(given);
      if (parsed.success) values[key] = parsed.data;
      else problems.push(`${name} ${parsed.error.issues[0]?.message ?? "is not valid"}.`);
      break;
    }
  }
  const known = Object.values(rows).map((one) => one.env);
  for (const name of Object.keys(env)) {
    if (known.includes(name) || readGiven(env[name] ?? "").kind === "empty") continue;
    const meant = otherNames[name] ?? (/^(KIBANA|CONNECTORS)_/.test(name) ? didYouMean(name, known) : undefined);
    if (meant && readGiven(env[meant] ?? "").kind === "empty" && flags[flagName(keyOf(meant))] === undefined)
      problems.push(`${name} is not a setting of this server: did you mean ${meant}?`);
    else if (name.startsWith("CONNECTORS_")) problems.push(`${name} is not a setting of this server: see --help.`);
  }
  return { values: values as Values, blank, unfilled };
}

function ownValues<Own extends Flags>(flags: Record<string, string>, own: Own | undefined, problems: string[]): FlagValues<Own> {
  const values: Record<string, unknown> = {};
  for (const [key, { schema }] of Object.entries(own ?? {})) {
    const given = flags[flagName(key)];
    if (given === undefined) continue;
    const parsed = schema.safeParse(given);
    if (parsed.success) values[key] = parsed.data;
    else problems.push(`--${flagName(key)} ${parsed.error.issues[0]?.message ?? "is not valid"}.`);
  }
  return values as FlagValues<Own>;
}

function keyOf(variable: string): string {
  return Object.entries(rows).find(([, one]) => one.env === variable)?.[0] ?? "";
}

interface Connection {
  kibana: Omit<KibanaSettings, "proxy"> | undefined;
  unusable: Settings["unusable"];
}

function kibanaSettings(values: Values, blank: Read["blank"], problems: string[]): Connection {
  const about = ["kibanaLabel", "apiKey", "apiKeyFile", "username", "password", "caFile", "insecureSkipTlsVerification"] as const;
  const but = (key: SettingName) => `but ${rows[key].env} is not.${blank.has(key) ? ` ${blank.get(key)}.` : ""}`;
  if (!values.kibanaUrl) {
    const without = about.filter((key) => values[key] !== undefined && values[key] !== false).map((key) => rows[key].env);
    if (without.length > 0 && !values.sandbox && !problems.some((problem) => /KIBANA_URL|--kibana-url/.test(problem))) {
      problems.push(`${without.join(" and ")} ${without.length > 1 ? "are" : "is"} set, ${but("kibanaUrl")}`);
    }
    const why = values.sandbox ? undefined : blank.get("kibanaUrl");
    return {
      kibana: undefined,
      unusable: why === undefined ? undefined : { message: `There is no Kibana to ask: ${why}.`, fix: howToSet },
    };
  }
  const ways = [
    values.apiKey && "KIBANA_API_KEY",
    values.apiKeyFile && "KIBANA_API_KEY_FILE",
    (values.username ?? values.password) && "KIBANA_USERNAME with KIBANA_PASSWORD",
  ].filter(Boolean);
  if (ways.length > 1) problems.push(`${ways.join(" and ")} are set: set one way to authenticate.`);
  if (values.username && !values.password) problems.push(`KIBANA_USERNAME is set, ${but("password")}`);
  if (values.password && !values.username) problems.push(`KIBANA_PASSWORD is set, ${but("username")}`);
  const given = values.apiKey ?? (values.apiKeyFile ? readPrivateFile(values.apiKeyFile, "KIBANA_API_KEY_FILE", problems) : undefined);
  const key = given === undefined ? undefined : readApiKey(given);
  if (key && "problem" in key) {
    const variable = values.apiKey === undefined ? "KIBANA_API_KEY_FILE" : "KIBANA_API_KEY";
    return { kibana: undefined, unusable: { message: `${variable} ${key.problem}.`, fix: whichKey } };
  }
  const why = (["apiKey", "apiKeyFile", "password"] as const).flatMap((one) => blank.get(one) ?? []).join("; ");
  const kibana = {
    url: values.kibanaUrl,
    label: values.kibanaLabel,
    auth: key
      ? { kind: "api_key" as const, key: seal(key.encoded, "API key") }
      : values.username && values.password
        ? { kind: "basic" as const, username: values.username, password: seal(values.password, "password") }
        : { kind: "none" as const, ...(why ? { why } : {}) },
    ca: values.caFile ? readText(values.caFile, "KIBANA_CA_FILE", problems) : undefined,
    skipTlsVerification: values.insecureSkipTlsVerification ?? false,
  };
  return { kibana, unusable: undefined };
}

const howToSet =
  "The operator sets KIBANA_URL and KIBANA_API_KEY to values in the server's environment (in the MCP client's configuration) and restarts it.";
const whichKey =
  "The operator sets it to the `encoded` value of the answer to POST /_security/api_key (in Kibana: Stack Management > API keys, format Encoded), or to id:api_key, and restarts the server; `kibana-connectors-mcp doctor --key` prints the request that makes one.";

function readText(path: string, variable: string, problems: string[]): string | undefined {
  try {
    const content = readFileSync(path, "utf8").trim();
    if (content) return content;
    problems.push(`${variable}: ${path} is empty.`);
  } catch (error) {
    problems.push(`${variable}: ${path} cannot be read (${error instanceof Error && "code" in error ? String(error.code) : "error"}).`);
  }
  return undefined;
}

/** A folder into which others may write: they would choose what goes out as a secret. One that is not there is told at its use. */
function exposedSecrets(dir: string): string[] {
  try {
    const exposed = exposedFolder(dir);
    return exposed ? [`CONNECTORS_SECRET_DIR: ${exposed.problem}: ${exposed.fix}`] : [];
  } catch {
    // A folder that cannot be looked at cannot be read either, which each reference says.
    return [];
  }
}

function readPrivateFile(path: string, variable: string, problems: string[]): string | undefined {
  const content = readText(path, variable, problems);
  if (content === undefined || process.platform === "win32") return content;
  const { mode } = statSync(path);
  const others = (mode & 0o004) !== 0 ? "readable by everybody" : (mode & 0o022) !== 0 ? "writable by others" : undefined;
  if (others === undefined) return content;
  problems.push(`${variable}: ${path} is ${others}: chmod 600 it.`);
  return undefined;
}

/** One setting, for documents that are made from the code. `value` is "" for a switch. */
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
