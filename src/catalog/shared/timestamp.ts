/** ISO 8601 forms that Date does not read but moment does: basic, week and ordinal dates. Source: moment's ISO regular expressions. */
const otherIsoDate =
  /^[+-]?\d{4}(?:\d{2}(?:\d{2})?|-?W\d{2}(?:-?\d)?|-?\d{3})(?:[T ]\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d+)?)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** Whether Kibana takes a text as a time: blank, epoch milliseconds or a date that moment reads. Source: convert_timestamp.ts. */
export function isTimestamp(text: string): boolean {
  const time = text.trim();
  if (time === "") return true;
  if (/^-?\d+$/.test(time) && String(Number.parseInt(time, 10)) === time) {
    return !Number.isNaN(new Date(Number(time)).getTime());
  }
  // Date requires minutes in an offset, moment does not: 03:30-07.
  const withMinutes = time.replace(/(:\d{2}(?:[.,]\d+)?[+-]\d{2})$/, "$1:00");
  return [time, withMinutes].some((each) => !Number.isNaN(Date.parse(each))) || otherIsoDate.test(time);
}
