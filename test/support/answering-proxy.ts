import { request } from "node:http";
import { listen } from "./server.ts";

/** A proxy in front of `target` that answers some requests itself, with a status of 200 and JSON. @returns its address */
export function answeringProxy(
  target: string,
  answer: (path: string) => string | undefined,
  atEnd?: Parameters<typeof listen>[1],
): Promise<string> {
  return listen((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    const own = answer(path);
    if (own !== undefined) {
      incoming.resume();
      outgoing.writeHead(200, { "content-type": "application/json" });
      outgoing.end(own);
      return;
    }
    const onward = request(target + path, { method: incoming.method, headers: incoming.headers }, (from) => {
      outgoing.writeHead(from.statusCode ?? 500, from.headers);
      from.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  }, atEnd);
}
