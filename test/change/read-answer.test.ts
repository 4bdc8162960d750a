import { expect, test } from "vitest";
import { readAnswer } from "../../src/change/consent/agree.ts";
import type { Answer } from "../../src/change/consent/ask.ts";

const isRight = (typed: string) => typed === "Ops Slack";

test.each<[string, Answer, number, ReturnType<typeof readAnswer>["is"]]>([
  ["a yes at once", { action: "accept", typed: "Ops Slack" }, 0, "nobody"],
  ["yes, one millisecond too soon for a person", { action: "accept", typed: "Ops Slack" }, 999, "nobody"],
  ["yes, as soon as a person can have given it", { action: "accept", typed: "Ops Slack" }, 1_000, "yes"],
  ["a yes after a minute", { action: "accept", typed: "Ops Slack" }, 60_000, "yes"],
  ["another name", { action: "accept", typed: "Ops" }, 1_000, "mistyped"],
  ["another name, at once", { action: "accept", typed: "Ops" }, 0, "nobody"],
  ["no, one millisecond too soon for a person", { action: "decline" }, 999, "nobody"],
  ["no, as soon as a person can have given it", { action: "decline" }, 1_000, "no"],
  ["closed at once", { action: "cancel" }, 5, "nobody"],
  ["closed after a minute", { action: "cancel" }, 60_000, "nobody"],
  ["accepted without what was asked for", { action: "empty" }, 60_000, "nobody"],
  ["no answer in time", { action: "timeout" }, 45_000, "timeout"],
  ["a client that cannot ask", { action: "unavailable" }, 0, "unavailable"],
])("%s", (_what, answer, tookMs, is) => {
  expect(readAnswer(answer, { tookMs, readingMs: 1_000 }, isRight).is).toBe(is);
});
