import { expect, test } from "vitest";
import { createLog, type LogLevel, logLevels } from "../src/log.ts";

function lines(level: LogLevel, scrub?: (line: string) => string): string[] {
  const written: string[] = [];
  const log = createLog(level, scrub, (line) => written.push(line));
  log.debug("one", { at: 1 });
  log.info("two");
  log.warn("three");
  log.error("four", { cause: "a\nb canary" });
  return written;
}

test.each(logLevels.map((level, at) => [level, 4 - at] as const))("at %s there are %i of four events", (level, count) => {
  expect(lines(level)).toHaveLength(count);
});

test("an event is one line of JSON with time, level, name and fields", () => {
  const [first = "", , , last = ""] = lines("debug");
  expect(JSON.parse(first)).toEqual({ time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/), level: "debug", event: "one", at: 1 });
  expect(last.endsWith("}\n")).toBe(true);
  expect(last.trimEnd()).not.toContain("\n");
});

test("the finished line is scrubbed", () => {
  expect(lines("error", (line) => line.replace("canary", "[redacted]"))[0]).toContain("[redacted]");
});
