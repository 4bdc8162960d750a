import type { Readable } from "node:stream";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Service } from "../service.ts";
import type { Connection } from "../stdio.ts";
import { createServer } from "./server.ts";

/** Serves a client whose every request names its revision. */
export async function connect(service: Service, input: Readable): Promise<Connection> {
  const transport = new StdioServerTransport(input, process.stdout);
  return serveStdio(() => createServer(service), { legacy: "reject", transport });
}
