import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Connections over which no known client has asked for anything yet. */
export interface Strangers {
  /** This connection belongs to a known client: it no longer counts. */
  known(socket: Socket): void;
}

interface StrangerLimits {
  /** From one address. */
  perAddress: number;
  /** From all. */
  inAll: number;
  /** Milliseconds that a connection has to show whose it is. Above a limit, older ones are cut; younger ones only above `burst`. */
  grace: number;
  /** A multiple of the limit: many connections at the same moment are not an attack. */
  burst: number;
}

const usual: StrangerLimits = { perAddress: 128, inAll: 512, grace: 1_000, burst: 8 };

/**
 * Limits the connections of unknown clients. Above a limit the oldest is cut and the new one is let in: a client that holds
 * many open keeps nobody out, not even from the same address.
 */
export function boundStrangers(server: Server, { perAddress, inAll, grace, burst }: StrangerLimits = usual): Strangers {
  /** By address, the oldest first. */
  const all = new Map<string, Map<Socket, number>>();
  let count = 0;

  function forget(address: string, socket: Socket): void {
    const own = all.get(address);
    if (!own?.delete(socket)) return;
    count -= 1;
    if (own.size === 0) all.delete(address);
  }

  /** Cuts the address's oldest if its grace is over or there are too many even for a burst. */
  function makeRoom(address: string, held: number, limit: number): void {
    const [oldest] = all.get(address) ?? [];
    if (held <= limit || !oldest) return;
    const [socket, since] = oldest;
    if (held <= limit * burst && Date.now() - since < grace) return;
    forget(address, socket);
    socket.destroy();
  }

  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const own = all.get(address) ?? new Map<Socket, number>();
    all.set(address, own.set(socket, Date.now()));
    count += 1;
    socket.once("close", () => forget(address, socket));
    makeRoom(address, own.size, perAddress);
    if (count > inAll) makeRoom(fullest(), count, inAll);
  });

  function fullest(): string {
    let found = { address: "", size: 0 };
    for (const [address, { size }] of all) if (size > found.size) found = { address, size };
    return found.address;
  }

  return { known: (socket) => forget(socket.remoteAddress ?? "", socket) };
}
