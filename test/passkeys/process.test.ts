import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import { softAuthenticator } from "../support/authenticator.ts";
import { startBuilt } from "../support/built-server.ts";
import { signPage } from "../support/passkeys.ts";
import { inTerminal } from "../support/terminal.ts";

const env = (home: string) => ({
  CONNECTORS_JOURNAL_DIR: join(home, "journal"),
  CONNECTORS_APPROVE_WITH: "passkey",
  CONNECTORS_SANDBOX: "true",
});

function homeOf(): string {
  const home = mkdtempSync(join(tmpdir(), "kcm-passkeys-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** util-linux has it; other systems have another one of the name. */
const hasTerminal = process.platform === "linux" && existsSync("/usr/bin/script");

test.skipIf(!hasTerminal)("the built server: enrolled in a terminal, approved on a page, written", async () => {
  const home = homeOf();
  const key = softAuthenticator();
  const { code, text } = await inTerminal(["enroll", "--name", "Laptop"], env(home), (url) => signPage(url, key, {}, { name: "Laptop" }));
  expect([code, text]).toEqual([0, expect.stringContaining("Passkeys of local: Laptop.")]);
  const server = await startBuilt({ env: env(home) });
  onTestFinished(() => server.close());
  const { body } = await server.call("safe_delete_connector", { ids: ["ops-slack-2"] });
  await signPage(body.confirm.url, key);
  const done = await server.call("safe_delete_connector", { ids: ["ops-slack-2"], confirm: body.confirm.id });
  expect(done.body).toMatchObject({ status: "done", asked: "passkey" });
});

test.skipIf(process.platform === "win32")("opens no debugger on SIGUSR1", async () => {
  const server = await startBuilt({ env: env(homeOf()) });
  onTestFinished(() => server.close());
  await server.call("describe_deployment");
  const { transport } = server.client;
  if (!(transport instanceof StdioClientTransport) || transport.pid === null) throw new Error("no process");
  process.kill(transport.pid, "SIGUSR1");
  await setTimeout(300);
  expect(server.stderr()).not.toContain("Debugger listening");
  expect((await server.call("describe_deployment")).failed).toBe(false);
});
