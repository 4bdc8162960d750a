import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Principal } from "../change/principal.ts";
import { createMcpServer, type Product } from "./server.ts";

/** Serves stdin and stdout until the client goes away or a signal comes; then waits for what was begun. */
export async function serveStdio(product: Product, principal: Principal): Promise<void> {
  const server = createMcpServer(product, principal);
  const ended = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve).once("close", resolve);
    process.once("SIGINT", () => resolve()).once("SIGTERM", () => resolve());
    server.onclose = () => resolve();
    // A client that died: there is nobody to write to.
    process.stdout.once("error", () => resolve());
  });
  await server.connect(new StdioServerTransport());
  await ended;
  const running = [...product.running];
  await server.close();
  await Promise.allSettled(running);
}
