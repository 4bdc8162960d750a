/** Median and the quartiles around it. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

/** One line of the table. */
export interface Row {
  group: string;
  what: string;
  /** What it is compared with: a ratio of 1 is the same. Undefined if nothing is compared. */
  against?: string;
  ratio?: Spread;
  /** Pairs, or tries, behind the figures. */
  pairs?: number;
  ours?: string;
  theirs?: string;
  target?: { atMost: number; what: string; met: boolean };
  /** Why there is no figure. */
  skipped?: string;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => {
    const place = (sorted.length - 1) * part;
    const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
    return below + (above - below) * (place % 1);
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/**
 * Measures two things in turn, `pairs` times: what disturbs the machine disturbs both alike.
 * @returns milliseconds (or whatever the two measure), pair by pair
 */
export async function interleaved(
  pairs: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<{ ours: number[]; theirs: number[] }> {
  const result: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  // One of each to warm up.
  await ours();
  await theirs();
  for (let pair = 0; pair < pairs; pair++) {
    // Each goes first every other time.
    const order = pair % 2 === 0 ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const);
    for (const which of order) result[which].push(await (which === "ours" ? ours() : theirs()));
  }
  return result;
}

/** The ratio pair by pair, and the medians of both sides. */
export function compared(
  labels: Pick<Row, "group" | "what" | "against">,
  { ours, theirs }: { ours: readonly number[]; theirs: readonly number[] },
  { unit, atMost }: { unit: "ms" | "MB"; atMost?: number },
): Row {
  const ratio = spread(ours.map((value, index) => value / (theirs[index] ?? Number.NaN)));
  const shown = (values: readonly number[]) => `${digits(spread(values).median)} ${unit}`;
  return {
    ...labels,
    ratio,
    pairs: ours.length,
    ours: shown(ours),
    theirs: shown(theirs),
    ...(atMost === undefined ? {} : { target: { atMost, what: `≤ ${atMost} ×`, met: ratio.median <= atMost } }),
  };
}

/** Milliseconds that the work takes, averaged over `times`. */
export async function milliseconds(work: () => Promise<unknown>, times = 1): Promise<number> {
  const start = process.hrtime.bigint();
  for (let turn = 0; turn < times; turn++) await work();
  return Number(process.hrtime.bigint() - start) / 1e6 / times;
}

/** Three significant digits. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "-";
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
