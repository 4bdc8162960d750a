import { describe, expect, test } from "vitest";
import type { Finding } from "../../../src/audit/finding.ts";
import { auditHelp } from "../../../src/commands/audit/command-line.ts";
import { decide } from "../../../src/commands/audit/decision.ts";

const high: Finding = {
  id: "0123456789ab",
  check: "failing",
  severity: "high",
  confidence: "certain",
  group: "broken_now",
  space: "default",
  evidence: "It fails.",
  why: "Nobody is told.",
  fix: "Correct it.",
};

describe("findings count more than what was not checked", () => {
  test.each([
    [[high], true, 1],
    [[high], false, 1],
    [[], false, 3],
    [[], true, 0],
  ])("findings %j, complete: %s, exit code %i", (findings, complete, code) => {
    expect(decide(findings, complete, "high").code).toBe(code);
  });

  test("and the help says so", () => {
    expect(auditHelp).toContain("1  there is one, even if the rest was not checked or Ctrl-C ended the run");
    expect(auditHelp).toContain("3  none was seen, but");
  });
});
