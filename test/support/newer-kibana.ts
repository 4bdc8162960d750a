import { text } from "node:stream/consumers";
import { listen } from "./server.ts";

type Dict = Record<string, unknown>;

/** A Kibana in front of `target` that knows these keys too: it keeps them, in configs and secrets, and shows those of the config. */
export async function newerKibana(target: string, keys: readonly string[], atEnd?: (end: () => Promise<void>) => unknown): Promise<string> {
  const kept = new Map<string, Dict>();
  const split = (part: unknown) => {
    const all = Object.entries(Object(part));
    return [true, false].map((isKept) => Object.fromEntries(all.filter(([key]) => keys.includes(key) === isKept)));
  };
  const shown = (one: Dict) => (one.config ? { ...one, config: { ...Object(one.config), ...kept.get(String(one.id)) } } : one);
  return listen(async (incoming, outgoing) => {
    const [, id = ""] = /\/actions\/connector\/([^/?]+)$/.exec(incoming.url ?? "") ?? [];
    let body = await text(incoming);
    if (id !== "" && body !== "") {
      const { config, secrets, ...rest } = JSON.parse(body);
      const [own = {}, known] = split(config);
      kept.set(id, own);
      body = JSON.stringify({ ...rest, config: known, secrets: split(secrets)[1] });
    }
    const { host: _h, connection: _c, "content-length": _l, "transfer-encoding": _t, ...headers } = incoming.headers;
    const answer = await fetch(target + incoming.url, {
      method: incoming.method ?? "GET",
      headers: headers as Record<string, string>,
      ...(body !== "" && { body }),
    });
    const said = await answer.text();
    const read: unknown = /\/actions\/connector/.test(incoming.url ?? "") && said !== "" ? JSON.parse(said) : undefined;
    const json = Array.isArray(read) ? read.map(shown) : read && shown(Object(read));
    outgoing.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" });
    outgoing.end(answer.status === 204 ? undefined : json ? JSON.stringify(json) : said);
  }, atEnd);
}
