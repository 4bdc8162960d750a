import { setTimeout } from "node:timers/promises";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";

/** Milliseconds between looks: Kibana takes queued runs up every half second, up to 8.17 every three seconds. */
const waits = [500, 1000, 2000];

/**
 * The connectors of a space, again after a while: queued runs count as references until they end. A caller that has seen enough leaves.
 * @throws the signal's reason
 */
export async function* laterLooks(reader: Reader, space: string, signal: AbortSignal | undefined): AsyncGenerator<Connector[]> {
  for (const milliseconds of waits) {
    await setTimeout(milliseconds, undefined, signal && { signal }).catch(() => {
      throw signal?.reason;
    });
    yield await reader.connectors(space);
  }
}
