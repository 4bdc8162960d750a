import * as z from "zod";
import { readUrl } from "../read-url.ts";
import { type Sealed, seal } from "../sealed.ts";
import { flag, list, row, text } from "./flags.ts";

/** How the server is served over HTTP. */
export interface HttpSettings {
  host: string;
  port: number;
  /** Whether the address is one that other machines cannot reach. */
  loopback: boolean;
  /** Nothing is kept between requests: any replica may answer any of them. */
  stateless: boolean;
  /** Host names besides the machine's own under which clients reach the server; `*.example.com` allowed. */
  allowedHosts: string[];
  /** `https://app.example.com` */
  allowedOrigins: string[];
  /** Who may connect; empty: whoever reaches the port. */
  tokens: TokenHolder[];
  /** Where people's browsers reach the pages: `https://mcp.example.com`. Undefined: pages are for the person at this machine. */
  publicUrl: string | undefined;
  /** Who approves calls of others; empty: everybody their own. */
  approvers: Approver[];
  /** Largest request, in bytes. */
  maxBody: number;
  maxSessions: number;
  /** Requests that are answered at the same time. */
  maxInFlight: number;
  /** Milliseconds after which an unused session is dropped. */
  sessionIdle: number;
}

/** A bearer token and what its holder may do, within the server's own limits. */
export interface TokenHolder {
  name: string;
  token: Sealed;
  access?: (typeof accessLevels)[number] | undefined;
  spaces?: string[] | undefined;
  /** Variables and files that references may name. */
  secrets?: string[] | undefined;
}

/** Somebody who approves calls of others with a passkey; undefined: of all principals, tools, spaces. */
export interface Approver {
  name: string;
  for?: string[] | undefined;
  tools?: string[] | undefined;
  spaces?: string[] | undefined;
}

export const accessLevels = ["read", "change", "full"] as const;

const whole = (most: number) => () =>
  z.coerce.number("must be a whole number").int("must be a whole number").min(1, "must be at least 1").max(most, `must be at most ${most}`);

const address = () =>
  text().transform((value, ctx) => {
    const [, host = "", port = ""] = /^(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(value) ?? [];
    if (host && Number(port) <= 65_535) return { host: host.toLowerCase(), port: Number(port) };
    ctx.addIssue({ code: "custom", message: "must be HOST:PORT, such as 127.0.0.1:3000" });
    return z.NEVER;
  });

const hosts = () =>
  list().refine(
    (names) => names.every((name) => /^(\*\.)?[\w.-]+$|^\[[\da-f:.]+\]$/i.test(name)),
    "must be host names, such as mcp.example.com or *.example.com: no https://, no port, no path",
  );

const origins = () =>
  list().refine(
    (all) => all.every((one) => /^[a-z][a-z\d+.-]*:\/\/[^/?#\s]+$/i.test(one)),
    "must be origins, such as https://app.example.com: no path",
  );

/** Browsers have passkeys for names only, over https or on this machine. */
const publicUrl = () =>
  text().transform((value, ctx) => {
    const url = readUrl(value);
    if (url?.href === `${url?.origin}/` && /^https:..(?![\d.:]+$|\[)|^http:..localhost(:|$)/.test(url.origin)) return url.origin;
    ctx.addIssue({ code: "custom", message: "must be https:// with a host name, or http://localhost:PORT: no path" });
    return z.NEVER;
  });

/** One row per setting, as in src/settings/rows.ts. */
export const httpRows = {
  http: row("CONNECTORS_HTTP", "HOST:PORT", "Serve Streamable HTTP there, at /mcp, instead of stdio", address),
  authToken: row(
    "MCP_AUTH_TOKEN",
    "TOKEN",
    "Bearer token that HTTP clients must send. Other users of the machine can see flags: prefer the variable",
    text,
  ),
  authTokenFile: row("MCP_AUTH_TOKEN_FILE", "FILE", "JSON file with several tokens, each with its holder's name and limits", text),
  allowedHosts: row(
    "CONNECTORS_ALLOWED_HOSTS",
    "HOSTS",
    "Host names under which clients reach the HTTP server, besides the machine's own",
    hosts,
  ),
  publicUrl: row(
    "CONNECTORS_PUBLIC_URL",
    "URL",
    "Where people's browsers reach the HTTP server, through TLS, for pages with passkeys",
    publicUrl,
  ),
  allowedOrigins: row(
    "CONNECTORS_ALLOWED_ORIGINS",
    "ORIGINS",
    "Web origins that may call the HTTP server (default: loopback only)",
    origins,
  ),
  stateless: row("CONNECTORS_STATELESS", "", "Keep nothing between HTTP requests: for replicas behind one address", flag),
  maxBodyKb: row("CONNECTORS_MAX_BODY_KB", "N", "Largest HTTP request in kilobytes (default: 1024)", whole(16_384)),
  maxSessions: row("CONNECTORS_MAX_SESSIONS", "N", "Most HTTP sessions at the same time (default: 500)", whole(100_000)),
  maxInFlight: row("CONNECTORS_MAX_IN_FLIGHT", "N", "Most HTTP requests answered at the same time (default: 250)", whole(100_000)),
  sessionIdle: row("CONNECTORS_SESSION_IDLE", "SECONDS", "Drop an HTTP session after this long without use (default: 1800)", () =>
    whole(604_800)().transform((value) => value * 1000),
  ),
};

type Values = { [Name in keyof typeof httpRows]?: z.output<ReturnType<(typeof httpRows)[Name]["schema"]>> };

/** Whether the name reaches only this machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host);
}

/**
 * The settings of the HTTP server; undefined if HTTP is not configured.
 * @param readPrivate the text of a private file; undefined if it added a problem
 */
export function httpSettings(
  values: Values,
  serverSpaces: readonly string[] | undefined,
  readPrivate: (path: string, variable: string) => string | undefined,
  problems: string[],
): HttpSettings | undefined {
  if (!values.http) {
    // A token in the environment may be for another program; any other setting means that somebody wanted to serve HTTP.
    const without = (Object.keys(httpRows) as (keyof Values)[])
      .filter((key) => !key.startsWith("authToken") && values[key] !== undefined && values[key] !== false)
      .map((key) => httpRows[key].env);
    if (without.length > 0) problems.push(`${without.join(" and ")} ${without.length > 1 ? "are" : "is"} set, but --http is not.`);
    return undefined;
  }
  if (values.authToken && values.authTokenFile) problems.push("MCP_AUTH_TOKEN and MCP_AUTH_TOKEN_FILE are set: set one of them.");
  const { host, port } = values.http;
  const loopback = isLoopback(host);
  if (!loopback && !values.authToken && !values.authTokenFile) {
    problems.push(
      `Serving on ${host} needs MCP_AUTH_TOKEN or MCP_AUTH_TOKEN_FILE: without a token, whoever reaches the port could use Kibana with this server's key.`,
    );
  }
  const { publicUrl } = values;
  const fromFile = values.authTokenFile ? readPrivate(values.authTokenFile, "MCP_AUTH_TOKEN_FILE") : undefined;
  const file = fromFile === undefined ? noHolders : readHolders(fromFile, serverSpaces, problems);
  return {
    host,
    port,
    loopback,
    stateless: values.stateless ?? false,
    allowedHosts: [...(values.allowedHosts ?? []), ...(publicUrl ? [new URL(publicUrl).hostname] : [])].map((one) => one.toLowerCase()),
    allowedOrigins: (values.allowedOrigins ?? []).map((one) => one.toLowerCase()),
    tokens: values.authToken ? [{ name: "token", token: seal(values.authToken, "MCP_AUTH_TOKEN") }] : file.tokens,
    publicUrl,
    approvers: file.approvers,
    maxBody: (values.maxBodyKb ?? 1024) * 1024,
    maxSessions: values.maxSessions ?? 500,
    maxInFlight: values.maxInFlight ?? 250,
    sessionIdle: values.sessionIdle ?? 1_800_000,
  };
}

/** Tokens that are set although HTTP is not served. A file that cannot be read has none. */
export function tokensInVain({ http, authToken, authTokenFile }: Values, readPrivate: (path: string) => string | undefined): Sealed[] {
  if (http) return [];
  const fromFile = authTokenFile === undefined ? undefined : readPrivate(authTokenFile);
  return [
    ...(authToken ? [seal(authToken, "MCP_AUTH_TOKEN")] : []),
    ...(fromFile === undefined ? [] : readHolders(fromFile, undefined, []).tokens.map(({ token }) => token)),
  ];
}

/** Of the file of tokens. */
function holdersSchema() {
  const name = z.string().regex(/^[\w.@-]{1,60}$/, "must be letters, digits, . _ @ and -, at most 60");
  const names = z.array(z.string().min(1)).min(1);
  const holder = z.strictObject({
    name,
    token: z.string().regex(/^[\x21-\x7e]{16,}$/, "must be 16 characters or more, without white space"),
    access: z.enum(accessLevels).optional(),
    spaces: names.optional(),
    secrets: z.array(z.string().min(1)).optional(),
  });
  const approver = z.strictObject({ name, for: names.optional(), tools: names.optional(), spaces: names.optional() });
  return z.strictObject({ principals: z.array(holder).min(1, "names nobody"), approvers: z.array(approver).default([]) });
}

type HoldersAndApprovers = Pick<HttpSettings, "tokens" | "approvers">;
const noHolders: HoldersAndApprovers = { tokens: [], approvers: [] };

function readHolders(json: string, serverSpaces: readonly string[] | undefined, problems: string[]): HoldersAndApprovers {
  const say = (problem: string) => problems.push(`MCP_AUTH_TOKEN_FILE: ${problem}.`);
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    // The parser's message quotes the text, which contains tokens.
    say("the file is not JSON");
    return noHolders;
  }
  const parsed = holdersSchema().safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) say(`${issue.path.join(".") || "the file"}: ${wordsOf(issue)}`);
    return noHolders;
  }
  const { principals, approvers } = parsed.data;
  const twice = (of: (one: (typeof principals)[number]) => string) => new Set(principals.map(of)).size !== principals.length;
  if (twice(({ name }) => name)) say("two principals have the same name");
  if (twice(({ token }) => token)) say("two principals have the same token");
  for (const [at, { spaces }] of principals.entries()) {
    const beyond = spaces?.filter((space) => serverSpaces && !serverSpaces.includes(space)) ?? [];
    if (beyond.length > 0)
      say(`principals.${at} is given spaces that this server may not touch (${beyond.join(", ")}): see CONNECTORS_SPACES`);
  }
  for (const [at, { for: callers = [] }] of approvers.entries()) {
    if (!callers.every((one) => principals.some(({ name }) => name === one))) say(`approvers.${at} names an unknown principal`);
  }
  return { tokens: principals.map(({ token, ...rest }) => ({ ...rest, token: seal(token, `token of ${rest.name}`) })), approvers };
}

/** A key may be a token that was written in the wrong place: it is not repeated. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "unrecognized_keys") return issue.message;
  if (issue.path.length === 0) return "has keys other than principals and approvers";
  return `has keys other than name, ${issue.path[0] === "approvers" ? "for, tools and spaces" : "token, access, spaces and secrets"}`;
}

/** Whether people on other machines use the server, and no page reaches them. */
export function isRemote(http: HttpSettings | undefined): boolean {
  if (http === undefined || http.publicUrl !== undefined) return false;
  const { loopback, stateless, allowedHosts } = http;
  return !loopback || stateless || allowedHosts.some((host) => !isLoopback(host));
}
