import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Book, createBook } from "./book.ts";
import type { Page, Take } from "./page.ts";
import { boundStrangers } from "./strangers.ts";
import type { TokenPage } from "./token-page.ts";

/** Pages for the person at this machine, on a loopback port that is opened when first needed. */
export interface Pages {
  /** Shows a page at an unguessable address, until it is answered or expires. @param owner whose agent asks for it */
  open(page: Page, take: Take, owner: string): Promise<string>;
  /** Shows a token at such an address, once. */
  showOnce(page: TokenPage, owner: string): Promise<string>;
  /** Ends such addresses for tokens of this holder that nobody has seen. */
  endTokens(holder: string): void;
  /** `http://127.0.0.1:49152` */
  origin(): Promise<string>;
  close(): Promise<void>;
}

interface Listening {
  servers: Server[];
  origin: string;
}

/**
 * @param now milliseconds since 1970
 * @param name in the pages' address: browsers have passkeys for `localhost` only, not for an address
 */
export function createPages(now: () => number = Date.now, name: "127.0.0.1" | "localhost" = "127.0.0.1"): Pages {
  const book = createBook(now);
  let listening: Promise<Listening> | undefined;

  function whenListening(): Promise<Listening> {
    listening ??= listen(book, name);
    return listening.catch((error: unknown) => {
      listening = undefined;
      throw error;
    });
  }

  return {
    open: async (page, take, owner) => (await whenListening()).origin + book.add(page, take, owner),
    showOnce: async (page, owner) => (await whenListening()).origin + book.addToken(page, owner),
    endTokens: book.endTokens,
    origin: async () => (await whenListening()).origin,
    async close() {
      const { servers } = (await listening?.catch(() => undefined)) ?? { servers: [] };
      await Promise.all(servers.map(closed));
    },
  };
}

/** Under the name, both addresses that it may stand for are ours: a program at the other one would have the same origin. */
async function listen(book: Book, name: string): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const first = await listenAt("127.0.0.1", 0, book, name);
    const { port } = first.address() as AddressInfo;
    const origin = `http://${name}:${port}`;
    if (name !== "localhost") return { servers: [first], origin };
    try {
      return { servers: [first, await listenAt("::1", port, book, name)], origin };
    } catch (error) {
      if (!isTaken(error)) return { servers: [first], origin };
      await closed(first);
      if (attempt === 20) throw error;
    }
  }
}

/** Anything else means that this machine has no such address. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

function listenAt(address: string, port: number, book: Book, name: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(
      { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 },
      (request, response) => {
        const origin = `http://${name}:${(server.address() as AddressInfo).port}`;
        void book.handle(request, response, origin, () => strangers.known(request.socket));
      },
    );
    const strangers = boundStrangers(server);
    server.once("error", reject);
    server.listen({ port, host: address, ipv6Only: address === "::1" }, () => {
      server.unref();
      resolve(server);
    });
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
