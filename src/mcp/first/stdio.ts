import type { Readable } from "node:stream";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Service } from "../service.ts";
import type { Connection } from "../stdio.ts";
import { createServer } from "./server.ts";

/** Serves a client that begins with `initialize`. */
export async function connect(service: Service, input: Readable): Promise<Connection> {
  const server = createServer(service);
  await server.connect(new StdioServerTransport(input, process.stdout));
  return { close: () => server.close() };
}
