import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canary, leaks } from "./canaries.ts";
import { startLyingKibana, startWatched, type Watched } from "./watched-server.ts";

const faults = [
  "timeout_before",
  "timeout_after",
  "cut_before",
  "cut_after",
  "conflict",
  "rate_limit",
  "error",
  "error_after",
  "html",
  "html_502",
  "truncated",
  "unavailable",
];
const kinds = {
  "an URL": { type: ".slack", config: {}, field: "webhookUrl", value: canary("url") },
  "a container of a key": {
    type: ".webhook",
    config: { url: "https://hooks.example.com/kibana", hasAuth: true, authType: "webhook-authentication-ssl", certType: "ssl-pfx" },
    field: "pfx",
    value: canary("base64"),
  },
} as const;
const canaries = Object.fromEntries(Object.entries(kinds).map(([name, { value }]) => [name, value]));

let kibana: Awaited<ReturnType<typeof startLyingKibana>>;
let server: Watched;
beforeAll(async () => {
  kibana = await startLyingKibana();
  const env = Object.fromEntries(Object.values(kinds).map(({ field, value }) => [`CONNECTOR_SECRET_${field.toUpperCase()}`, value.value]));
  server = await startWatched({
    env: { ...env, KIBANA_URL: kibana.url, KIBANA_TIMEOUT: "0.5", CONNECTORS_TARGET_HOSTS: "*", CONNECTORS_LOG_LEVEL: "debug" },
  });
  await kibana.tell("none");
});
afterAll(async () => {
  await server.close();
  await kibana.stop();
});

describe("when the write fails", () => {
  test.concurrent.each(faults.flatMap((fault) => Object.keys(kinds).map((kind) => [fault, kind] as const)))(
    "by %s, %s is sent once (again where Kibana took nothing) and found nowhere else",
    async (fault, kind) => {
      const { type, config, field, value } = kinds[kind as keyof typeof kinds];
      const id = `${fault.replace("_", "-")}-${field.toLowerCase()}`;
      const path = `/api/actions/connector/${id}`;
      await kibana.fault(fault, { method: "POST", path });
      const args = { id, name: `Run ${id}`, type, config, secrets: { [field]: { $env: `CONNECTOR_SECRET_${field.toUpperCase()}` } } };
      const { failed, body } = await server.call("create_connector", args);
      // Never plain success: it failed, or the answer says how the outcome was found out.
      const isRepeated = fault === "rate_limit";
      expect(isRepeated || failed || body.status === "unknown" || body.warnings.join().includes("It happened anyway.")).toBe(true);
      const carrying = (await kibana.seen()).filter((one) => one.path.startsWith(path) && leaks({ value }, one.body).length > 0);
      expect(carrying.map(({ method }) => method)).toEqual(isRepeated ? ["POST", "POST"] : ["POST"]);
    },
  );

  test("and nothing that left the server holds them", async () => {
    await server.call("list_changes", { limit: 100 });
    const out = server.out();
    expect(out.stderr.match(/"outcome":"(not_done|unknown)"/g)?.length).toBeGreaterThan(faults.length);
    for (const [where, text] of Object.entries(out)) expect(leaks(canaries, text), where).toEqual([]);
  });
});
