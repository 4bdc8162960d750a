import { request } from "node:http";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { inTrace, traceparent } from "../../src/trace.ts";
import { cleanEnv, serverBuild } from "../support/built-server.ts";
import { freshFolder, textIn } from "../support/folder.ts";
import { product } from "../support/product.ts";
import { connectSecond, pinned, stdioTransport } from "../support/second-client.ts";
import { listen } from "../support/server.ts";

const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** A proxy that notes the header of each request. */
async function noting(target: string) {
  const seen: (string | undefined)[] = [];
  const url = await listen((incoming, outgoing) => {
    seen.push(incoming.headers.traceparent as string | undefined);
    const onward = request(target + incoming.url, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  return { url, seen };
}

type Call = (params: { name: string; arguments: Record<string, unknown>; _meta?: Record<string, unknown> }) => Promise<unknown>;

const eras: [string, (env: Record<string, string>) => Promise<Call>][] = [
  [
    "2025-11-25",
    async (env) => {
      const client = new Client({ name: "traced", version: "1" });
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [serverBuild],
          env: cleanEnv(await freshFolder(), env),
          stderr: "ignore",
        }),
      );
      onTestFinished(() => client.close());
      return (params) => client.callTool(params);
    },
  ],
  [
    "2026-07-28",
    async (env) => {
      const { client } = await connectSecond(await stdioTransport(env), pinned);
      return (params) => client.callTool(params);
    },
  ],
];

describe.each(eras)("a call's traceparent, in %s,", (_era, open) => {
  test("goes with all of its requests to Kibana, and into the journal, and with no other call", async () => {
    const { sandboxUrl } = await product({ sandbox: { empty: true } });
    const { url, seen } = await noting(sandboxUrl);
    const journal = await freshFolder();
    const call = await open({ KIBANA_URL: url, KIBANA_API_KEY: "any", CONNECTORS_JOURNAL_DIR: journal });
    await call({ name: "create_connector", arguments: { name: "Traced", type: ".server-log" }, _meta: { traceparent: trace } });
    expect(seen.length).toBeGreaterThan(3);
    expect(new Set(seen)).toEqual(new Set([trace]));
    expect(await textIn(journal)).toContain(`"trace":"${trace}"`);
    seen.length = 0;
    await call({ name: "list_connectors", arguments: {} });
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });
});

test.each([
  ["no text", 7],
  ["zeros only", `00-${"0".repeat(32)}-b7ad6b7169203331-01`],
  ["no parent", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"],
  ["capital letters", trace.toUpperCase()],
  ["version ff", trace.replace("00-", "ff-")],
  ["a line break and another header", `${trace}\r\nx-evil: 1`],
  ["more behind it", `${trace}-more`],
])("what is no traceparent is dropped: %s", (_what, given) => {
  expect(inTrace(given, traceparent)).toBeUndefined();
});
