import { readFileSync } from "node:fs";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, test } from "vitest";
import { startBuilt, startSandboxWith } from "../support/built-server.ts";

/** The peak resident memory of a process, in MB. */
function peakMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

test.runIf(process.platform === "linux")("10,000 rules in 20 spaces are audited within 250 MB, Kibana in another process", async () => {
  const sandbox = await startSandboxWith(["--seed-spaces", "20", "--seed-connectors", "400", "--seed-rules", "10000"]);
  const server = await startBuilt({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" } });
  try {
    const { body } = await server.call("audit_connectors", { min_severity: "high" });
    expect(body.summary).toContain("in 420 connectors and 10000 rules of 20 spaces");
    const { transport } = server.client;
    if (!(transport instanceof StdioClientTransport) || transport.pid === null) throw new Error("no process");
    expect(peakMemory(transport.pid)).toBeLessThanOrEqual(250);
  } finally {
    await server.close();
    await sandbox.stop();
  }
});
