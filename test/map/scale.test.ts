import { readFileSync } from "node:fs";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, test } from "vitest";
import { startBuilt, startSandboxWith } from "../support/built-server.ts";
import { recordingProxy } from "../support/recording-proxy.ts";

/** The peak resident memory of a process, in MB. */
function peakMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

/** The map of a generated deployment, page after page. */
async function mapped(rules: number) {
  const sandbox = await startSandboxWith(["--seed-spaces", "50", "--seed-connectors", "400", "--seed-rules", String(rules)]);
  const proxy = await recordingProxy(sandbox.url);
  const server = await startBuilt({ env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any" } });
  try {
    const { transport } = server.client;
    if (!(transport instanceof StdioClientTransport) || transport.pid === null) throw new Error("no process");
    const first = await server.call("map_notifications", { space: "*" });
    const requests = [proxy.calls.length];
    const { body } = await server.call("map_notifications", { space: "*", cursor: first.body.cursor });
    requests.push(proxy.calls.length - (requests[0] ?? 0));
    return { first: first.body, second: body, requests, memory: peakMemory(transport.pid) };
  } finally {
    await server.close();
    await sandbox.stop();
  }
}

test.runIf(process.platform === "linux")(
  "50,000 rules in 50 spaces are mapped in flat memory, a page at a time",
  { timeout: 300_000 },
  async () => {
    const few = await mapped(5_000);
    const many = await mapped(50_000);
    const { first, second, requests, memory } = many;
    const { nobody, perhaps, told } = first.counts;
    expect(nobody + perhaps + told).toBe(50_000);
    expect([first.total, second.total, first.rules.length, second.rules.length]).toEqual([50_000, 50_000, 20, 20]);
    expect(second.counts).toEqual(first.counts);
    const ids = [...first.rules, ...second.rules].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(40);
    expect(first.not_seen).toBeUndefined();
    // Ten times the rules: their pages are all that is more, and a further page reads one space.
    expect(requests[0]).toBeLessThanOrEqual(50 * 11 + 10);
    expect(requests[1]).toBeLessThanOrEqual(15);
    expect(memory).toBeLessThanOrEqual(250);
    // All ten times as many would take several hundred more; when garbage is collected varies by a few dozen.
    expect(memory).toBeLessThanOrEqual(few.memory + 120);
  },
);
