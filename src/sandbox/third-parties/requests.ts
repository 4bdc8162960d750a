import type { Outgoing } from "./transport.ts";

/** A request with a JSON body, or without a body. */
export function json(method: string, url: string, body?: unknown, headers: Record<string, unknown> = {}): Outgoing {
  return {
    url,
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...textValues(headers) },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  };
}

export function basic(user: unknown, password: unknown): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

/** Headers as texts; those without a value are not sent. */
export function textValues(headers: unknown): Record<string, string> {
  const given = Object.entries(Object(headers)).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** An address with a query, encoded as Kibana's HTTP client does: it keeps `: $ ,`. */
export function withQuery(url: string, params: unknown): string {
  const pairs = Object.entries(Object(params)).flatMap(([name, value]) =>
    [value]
      .flat()
      .flatMap((one) =>
        one === null || one === undefined ? [] : [`${encoded(Array.isArray(value) ? `${name}[]` : name)}=${encoded(one)}`],
      ),
  );
  return pairs.length === 0 ? url : `${url}?${pairs.join("&")}`;
}

function encoded(value: unknown): string {
  const kept: Record<string, string> = { "%3A": ":", "%24": "$", "%2C": ",", "%20": "+" };
  return encodeURIComponent(String(value)).replace(/%(3A|24|2C|20)/g, (code) => kept[code] ?? code);
}

export function withoutSlash(url: unknown): string {
  return String(url).replace(/\/$/, "");
}
