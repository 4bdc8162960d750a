import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type CallToolResult, ElicitRequestSchema, type ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { readAndApprove } from "../pages/form.ts";
import { cleanEnv, readingFor, serverBuild, startSandboxWith, yes } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { startProgram } from "./program.ts";

const folderOf = (name: string) => {
  const installed = inject("clients")[name];
  return installed && "folder" in installed ? installed.folder : undefined;
};

/** A client at the near end of a bridge; `person` answers by form. */
async function connected(transport: Transport, person?: () => ElicitResult | Promise<ElicitResult>) {
  const client = new Client({ name: "test", version: "1" }, { capabilities: person ? { elicitation: {} } : {} });
  if (person) client.setRequestHandler(ElicitRequestSchema, person);
  await client.connect(transport);
  onTestFinished(() => client.close());
  return async (name: string, args: Record<string, unknown> = {}) => {
    const answer = (await client.callTool({ name, arguments: args })) as CallToolResult;
    const [first] = answer.content;
    return first?.type === "text" ? JSON.parse(first.text) : undefined;
  };
}

/** A person's yes, who reads before they answer. */
const read = async () => {
  await setTimeout(1_200);
  return yes();
};

async function sandbox(): Promise<string> {
  const { url, stop } = await startSandboxWith();
  onTestFinished(stop);
  return url;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address ? address.port : 0;
}

/** From stdio to the server over HTTP, as a client that knows only stdio is set up; and whether what the client can do reaches the server. */
const toHttp: [name: string, args: (url: string) => string[], forms: boolean][] = [
  ["mcp-remote", (url) => [url, "--allow-http", "--transport", "http-only"], true],
  ["supergateway", (url) => ["--streamableHttp", url, "--logLevel", "none"], false],
];

describe.each(toHttp)("%s, from stdio to `serve --http`", (name, args, forms) => {
  const folder = folderOf(name);
  const through = async (person?: () => ElicitResult | Promise<ElicitResult>) => {
    const { url } = await startHttpProcess(["--http", "127.0.0.1:0"], readingFor("1"), await sandbox());
    const home = await freshFolder();
    return connected(
      new StdioClientTransport({
        command: process.execPath,
        args: [join(folder ?? "", "node_modules/.bin", name), ...args(url)],
        env: cleanEnv(home),
        stderr: "ignore",
      }),
      person,
    );
  };

  test.skipIf(folder === undefined)(`reads, and changes with a person's yes ${forms ? "by form" : "on the page"}`, async () => {
    const call = await through(read);
    expect((await call("list_connectors")).connectors.length).toBeGreaterThan(5);
    const answer = await call("safe_delete_connector", { ids: ["ops-slack-2"] });
    if (!forms) await readAndApprove(answer.confirm.url);
    const done = forms ? answer : await call("safe_delete_connector", { ids: ["ops-slack-2"], confirm: answer.confirm.id });
    expect(done).toMatchObject({ status: "done" });
  });

  test.skipIf(folder === undefined)("is told the truth where nobody can be asked", async () => {
    const call = await through(() => ({ action: "cancel" }));
    const answer = await call("safe_delete_connector", { ids: ["ops-slack-2"] });
    expect(answer).toMatchObject({ status: "confirmation_needed", message: expect.stringContaining("Nothing was written") });
    if (forms) expect(answer.message).toMatch(/nobody (saw|has seen|may have seen)|not have seen/i);
    expect((await call("list_connectors")).connectors.map(({ id }: { id: string }) => id)).toContain("ops-slack-2");
  });
});

describe("supergateway, from HTTP to the server over stdio", () => {
  const folder = folderOf("supergateway");
  const through = async (person?: () => ElicitResult | Promise<ElicitResult>) => {
    const [port, home, kibana] = [await freePort(), await freshFolder(), await sandbox()];
    const gateway = await startProgram(
      [
        process.execPath,
        join(folder ?? "", "node_modules/.bin/supergateway"),
        ...["--stdio", `${process.execPath} ${resolve(serverBuild)}`, "--outputTransport", "streamableHttp", "--stateful"],
        ...["--port", String(port)],
      ],
      { cwd: home, env: cleanEnv(home, { ...readingFor("1"), KIBANA_URL: kibana, KIBANA_API_KEY: "any" }), ready: /Listening on port/ },
    );
    onTestFinished(gateway.stop);
    return connected(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)), person);
  };

  test.skipIf(folder === undefined)("reads, and changes with a person's yes by form", async () => {
    const call = await through(read);
    expect((await call("list_connectors")).connectors.length).toBeGreaterThan(5);
    expect(await call("safe_delete_connector", { ids: ["ops-slack-2"] })).toMatchObject({ status: "done" });
  });

  test.skipIf(folder === undefined)("passes on the page, since the server runs on this machine", async () => {
    const call = await through();
    const { confirm } = await call("safe_delete_connector", { ids: ["ops-slack-2"] });
    await readAndApprove(confirm.url);
    expect(await call("safe_delete_connector", { ids: ["ops-slack-2"], confirm: confirm.id })).toMatchObject({ status: "done" });
  });
});
