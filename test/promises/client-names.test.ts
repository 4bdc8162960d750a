import { describe, expect, test, vi } from "vitest";
import { initialize, servedProduct, toolCall } from "../support/http.ts";
import { envelope, secondRequest } from "../support/rounds.ts";

const secret = "Kq81-jf92-zzQ0-0aPl";
const env = { CONNECTOR_SECRET_P: secret };
const args = { name: "Named", type: ".server-log" };

/** A change by a client with that name; what journal and log got, and who made it by the list of changes. */
async function changedBy(era: "first" | "second", name: string) {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const { send, journal } = await servedProduct({ env, sandbox: { empty: true }, settings: { logLevel: "info" } });
  const clientInfo = { name, version: name };
  let call = (tool: string, given: Record<string, unknown>) => {
    const { headers, body } = secondRequest("tools/call", { name: tool, arguments: given });
    const { params, ...rest } = body as { params: Record<string, unknown> };
    const _meta = { ...envelope(), "io.modelcontextprotocol/clientInfo": clientInfo };
    return send({ headers, body: { ...rest, params: { ...params, _meta } } });
  };
  if (era === "first") {
    const hello = initialize();
    const { headers } = await send({ body: { ...hello, params: { ...hello.params, clientInfo } } });
    const own = { "mcp-session-id": String(headers["mcp-session-id"]) };
    call = (tool, given) => send({ headers: own, body: toolCall(tool, given) });
  }
  const read = (got: Awaited<ReturnType<typeof call>>) => JSON.parse(got.json.result.content[0].text);
  expect(read(await call("create_connector", args)).status).toBe("done");
  const { by } = read(await call("list_changes", {})).changes[0];
  const logged = lines.flatMap((line) => JSON.parse(line)).find(({ event }) => event === "change").client;
  return { by, logged, journal: await journal(), log: lines.join("") };
}

describe.each(["first", "second"] as const)("in the %s era, the name that a client gives itself", (era) => {
  test.each(["x".repeat(400_000), "y ".repeat(200_000), "\u0000".repeat(50_000)])("is cut before it is recorded", async (name) => {
    const { by, logged, journal, log } = await changedBy(era, name);
    expect(Math.max(String(by ?? "").length, String(logged ?? "").length)).toBeLessThanOrEqual(120);
    expect(Math.max(journal.length, log.length)).toBeLessThan(5000);
  });

  test.each([secret, `client of ${secret}`, `${"z".repeat(110)} ${secret}`])(
    "is recorded without a secret that the server knows",
    async (name) => {
      const { by, logged, journal, log } = await changedBy(era, name);
      const all = `${by} ${logged} ${journal} ${log}`;
      expect(all).not.toContain(secret.slice(0, 9));
    },
  );

  test("is recorded as it is otherwise", async () => {
    const { by, logged } = await changedBy(era, "Claude Code (desktop) 2.1");
    expect([by, logged]).toEqual(["Claude Code (desktop) 2.1", "Claude Code (desktop) 2.1"]);
  });
});
