import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { answeringProxy } from "../support/answering-proxy.ts";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith();
});
afterAll(() => sandbox.stop());

describe("a secret of digits", () => {
  test.each<[string, string, string]>([
    ["as a number", "9876543210123", '{"pin":9876543210123}'],
    ["as a number in a list", "9876543210123", "[1,[9876543210123]]"],
    ["as a bare number", "9876543210123", "9876543210123"],
    ["below zero", "9876543210123", '{"pin":-9876543210123}'],
    ["with a fraction", "3.14159265358", '{"pin":3.14159265358}'],
    ["that ends in zeros", "98765432.100", '{"pin":98765432.1}'],
    ["that begins with zeros", "0098765432", '{"pin":98765432}'],
    ["longer than numbers are exact", "98765432101234567890", '{"pin":98765432101234567890}'],
    ["within a longer number", "98765432101", '{"pin":12398765432101}'],
    ["as a text", "9876543210123", '{"pin":"9876543210123"}'],
  ])("%s is removed from an answer", async (_form, secret, data) => {
    const proxy = await answeringProxy(sandbox.url, (path) =>
      path.endsWith("/_execute") ? `{"status":"ok","connector_id":"deploy-hook","data":${data}}` : undefined,
    );
    const server = await startServer({ env: { KIBANA_URL: proxy, KIBANA_API_KEY: "any", CONNECTOR_SECRET_PIN: secret }, person: yes });
    onTestFinished(() => server.close());
    const { body } = await server.call("execute_connector", { id: "deploy-hook", params: { body: "x" } });
    expect(body.status).toBe("done");
    expect(JSON.stringify(body.result)).toContain("[redacted]");
    expect(JSON.stringify(body.result)).not.toContain("98765432");
    expect(JSON.stringify(body.result)).not.toContain("3.1415");
  });
});
