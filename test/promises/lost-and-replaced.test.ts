import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { seedConnector } from "../support/stored-documents.ts";

const hook = { type: ".webhook", config: { url: "https://hooks.example.com/a", method: "post", hasAuth: false } };

describe("an update that names nothing", () => {
  test("of a connector that lost its secrets says so, with the call that enters them again", async () => {
    const { call } = await product({ person: accepts });
    const { body } = await call("update_connector", { id: "imported-pagerduty", secrets: {} });
    expect([body.status, body.warnings]).toEqual([
      "no_change",
      ["It has lost its secrets: Kibana skips its runs until they are entered again."],
    ]);
    expect(body.next).toMatchObject([
      { tool: "update_connector", args: { id: "imported-pagerduty", secrets: { routingKey: { $ask: true } } } },
    ]);
    expect((await call(body.next[0].tool, { ...body.next[0].args, dry_run: true })).body.status).toBe("planned");
  });

  test("of another one says nothing", async () => {
    const { call } = await product({ person: accepts });
    const { body } = await call("update_connector", { id: "ops-pagerduty", secrets: {} });
    expect([body.status, body.warnings, body.next]).toEqual(["no_change", undefined, undefined]);
  });
});

describe("several secrets by name that an update replaces as a whole", () => {
  const said = "secrets.secretHeaders is replaced as a whole: X-One is lost.";
  const started = async () => {
    const made = await product({ person: accepts, env: { CONNECTOR_SECRET_A: "a-header-value" }, sandbox: { empty: true } });
    await seedConnector(made, { id: "hook", ...hook, secrets: { secretHeaders: { "X-One": "1" } } });
    return made;
  };

  test.each<[string, Record<string, unknown>]>([
    ["typed", { "X-Two": { $ask: true } }],
    ["given", { "X-Two": { $env: "CONNECTOR_SECRET_A" } }],
    ["both", { "X-Two": { $env: "CONNECTOR_SECRET_A" }, "X-Three": { $ask: true } }],
  ])("are said to be, before anybody agrees, where the call drops them: %s", async (_how, others) => {
    const { call } = await started();
    const given = { id: "hook", dry_run: true };
    const refused = await call("update_connector", { ...given, secrets: { secretHeaders: others } });
    expect([refused.body.code, refused.body.detail?.secrets.secretHeaders]).toEqual([
      "secrets_needed",
      { ...others, "X-One": { $ask: true } },
    ]);
    const secretHeaders = { ...others, "X-One": null };
    const { body } = await call("update_connector", { id: "hook", secrets: { secretHeaders }, dry_run: true });
    expect([body.status, body.warnings.filter((one: string) => one === said)]).toEqual(["planned", [said]]);
  });

  test("are said to be in general where Kibana does not list them", async () => {
    const { call, fault } = await started();
    await fault("error", { path: "/secret_headers", times: 10 });
    const secrets = { secretHeaders: { "X-Two": { $ask: true } } };
    const { body } = await call("update_connector", { id: "hook", secrets, dry_run: true });
    expect(body.warnings).toContain("secrets.secretHeaders is replaced as a whole: names in it that are not given are lost.");
  });

  test("are not where each is one text", async () => {
    const { call, ...made } = await started();
    await seedConnector({ call, ...made }, { id: "pager", type: ".pagerduty", secrets: { routingKey: "k".repeat(32) } });
    const { body } = await call("update_connector", { id: "pager", secrets: { routingKey: { $ask: true } }, dry_run: true });
    expect([body.status, JSON.stringify(body)]).toEqual(["planned", expect.not.stringContaining("as a whole")]);
  });
});
