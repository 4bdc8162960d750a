import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

const trigger = (id: string) => `triggers:
  - type: inboundWebhook.received
    connector-id: ${id}
steps:
  - name: say
    type: console
    with: { message: hi }
`;
const step = (id: string) => `triggers:
  - type: manual
steps:
  - name: say
    type: slack
    connector-id: ${id}
    with: { message: hi }
`;
const inbound = { connector_type_id: ".inboundWebhook", config: {}, secrets: { authType: "none" } };
const chat = { connector_type_id: ".slack", config: {}, secrets: { webhookUrl: "https://hooks.slack.com/services/T/B/x" } };

async function kibana(connector: object, yaml: string, name = "Orders") {
  const made = await product({ person: accepts, sandbox: { empty: true, version: "9.6.0" } });
  for (const id of ["orders", "other"]) {
    const body = { ...connector, name: id === "orders" ? name : "Other" };
    await made.bare("POST", `/api/actions/connector/${id}`, body);
  }
  await made.bare("POST", "/api/workflows/workflow", { id: "flow", yaml: `name: Flow\nenabled: true\n${yaml}` });
  return made;
}

describe("white space around what names a connector in a workflow hides no user", () => {
  test.each<[string, object, string, string?]>([
    ["a trigger's id before it", inbound, trigger('" orders"')],
    ["a trigger's id after it", inbound, trigger('"orders "')],
    ["a trigger's id with a tab", inbound, trigger('"\\torders\\t"')],
    ["a trigger's id as a block", inbound, trigger("|\n      orders")],
    ["a trigger's id from a constant", inbound, `consts: { in: " orders " }\n${trigger('"{{ consts.in }}"')}`],
    ["a trigger's name", inbound, trigger('" Orders"')],
    ["a step's id", chat, step('"orders "')],
    ["a step's name", chat, step('" Orders "')],
    ["a name that has it itself", chat, step('" Orders "'), " Orders "],
    ["a name that has it itself, without it", chat, step('"Orders"'), "Orders "],
  ])("%s", async (_what, connector, yaml, name) => {
    const { call, writes } = await kibana(connector, yaml, name);
    const { body } = await call("safe_delete_connector", { ids: ["orders"] });
    expect([body.code, writes()]).toEqual(["in_use", []]);
    const { body: shown } = await call("get_connector", { id: "orders", include: ["rules"] });
    expect(JSON.stringify(shown)).toContain('"Flow"');
    const { body: audit } = await call("audit_connectors", { checks: ["dangling_reference", "ambiguous_name"] });
    expect(JSON.stringify(audit.result?.findings ?? audit)).not.toContain("Flow");
  });

  test("what a run fills in between it may be the connector", async () => {
    const { call } = await kibana(inbound, trigger('" or{{ event.rest }} "'));
    const { body } = await call("safe_delete_connector", { ids: ["orders"], dry_run: true });
    expect(JSON.stringify(body)).toContain("decided when it runs");
  });

  test("another id or name stays another, and white space within counts", async () => {
    for (const id of ['" other "', '"or ders"', '" orders-in "', '" Ord ers"']) {
      const { call } = await kibana(inbound, trigger(id));
      const { body } = await call("safe_delete_connector", { ids: ["orders"] });
      expect([id, body.status]).toEqual([id, "done"]);
    }
  });

  test("a trigger so written moves to another connector, and back", async () => {
    const { call, bare } = await kibana(inbound, trigger('" orders"'));
    const { body } = await call("replace_connector", { from: "orders", to: "other" });
    const yaml = async () => JSON.parse(await bare("GET", "/api/workflows/workflow/flow")).yaml as string;
    expect([body.status, await yaml()]).toEqual(["done", expect.stringContaining('connector-id: "other"\n')]);
    await call(body.undo.tool, body.undo.args);
    expect(await yaml()).toContain('connector-id: " orders"\n');
  });
});
