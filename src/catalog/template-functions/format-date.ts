/** Tokens of Moment, longest first, and words in brackets. */
const token = /\[[^[\]]*\]|YYYY|YY|MMMM|MMM|MM|M|DD|Do|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|SSS|ZZ|Z|zz|z|A|a|X|x/g;

/**
 * `date; time zone; format` → that date, by default in UTC as `YYYY-MM-DD hh:mma`. Source: actions/server/lib/mustache_lambdas.ts.
 * @throws Error for what is no date or time zone
 */
export function formatDate(text: string): string {
  const [given = "", zone, format] = text.split(";", 3).map((part) => part.trim());
  if (given === "") throw new Error("the date is empty");
  const date = new Date(given);
  if (Number.isNaN(date.valueOf())) throw new Error("it is not a date");
  const timeZone = zone || "UTC";
  const parts = partsOf(date, timeZone);
  return (format || "YYYY-MM-DD hh:mma").replace(token, (one) => (one.startsWith("[") ? one.slice(1, -1) : (parts[one] ?? one)));
}

function partsOf(date: Date, timeZone: string): Record<string, string> {
  let formatter: Intl.DateTimeFormat;
  try {
    formatter = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone, hourCycle: "h23", year: "numeric", month: "long", day: "numeric", weekday: "long" },
      ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "longOffset" },
    });
  } catch {
    throw new Error(`the time zone "${timeZone}" is not known`);
  }
  const at = Object.fromEntries(formatter.formatToParts(date).map(({ type, value }) => [type, value]));
  const { year = "", month = "", day = "", weekday = "", hour = "", minute = "", second = "" } = at;
  const offset = (at.timeZoneName ?? "").replace("GMT", "") || "+00:00";
  const short = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "short" }).formatToParts(date);
  const zoneName = short.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
  const monthNumber = new Intl.DateTimeFormat("en-US", { timeZone, month: "numeric" }).format(date);
  const hour12 = String(Number(hour) % 12 || 12);
  const noon = Number(hour) < 12;
  const two = (text: string) => text.padStart(2, "0");
  return {
    ...{ YYYY: year, YY: year.slice(-2), MMMM: month, MMM: month.slice(0, 3), MM: two(monthNumber), M: monthNumber },
    ...{ DD: two(day), D: day, Do: `${day}${ordinal(Number(day))}`, dddd: weekday, ddd: weekday.slice(0, 3) },
    ...{ HH: hour, H: String(Number(hour)), hh: two(hour12), h: hour12, mm: minute, m: String(Number(minute)) },
    ...{ ss: second, s: String(Number(second)), SSS: String(date.getUTCMilliseconds()).padStart(3, "0") },
    ...{ Z: offset, ZZ: offset.replace(":", ""), z: zoneName, zz: zoneName, A: noon ? "AM" : "PM", a: noon ? "am" : "pm" },
    ...{ X: String(Math.floor(date.valueOf() / 1000)), x: String(date.valueOf()) },
  };
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return "th";
  return ["th", "st", "nd", "rd"][day % 10] ?? "th";
}
