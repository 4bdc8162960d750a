import { ToolError } from "../errors.ts";
import { waitBefore } from "../kibana/retry-after.ts";
import type { Clock } from "./clock.ts";

/** Most milliseconds of all waiting between the attempts of one write: clients give up after a minute. */
export const patience = 20_000;

/** The milliseconds to wait that a refusal for too many requests asks for, 0 where it does not say; undefined for any other failure. */
export function limitOf(error: unknown): number | undefined {
  if (!(error instanceof ToolError) || error.detail?.status !== 429) return undefined;
  return 1000 * Number(error.detail.retry_after ?? 0);
}

/**
 * Does the work again while its result is a refusal for too many requests.
 * @param limit what the refusal asks for, as `limitOf`; undefined where the result is to be kept
 * @param until when the time of the call is over @param stop ends the waiting, and then nothing is done again
 */
export async function whileLimited<T>(
  work: () => Promise<T>,
  limit: (result: T) => number | undefined,
  { clock, until, stop }: { clock: Clock; until: number; stop?: { signal: AbortSignal; isOver(): boolean } },
): Promise<T> {
  for (let attempt = 1, waited = 0; ; attempt += 1) {
    const result = await work();
    const asked = limit(result);
    if (asked === undefined) return result;
    const wait = waitBefore(attempt, asked);
    waited += wait;
    if (waited > patience || clock.now() + wait >= until || stop?.isOver()) return result;
    await clock.sleep(wait, stop?.signal);
    if (stop?.isOver()) return result;
  }
}
