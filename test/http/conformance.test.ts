import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { localPrincipal } from "../../src/change/principal.ts";
import { startHttp } from "../../src/mcp/http.ts";
import { createMcpServer } from "../../src/mcp/server.ts";
import { httpSettings, servedProduct } from "../support/http.ts";
import { product } from "../support/product.ts";
import { withFixtures } from "./conformance-server.ts";

const suite = fileURLToPath(new URL("dist/index.js", import.meta.resolve("@modelcontextprotocol/conformance/package.json")));

/** Runs the official suite in a process of its own; it ends with 0 only when nothing fails. */
function conformance(url: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const results = mkdtempSync(join(tmpdir(), "kcm-conformance-"));
  onTestFinished(() => rmSync(results, { recursive: true, force: true }));
  return new Promise((resolve) => {
    execFile(process.execPath, [suite, "server", "--url", url, "-o", results, ...args], { cwd: results }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}

test("the whole official suite passes, pending parts too, with its fixtures behind our HTTP entry and in our server", async () => {
  const { backend, settings } = await product();
  const entry = await startHttp(
    {
      pages: undefined,
      whoIs: () => localPrincipal(settings),
      connect: (principal) => withFixtures(createMcpServer(backend, principal)),
      ready: async () => true,
      running: new Map(),
      holders: 1,
      failed: (error) => {
        throw error;
      },
    },
    httpSettings(),
  );
  onTestFinished(() => entry.drain());
  const { code, output } = await conformance(entry.url, "--suite", "all");
  expect([code, output]).toEqual([0, expect.stringMatching(/Total: (\d{2}) passed, 0 failed/)]);
}, 60_000);

test.each([
  "server-initialize",
  "ping",
  "tools-list",
  "resources-list",
  "prompts-list",
  "server-sse-multiple-streams",
  "dns-rebinding-protection",
])(
  "the product itself passes %s",
  async (scenario) => {
    const { url } = await servedProduct();
    const { code, output } = await conformance(url, "--scenario", scenario);
    expect([code, output]).toEqual([0, expect.stringMatching(/Passed: [1-9]\d*\/\d+, 0 failed/)]);
  },
  30_000,
);
