import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Connections on which nobody that is known has asked for anything yet. */
export interface Strangers {
  /** What comes over this connection is from somebody known: it is not counted any more. */
  known(socket: Socket): void;
}

interface StrangerLimits {
  /** From one address. */
  perAddress: number;
  /** From all. */
  inAll: number;
  /** Milliseconds in which a connection may show whose it is. Above a limit, older ones go first, younger ones only from `burst` on. */
  grace: number;
  /** Times a limit: many who come at the same moment are no attack. */
  burst: number;
}

const usual: StrangerLimits = { perAddress: 128, inAll: 512, grace: 1_000, burst: 8 };

/**
 * Bounds the connections of those who are not known. Above a limit the oldest is cut and the new one is let in: whoever
 * holds many open keeps nobody out, from the same address neither.
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

  /** Cuts the oldest from the address, if it had its time or they are too many even for a burst. */
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
