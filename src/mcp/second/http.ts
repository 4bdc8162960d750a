import type { IncomingMessage, ServerResponse } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import type { Principal } from "../../change/principal.ts";
import type { HttpEra, Served } from "../http.ts";
import type { Body } from "../http-body.ts";
import { createServer } from "./server.ts";

/** Clients whose every request says all that is to be known: nothing is kept between two of them. */
export function openHttp({ service }: Pick<Served, "service">): HttpEra {
  /** Handlers of requests that are not answered yet. */
  const open = new Set<ReturnType<typeof createMcpHandler>>();

  return {
    async answer(request: IncomingMessage, response: ServerResponse, principal: Principal, body: Body) {
      const handler = createMcpHandler(() => createServer(service(principal)), { legacy: "reject" });
      open.add(handler);
      response.once("close", () => open.delete(handler));
      await toNodeHandler(handler)(request, response, body.json);
    },
    async close() {
      await Promise.all([...open].map((handler) => handler.close()));
    },
  };
}
