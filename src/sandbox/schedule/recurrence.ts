/** A recurrence as Kibana stores it: the names are iCalendar's. */
export interface Recurrence {
  dtstart: string;
  tzid: string;
  /** 0 yearly, 1 monthly, 2 weekly, 3 daily, 4 hourly; absent: once. */
  freq?: number | undefined;
  interval?: number | undefined;
  count?: number | undefined;
  until?: string | undefined;
  byweekday?: (string | number)[] | null | undefined;
  bymonthday?: number[] | null | undefined;
  bymonth?: number[] | null | undefined;
}

interface Occurrence {
  start: number;
  end: number;
}

const dayMs = 86_400_000;
const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
/** Of days looked at: enough for yearly recurrences of a decade. */
const farthest = 4000;

/** The occurrences from the first one on. Days are counted in UTC. */
export function* occurrences(rule: Recurrence, durationMs: number): Generator<Occurrence> {
  const first = Date.parse(rule.dtstart);
  const until = rule.until ? Date.parse(rule.until) : Number.POSITIVE_INFINITY;
  const limit = rule.freq === undefined ? 1 : (rule.count ?? farthest);
  const step = rule.freq === 4 ? dayMs / 24 : dayMs;
  let found = 0;
  for (let at = 0; at < farthest && found < limit; at += 1) {
    const start = first + at * step;
    if (start > until) return;
    if (!fallsOn(new Date(start), new Date(first), at, rule)) continue;
    found += 1;
    yield { start, end: start + durationMs };
  }
}

/** The occurrence that is on now, or else the next one. */
export function currentOrNext(rule: Recurrence, durationMs: number, now: number): Occurrence | undefined {
  for (const one of occurrences(rule, durationMs)) if (one.end > now) return one;
  return undefined;
}

function fallsOn(day: Date, first: Date, at: number, { freq, interval = 1, byweekday, bymonthday, bymonth }: Recurrence): boolean {
  if (freq === undefined) return at === 0;
  const months = (day.getUTCFullYear() - first.getUTCFullYear()) * 12 + day.getUTCMonth() - first.getUTCMonth();
  const weeks = Math.floor((at + ((first.getUTCDay() + 6) % 7)) / 7);
  const passed = [Math.floor(months / 12), months, weeks, at, at][freq] ?? at;
  if (passed % interval !== 0) return false;
  if (bymonth?.length && !bymonth.includes(day.getUTCMonth() + 1)) return false;
  if (bymonthday?.length) return bymonthday.includes(day.getUTCDate());
  if (byweekday?.length) return byweekday.some((wanted) => isWeekday(day, String(wanted)));
  if (freq > 2) return true;
  if (freq === 2) return day.getUTCDay() === first.getUTCDay();
  const sameMonth = freq === 1 || bymonth?.length || day.getUTCMonth() === first.getUTCMonth();
  return Boolean(sameMonth) && day.getUTCDate() === first.getUTCDate();
}

/** `MO`, `+1MO` (the first of its month), `-1FR` (the last), or a number from 1, Monday. */
function isWeekday(day: Date, wanted: string): boolean {
  const [, nth = "", name = ""] = /^([+-]?\d)?([A-Z]{2})$/.exec(wanted) ?? [];
  const number = name === "" ? Number(wanted) % 7 : weekdays.indexOf(name);
  if (day.getUTCDay() !== number) return false;
  if (nth === "") return true;
  const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
  const fromStart = Math.ceil(day.getUTCDate() / 7);
  const fromEnd = Math.ceil((last - day.getUTCDate() + 1) / 7);
  return Number(nth) > 0 ? fromStart === Number(nth) : fromEnd === -Number(nth);
}
