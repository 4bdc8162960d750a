import { request } from "node:http";
import { listen } from "./server.ts";

export interface Recorded {
  method: string;
  path: string;
}

/** Everything except reads, some of which are POSTs. */
export function isWrite({ method, path }: Recorded): boolean {
  return (
    method !== "GET" &&
    !/\/(api\/core\/capabilities|_global_connector_execution_\w+|internal\/alerting\/rules\/(backfill\/)?_find)(\?|$)/.test(path)
  );
}

/** A proxy in front of `target` that writes down every request. `before` may wait, or change the target unnoticed. */
export async function recordingProxy(target: string, before: (call: Recorded) => Promise<void> | void = () => {}) {
  const calls: Recorded[] = [];
  const url = await listen((incoming, outgoing) => {
    const call = { method: incoming.method ?? "GET", path: incoming.url ?? "/" };
    calls.push(call);
    void Promise.resolve(before(call)).then(() => {
      const onward = request(target + call.path, { method: call.method, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
  });
  return {
    url,
    calls,
    writes: () => calls.filter(isWrite),
  };
}
