import { readUrl } from "./read-url.ts";

/**
 * How a destination is named, everywhere: in questions, in `--target-hosts`, in `__FOR`. A bare host, with its port where
 * that is not the usual one, is TLS with a certificate that is checked; whatever is less says so in front:
 * `http://host`, `smtp://host` (mail that may go without encryption), `unverified://host` (TLS whose certificate or name
 * is not checked).
 */

/** Ports of mail servers: which of them is used says nothing about who receives the mail. */
const mailPorts = ["25", "465", "587", "2525"];

/**
 * The one name of a host, however its address is written: `Host.` and `HTTPS://user@HOST:443/path` are both `host`.
 * @param verified false: the server's certificate, or its name, is not checked
 * @returns undefined where there is no host to read, as in a template that is yet to be filled in
 */
export function canonicalHost(address: unknown, verified = true): string | undefined {
  if (typeof address !== "string") return undefined;
  // As URL parsers do: these characters would hide the scheme.
  const text = address.trim().replace(/[\t\r\n]/g, "");
  // "https:host" has a host for that parser, though no slashes.
  const [whole = "", web, other] = /^(?:(https?):|([a-z][a-z0-9+.-]{0,30}):\/\/)/i.exec(text) ?? [];
  const url = web === undefined ? `https://${text.slice(whole.length)}` : text;
  // A template before the path ends can turn into another host, though parsers take it for a user's name.
  const [, authority = ""] = /^[a-z]+:[\\/]*([^\\/?#]*)/i.exec(url) ?? [];
  const parsed = readUrl(url);
  if (authority.includes("{{") || !parsed) return undefined;
  const { hostname, port } = parsed;
  const host = withoutEnd(hostname.toLowerCase(), ".");
  if (!/^([\w-]+(\.[\w-]+)*|\[[\da-f:.]+\])$/.test(host)) return undefined;
  const scheme = (web ?? other ?? "https").toLowerCase();
  const prefix = scheme !== "https" ? `${scheme}://` : verified ? "" : "unverified://";
  return `${prefix}${host}${port === "" || (scheme === "smtp" && mailPorts.includes(port)) ? "" : `:${port}`}`;
}

/**
 * Whether a text is a name as DNS has them, or an IP address, and nothing else: no scheme, user, port, path or escape. For
 * fields that are looked up as they are, where a URL parser would see only the beginning: `smtp.example.com/.example.net`.
 */
export function isHostName(text: string): boolean {
  const inner = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (/^[\da-f.]*:[\da-f:.]*$/i.test(inner)) return readUrl(`https://[${inner}]`) !== undefined;
  if (text.length > 254 || !/^([\w-]{1,63}\.)*[\w-]{1,63}\.?$/.test(text)) return false;
  // A parser makes 127.0.0.1 of 0x7f.1.
  return readUrl(`https://${text}`)?.hostname === text.toLowerCase();
}

/** Whether a text is such a name, or one with a port, as in a Host header. */
export function isHostWithPort(text: string): boolean {
  return isHostName(text) || isHostName(text.replace(/:\d{1,5}$/, ""));
}

/** What an operator wrote: a host, or labels with `*` for whole ones, reached in one way. */
interface HostPattern {
  scheme: string;
  labels: readonly string[];
  port: string;
}

/** Stands for `*` while the rest is normalized. */
const anyLabel = "0any0";

/**
 * Reads `events.example.com`, `*.example.com`, `http://host:8080`, `smtp://*.example.com`, `unverified://[::1]:9243`,
 * `host:*` (any port). A `*` matches whole labels: the first one for one or more, any other for one.
 * @returns undefined for anything else, such as a path, `https://`, `?` or `a*.example.com`
 */
export function readHostPattern(text: string): HostPattern | undefined {
  const [, scheme = "", host = "", port = ""] =
    /^(?:(http|smtp|unverified):\/\/)?(\[[\da-f:.]+\]|[^\s:/\\@?#%[\]{}]+)(?::(\d+|\*))?$/i.exec(text) ?? [];
  const labels = host.split(".");
  if (host === "" || labels.some((label) => label !== "*" && label.includes("*"))) return undefined;
  const filled = labels.map((label) => (label === "*" ? anyLabel : label)).join(".");
  const kind = scheme.toLowerCase();
  const canonical = canonicalHost(`${kind === "" ? "https" : kind}://${filled}${port === "*" ? "" : port && `:${port}`}`);
  const read = canonical === undefined ? undefined : partsOf(canonical);
  if (read === undefined) return undefined;
  return { ...read, labels: read.labels.map((label) => (label === anyLabel ? "*" : label)), ...(port === "*" && { port }) };
}

/** Whether a destination, in its one form, is what the operator wrote. An unreadable one never is. */
export function matchesHost(pattern: string, destination: string): boolean {
  const [wanted, given] = [readHostPattern(pattern), partsOf(destination)];
  if (!wanted || !given || wanted.scheme !== given.scheme) return false;
  return (wanted.port === "*" || wanted.port === given.port) && labelsMatch(wanted.labels, given.labels);
}

/** The host that a text names, in its one form; undefined where it names none, or many. */
export function exactHost(text: string): string | undefined {
  const pattern = readHostPattern(text);
  if (!pattern || pattern.port === "*" || pattern.labels.includes("*")) return undefined;
  const { scheme, labels, port } = pattern;
  return `${scheme === "" ? "" : `${scheme}://`}${labels.join(".")}${port === "" ? "" : `:${port}`}`;
}

/** A destination in two parts: where it is, and in words how safe the way there is. */
export function hostAndWay(destination: string): { host: string; way: string } {
  const [, scheme = "", host = destination] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/.exec(destination) ?? [];
  const ways: Record<string, string> = {
    "": "TLS, with a certificate that is checked",
    http: "no encryption",
    smtp: "TLS only if the server offers it",
    unverified: "TLS, whoever answers: the certificate or its name is not checked",
  };
  return { host, way: ways[scheme] ?? scheme };
}

function partsOf(destination: string): HostPattern | undefined {
  const [, scheme = "", host = "", port = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]\s]+\]|[^:\s/]+)(?::(\d+))?$/.exec(destination) ?? [];
  return host === "" ? undefined : { scheme, labels: host.startsWith("[") ? [host] : host.split("."), port };
}

function labelsMatch([first, ...rest]: readonly string[], given: readonly string[]): boolean {
  if (first === "*") {
    if (rest.length === 0) return given.length > 0;
    return given.length > rest.length && sameLabels(rest, given.slice(-rest.length));
  }
  return sameLabels([first ?? "", ...rest], given);
}

function sameLabels(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.length === given.length && wanted.every((label, index) => label === "*" || label === given[index]);
}

/**
 * A text with slashes for the backslashes in http addresses, as URL parsers read them: the host of `https://good\@evil` is
 * `good`, and a person should see that.
 */
export function asUrlsAreRead(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\bhttps?:[^\s?#"'<>]*/gi, (address) => address.replaceAll("\\", "/"));
}

/** A text without the characters `end` at its end. An expression such as `/\/+$/` takes quadratic time for 60,000 slashes. */
export function withoutEnd(text: string, end: string): string {
  let length = text.length;
  while (length > 0 && text[length - 1] === end) length--;
  return text.slice(0, length);
}
