import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Agent, request } from "undici";
import { own, StdioServer } from "./stdio-server.ts";

interface Asked {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Of the answer. A Kibana without action policies answers 503. */
  status?: number;
}

/** Requests that ran together: the next wave began after the last of these had ended. `atOnce`: the most in flight at once. */
interface Wave {
  all: Asked[];
  atOnce: number;
}

/** The requests behind one call, in the order in which they depend on each other. */
export type Requests = readonly Wave[];

export function countOf(requests: Requests): number {
  return requests.reduce((sum, { all }) => sum + all.length, 0);
}

/** The requests behind each of these calls, made one after the other by a server that is warmed up. */
export async function requestsOf(kibana: string, ...calls: readonly (readonly [tool: string, args: object])[]): Promise<Requests[]> {
  let waves: Wave[] = [];
  let inFlight = 0;
  const proxy = createServer(async (incoming, outgoing) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    if (inFlight === 0) waves.push({ all: [], atOnce: 0 });
    const wave = waves.at(-1) ?? { all: [], atOnce: 0 };
    inFlight += 1;
    wave.atOnce = Math.max(wave.atOnce, inFlight);
    const body = await text(incoming);
    const kept = Object.entries(headers).filter(([name]) => /^(accept|content-type|kbn-xsrf|x-elastic-internal-origin)$/.test(name));
    const asked: Asked = {
      method: method as Asked["method"],
      path,
      headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
      body,
    };
    wave.all.push(asked);
    const onward = httpRequest(kibana + path, { method, headers }, async (answer) => {
      const answered = await text(answer);
      asked.status = answer.statusCode ?? 500;
      inFlight -= 1;
      outgoing.writeHead(answer.statusCode ?? 500, { "content-type": "application/json" }).end(answered);
    });
    onward.end(body);
  });
  await new Promise<void>((ready) => proxy.listen(0, "127.0.0.1", ready));
  const { port } = proxy.address() as AddressInfo;
  const server = new StdioServer(own([], { KIBANA_URL: `http://127.0.0.1:${port}`, KIBANA_API_KEY: "any" }));
  try {
    await server.start();
    for (const [tool, args] of calls) await server.call(tool, args);
    const found: Requests[] = [];
    for (const [tool, args] of calls) {
      waves = [];
      await server.call(tool, args);
      found.push(waves);
    }
    return found;
  } finally {
    await server.stop();
    proxy.closeAllConnections();
    proxy.close();
  }
}

/** The same requests without our server: undici, keep-alive, as many at once as the server makes, the JSON parsed and dropped. */
export function bareClient(kibana: string): { make(requests: Requests): Promise<void>; close(): Promise<void> } {
  const dispatcher = new Agent({ connections: 8 });
  async function make({ method, path, headers, body, status }: Asked): Promise<void> {
    const answer = await request(kibana + path, { method, headers, dispatcher, ...(body && { body }) });
    if (answer.statusCode >= 500 && answer.statusCode !== status) throw new Error(`${method} ${path}: ${answer.statusCode}`);
    if (answer.statusCode === 204) await answer.body.dump();
    else await answer.body.json();
  }
  return {
    async make(requests) {
      for (const { all, atOnce } of requests) {
        const left = [...all];
        const worker = async () => {
          for (let next = left.shift(); next; next = left.shift()) await make(next);
        };
        await Promise.all(Array.from({ length: atOnce }, worker));
      }
    },
    close: () => dispatcher.close(),
  };
}
