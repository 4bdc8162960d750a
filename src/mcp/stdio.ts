import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Principal } from "../change/principal.ts";
import { createMcpServer, type Product } from "./server.ts";

/** Milliseconds for calls that began before the end; hosts kill a server that takes much longer. */
const lastWait = 10_000;

/** Serves stdin and stdout until the client goes away or a signal comes; then waits for running calls. */
export async function serveStdio(product: Product, principal: Principal): Promise<void> {
  const server = createMcpServer(product, principal);
  const ended = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve).once("close", resolve);
    process.once("SIGINT", () => resolve()).once("SIGTERM", () => resolve());
    server.onclose = () => resolve();
    // The client died, so nobody reads stdout.
    process.stdout.once("error", () => resolve());
  });
  await server.connect(new StdioServerTransport());
  await ended;
  const running = [...product.running.keys()];
  await server.close();
  // A write that has begun is finished and verified; a Kibana that hangs leaves an open entry in the journal.
  await Promise.race([Promise.allSettled(running), new Promise((resolve) => setTimeout(resolve, lastWait))]);
}
