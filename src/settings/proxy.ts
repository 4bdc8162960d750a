import { BlockList, isIP } from "node:net";
import { readUrl } from "../read-url.ts";
import { type Sealed, seal } from "../sealed.ts";
import { readGiven } from "./given-values.ts";

/** The proxy for requests to Kibana. */
export interface ProxySettings {
  /** For people to read: without the password. */
  address: string;
  /** As the HTTP client takes it, with a password where one is given. */
  uri: Sealed;
  password: Sealed | undefined;
  /** The variable that names it. */
  variable: string;
}

const forHttp = ["http_proxy", "HTTP_PROXY"];
const forHttps = ["https_proxy", "HTTPS_PROXY"];

/**
 * The proxy for an address, from the usual variables: `https_proxy`, else `http_proxy`, lower case first,
 * unless `no_proxy` names the host.
 * @param problems gets a sentence for each variable that cannot be read
 * @param unfilled gets a sentence for each that holds a placeholder
 */
export function proxyFor(
  url: string,
  env: Record<string, string | undefined>,
  problems: string[],
  unfilled: string[],
): ProxySettings | undefined {
  const { protocol } = new URL(url);
  const isGiven = (name: string) => isSet(name, env[name], unfilled);
  const given = [...(protocol === "https:" ? [...forHttps, ...forHttp] : [...forHttp, ...forHttps])].filter(isGiven);
  const bypass = ["no_proxy", "NO_PROXY"].find(isGiven);
  if (given.length === 0 || (bypass !== undefined && bypasses(env[bypass] ?? "", url))) return undefined;
  const read = given.map((variable) => readProxy(variable, env[variable] ?? "", problems));
  // A proxy for https does not apply to an http address.
  const [first] = read;
  return first && (protocol === "https:" || forHttp.includes(first.variable)) ? first : undefined;
}

function isSet(name: string, value: string | undefined, unfilled: string[]): boolean {
  if (value === undefined) return false;
  const given = readGiven(value);
  if (given.kind === "placeholder" && given.whole)
    unfilled.push(`${name} holds ${given.placeholder}, which nobody filled in: it counts as not set.`);
  return given.kind === "value" || (given.kind === "placeholder" && !given.whole);
}

/** The value may hold a password: no message quotes it. */
function readProxy(variable: string, value: string, problems: string[]): ProxySettings | undefined {
  const whole = wholeAddress(value);
  if (/^socks/i.test(whole)) {
    problems.push(
      `${variable} names a SOCKS proxy, which is not supported: it must be an http or https one, such as http://proxy.example.com:8080.`,
    );
    return undefined;
  }
  const uri = readUrl(whole);
  const readable =
    uri &&
    /^https?:$/.test(uri.protocol) &&
    uri.hostname !== "" &&
    /^\/?$/.test(uri.pathname) &&
    !uri.search &&
    !uri.hash &&
    isEncoded(uri.username) &&
    isEncoded(uri.password);
  if (!readable) {
    problems.push(`${variable} cannot be read: it must be a proxy's address, such as http://proxy.example.com:8080.`);
    return undefined;
  }
  const password = uri.password ? seal(decodeURIComponent(uri.password), variable) : undefined;
  return { address: `${uri.protocol}//${uri.host}`, uri: seal(uri.href, variable), password, variable };
}

/** With its scheme, without quotes. */
function wholeAddress(value: string): string {
  const text = value.trim().replace(/^(["'])(.*)\1$/, "$2");
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text.replace(/^\/\//, "")}`;
}

/** The passwords in all variables that name a proxy, whether this server uses it or not. */
export function proxyPasswords(env: Record<string, string | undefined>): Sealed[] {
  return [...forHttp, ...forHttps, "all_proxy", "ALL_PROXY"].flatMap((variable) => {
    const address = wholeAddress(env[variable] ?? "");
    // What cannot be read as an address has one all the same.
    const password = readUrl(address)?.password ?? /:\/\/[^:@]*:(.+)@/.exec(address)?.[1] ?? "";
    return password === "" ? [] : [seal(isEncoded(password) ? decodeURIComponent(password) : password, variable)];
  });
}

/** Whether it can be decoded: a bare % in a password cannot. */
function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a list names the address's host. Entries are names (with their subdomains), `*`, globs, ports and ranges such as
 * 10.0.0.0/8, separated by commas or white space.
 */
export function bypasses(list: string, url: string): boolean {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const at = port || (protocol === "https:" ? "443" : "80");
  return list
    .split(/[,;\s]+/)
    .map((entry) =>
      entry
        .replace(/^["']|["']$/g, "")
        .replace(/^[a-z]+:\/\//i, "")
        .toLowerCase(),
    )
    .filter(Boolean)
    .some((entry) => names(entry, host, at));
}

function names(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry === "<local>") return !host.includes(".") && isIP(host) === 0;
  const [, network = "", bits = ""] = /^([\da-f.:]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (network) return isWithin(host, network, Number(bits));
  const [, name = entry, only] = isIP(entry) ? [] : (/^(.+?):(\d+)$/.exec(entry) ?? []);
  if (only !== undefined && only !== port) return false;
  const wanted = name.replace(/^\[|\]$/g, "").replace(/^\*?\./, "");
  if (wanted.includes("*")) return new RegExp(`^${wanted.split("*").map(escaped).join(".*")}$`).test(host);
  return host === wanted || host.endsWith(`.${wanted}`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function isWithin(host: string, network: string, bits: number): boolean {
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (isIP(host) === 0 || isIP(network) !== isIP(host) || bits > (family === "ipv6" ? 128 : 32)) return false;
  const range = new BlockList();
  range.addSubnet(network, bits, family);
  return range.check(host, family);
}
