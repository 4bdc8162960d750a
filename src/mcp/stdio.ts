import { PassThrough, type Readable } from "node:stream";
import type { Principal } from "../change/principal.ts";
import { isPlainObject } from "../plain-object.ts";
import { oneLine } from "../plain-text.ts";
import { type EraName, eraOf, eras } from "./eras.ts";
import { createService, type Product, type Service } from "./service.ts";

/** Milliseconds for calls that began before the end; hosts kill a server that takes much longer. */
const lastWait = 10_000;

/** A client on stdin and stdout. */
export interface Connection {
  close(): Promise<void>;
}

/** Serves stdin and stdout until the client goes away or a signal comes; then waits for running calls. */
export async function serveStdio(product: Product, principal: Principal): Promise<void> {
  const open: Connection[] = [];
  const ended = new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve()).once("SIGTERM", () => resolve());
    // The client died, so nobody reads stdout.
    process.stdout.once("error", () => resolve());
    void serveFrom(process.stdin, createService(product, principal), open).then(resolve, (error: unknown) => {
      process.stderr.write(
        `kibana-connectors-mcp: the connection failed: ${oneLine(error instanceof Error ? error.message : String(error))}\n`,
      );
      process.exitCode = 1;
      resolve();
    });
  });
  await ended;
  const running = [...product.running.keys()];
  await Promise.all(open.map((connection) => connection.close()));
  // A write that has begun is finished and verified; a Kibana that hangs leaves an open entry in the journal.
  await Promise.race([Promise.allSettled(running), new Promise((resolve) => setTimeout(resolve, lastWait))]);
}

/**
 * The first message decides which era serves the connection; a client that only asks what there is (`server/discover`) may
 * still begin with `initialize` afterwards.
 * @param open gets the connections that have to be closed at the end
 */
async function serveFrom(input: Readable, service: Service, open: Connection[]): Promise<void> {
  const feeds = new Map<EraName, PassThrough>();
  let decided: PassThrough | undefined;
  let held = Buffer.alloc(0);

  async function feedOf(era: EraName): Promise<PassThrough> {
    const known = feeds.get(era);
    if (known) return known;
    const feed = new PassThrough();
    feeds.set(era, feed);
    const { connect } = await eras[era].stdio();
    open.push(await connect(service, feed));
    return feed;
  }

  for await (const chunk of input) {
    held = Buffer.concat([held, chunk]);
    for (let end = held.indexOf("\n"); end >= 0 && !decided; end = held.indexOf("\n")) {
      const line = held.subarray(0, end + 1);
      held = held.subarray(end + 1);
      const message = read(line.toString("utf8"));
      if (message === undefined) continue;
      const feed = await feedOf(eraOf(message));
      if (!isPlainObject(message) || message.method !== "server/discover" || eraOf(message) === "first") decided = feed;
      feed.write(line);
    }
    if (!decided || held.length === 0) continue;
    decided.write(held);
    held = Buffer.alloc(0);
  }
  // What came just before the end is still delivered.
  await new Promise((resolve) => setImmediate(resolve));
}

function read(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Neither era answers what is not JSON.
    return undefined;
  }
}
