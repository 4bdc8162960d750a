import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { listen } from "../../support/server.ts";

/** One event of a stream; without a name where the API gives none. */
export interface Event {
  name?: string;
  data: unknown;
}

/** Answers one request of a model's API; undefined for a path that the API has not. */
export type Api = (path: string, body: unknown) => Promise<{ events: Event[] } | { body: unknown } | undefined>;

/** The endpoint of a model for the time of a test. */
export async function serveModel(api: Api): Promise<{ url: string; failures: string[] }> {
  const failures: string[] = [];
  const url = await listen(async (request, response) => {
    try {
      const answer = await api(request.url ?? "/", await bodyOf(request));
      if (answer) send(response, answer);
      else response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"message":"no such path"}}');
    } catch (error) {
      failures.push(String(error));
      // 400 is what no client tries again.
      response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: String(error) } }));
    }
  });
  return { url, failures };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  return request.method === "POST" ? json(request) : undefined;
}

function send(response: ServerResponse, answer: { events: Event[] } | { body: unknown }): void {
  if ("body" in answer) {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  for (const { name, data } of answer.events) {
    response.write(`${name ? `event: ${name}\n` : ""}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  }
  response.end();
}
