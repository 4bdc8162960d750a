/** The milliseconds that an answer's Retry-After asks to wait; undefined where it asks for none. */
export function askedWait(retryAfter: string | string[] | undefined): number | undefined {
  const asked = String(retryAfter ?? "");
  const ms = /^\d+$/.test(asked) ? Number(asked) * 1000 : asked ? Date.parse(asked) - Date.now() : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Milliseconds before the next attempt, the first being 1: what was asked for, else doubling from 150 with jitter. */
export function waitBefore(attempt: number, asked = 0): number {
  return asked || 150 * 2 ** (attempt - 1) * (0.5 + Math.random());
}
