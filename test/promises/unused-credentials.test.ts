import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "../support/built-server.ts";
import { listen } from "../support/server.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const tokens = join(mkdtempSync(join(tmpdir(), "tokens-")), "tokens.json");
writeFileSync(tokens, JSON.stringify({ principals: [{ name: "ann", token: "annsAuthToken-0123456789" }] }), { mode: 0o600 });

/** What `list_connectors` says of a Kibana that repeats these texts, by server with these variables. */
async function repeated(env: Record<string, string>, texts: readonly string[]): Promise<string> {
  const url = await listen((_request, response) => {
    response.writeHead(500, { "content-type": "application/json", "kbn-name": "k" });
    response.end(JSON.stringify({ statusCode: 500, error: "Error", message: `It failed: ${texts.join(" | ")} | the end` }));
  });
  const server = await startServer({ env: { KIBANA_URL: url, KIBANA_API_KEY: base64("id:key12345678"), ...env } });
  try {
    return JSON.stringify((await server.call("list_connectors")).raw);
  } finally {
    await server.close();
  }
}

test.each<[string, Record<string, string>, string[]]>([
  [
    "a proxy that no_proxy passes by",
    { https_proxy: "http://pu:proxyPass-9912@127.0.0.1:1", NO_PROXY: "127.0.0.1" },
    ["proxyPass-9912", "pu:proxyPass-9912", base64("pu:proxyPass-9912")],
  ],
  [
    "a proxy whose password is encoded",
    { HTTP_PROXY: "http://pu:proxyP%40ss-9912@127.0.0.1:1", NO_PROXY: "127.0.0.1" },
    ["proxyP%40ss-9912", "proxyP@ss-9912", base64("pu:proxyP@ss-9912")],
  ],
  ["a proxy for another scheme", { HTTPS_PROXY: "http://pu:proxyPass-9912@127.0.0.1:1" }, ["proxyPass-9912"]],
  ["a proxy for all", { all_proxy: "socks5://pu:proxyPass-9912@127.0.0.1:1" }, ["proxyPass-9912"]],
  ["a proxy that cannot be read", { http_proxy: "http://pu:proxy#Pass-9912@127.0.0.1:1", no_proxy: "*" }, ["proxy#Pass-9912"]],
  ["a token for HTTP clients over stdio", { MCP_AUTH_TOKEN: "mcpAuthTok-0123456789abcdefXYZ" }, ["mcpAuthTok-0123456789abcdefXYZ"]],
  ["a file of such tokens", { MCP_AUTH_TOKEN_FILE: tokens }, ["annsAuthToken-0123456789"]],
])("%s is hidden where Kibana repeats it, though this server does not use it", async (_what, env, texts) => {
  const shown = await repeated(env, texts);
  for (const text of texts) expect(shown).not.toContain(text);
  expect(shown).toContain("the end");
});

test.each([
  ["a proxy without a password", { HTTPS_PROXY: "http://proxy.example.com:3128", ALL_PROXY: "" }],
  ["a file of tokens that is not there", { MCP_AUTH_TOKEN_FILE: "/nowhere/tokens.json" }],
  ["a token that nobody filled in", { MCP_AUTH_TOKEN: "$" + "{MCP_TOKEN}" }],
])("%s hides nothing", async (_what, env) => {
  expect(await repeated(env, ["proxy.example.com asks", "nowhere"])).toContain("It failed: proxy.example.com asks | nowhere | the end");
});
