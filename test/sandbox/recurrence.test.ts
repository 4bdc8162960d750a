import { expect, test } from "vitest";
import { currentOrNext, occurrences, type Recurrence } from "../../src/sandbox/schedule/recurrence.ts";

const from = (given: Partial<Recurrence>): Recurrence => ({ dtstart: "2026-01-05T10:00:00.000Z", tzid: "UTC", ...given });
const days = (rule: Recurrence) => {
  const found = [];
  for (const { start } of occurrences(rule, 1000)) {
    found.push(new Date(start).toISOString().slice(0, 10));
    if (found.length === 4) break;
  }
  return found;
};

test.each<[string, Partial<Recurrence>, string[]]>([
  ["once", {}, ["2026-01-05"]],
  ["every other day, twice", { freq: 3, interval: 2, count: 2 }, ["2026-01-05", "2026-01-07"]],
  ["every week until a day", { freq: 2, until: "2026-01-19T10:00:00.000Z" }, ["2026-01-05", "2026-01-12", "2026-01-19"]],
  [
    "every other week on two days",
    { freq: 2, interval: 2, byweekday: ["MO", "FR"] },
    ["2026-01-05", "2026-01-09", "2026-01-19", "2026-01-23"],
  ],
  [
    "the first Monday and the last Friday",
    { freq: 1, byweekday: ["+1MO", "-1FR"] },
    ["2026-01-05", "2026-01-30", "2026-02-02", "2026-02-27"],
  ],
  ["the 31st", { freq: 1, bymonthday: [31] }, ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]],
  ["every year", { freq: 0 }, ["2026-01-05", "2027-01-05", "2028-01-05", "2029-01-05"]],
  ["in two months of the year", { freq: 0, bymonth: [1, 6] }, ["2026-01-05", "2026-06-05", "2027-01-05", "2027-06-05"]],
])("%s", (_, rule, expected) => {
  expect(days(from(rule))).toEqual(expected);
});

test("what is on comes before what is next, and nothing comes after the last", () => {
  const rule = from({ freq: 3, count: 2 });
  const at = (time: string) => currentOrNext(rule, 3_600_000, Date.parse(time))?.start;
  expect(at("2026-01-05T10:30:00.000Z")).toBe(Date.parse("2026-01-05T10:00:00.000Z"));
  expect(at("2026-01-05T11:30:00.000Z")).toBe(Date.parse("2026-01-06T10:00:00.000Z"));
  expect(at("2026-01-06T11:30:00.000Z")).toBeUndefined();
});
