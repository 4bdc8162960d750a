import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startFixtures } from "../http/conformance-server.ts";
import { startHttpProcess } from "../support/http-process.ts";

/** The official suite of a revision, in the Node that it needs. 0.1.16 knows no scenario of 2026-07-28. */
const suites = {
  "2025-11-25": "@modelcontextprotocol/conformance@0.1.16",
  "2026-07-28": "@modelcontextprotocol/conformance@0.2.0-alpha.12",
};

function conformance(revision: keyof typeof suites, url: string, ...chosen: string[]): Promise<{ code: number; output: string }> {
  const results = mkdtempSync(join(tmpdir(), "kcm-conformance-"));
  onTestFinished(() => rmSync(results, { recursive: true, force: true }));
  const packages = ["-p", "node@24", "-p", suites[revision]];
  const args = ["conformance", "server", "--url", url, ...chosen, "-o", results];
  return new Promise((resolve) => {
    execFile("npx", ["-y", ...packages, ...args], { cwd: results }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}

const inBoth = ["tools-list", "resources-list", "prompts-list", "server-sse-multiple-streams", "dns-rebinding-protection"];

test("the whole suite of revision 2025-11-25 passes, pending parts too, with its fixtures in our server", async () => {
  const { url } = await startFixtures();
  const { code, output } = await conformance("2025-11-25", url, "--suite", "all");
  expect([code, output]).toEqual([0, expect.stringMatching(/Total: (\d{2}) passed, 0 failed/)]);
});

/** What needs no fixtures. */
test.each<[keyof typeof suites, string]>([
  ...["server-initialize", "ping", ...inBoth].map((scenario): [keyof typeof suites, string] => ["2025-11-25", scenario]),
  ...[...inBoth, "caching", "http-header-validation", "sep-2164-resource-not-found", "input-required-result-unsupported-methods"].map(
    (scenario): [keyof typeof suites, string] => ["2026-07-28", scenario],
  ),
])("in revision %s the built server passes %s", async (revision, scenario) => {
  const { url } = await startHttpProcess(["--http", "127.0.0.1:0", "--sandbox"], {}, null);
  const { code, output } = await conformance(revision, url, "--scenario", scenario, "--spec-version", revision);
  expect([code, output]).toEqual([0, expect.stringMatching(/Passed: [1-9]\d*\/\d+, 0 failed/)]);
});
