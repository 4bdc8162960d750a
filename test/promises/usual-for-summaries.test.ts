import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { action, makeRule } from "../support/rules-deployment.ts";

type Dict = Record<string, unknown>;

const often = { summary: true, notify_when: "onThrottleInterval", throttle: "1h" };
const once = { summary: false, notify_when: "onActionGroupChange", throttle: null };
const mail = { to: ["a@example.com"], subject: "s", message: "m" };

/** What a move of a mail to a connector of another type asks for, and what becomes of the params that it proposes. */
async function proposed(kind: string, frequency: Dict) {
  const made = await product({ person: accepts, sandbox: { empty: true } });
  for (const id of ["mail", kind])
    await made.bare("POST", `/api/actions/connector/${id}`, { name: `Connector ${id}`, ...rehearsedConnectors[id] });
  await makeRule(made, "r1", [action("mail", { params: mail, frequency })]);
  const move = async (more: Dict = {}) => (await made.call("replace_connector", { from: "mail", to: kind, ...more })).body;
  const { fix } = await move();
  const [, usual = ""] = /usually (\{.*?\})(?:;| with| \(desc)/.exec(fix) ?? [];
  return { usual, moved: await move({ params: JSON.parse(usual) }) };
}

test.each(["pager", "genie", "jsm", "snow", "itom", "sir", "jira", "slack", "teams", "plain"])(
  "the params that a move proposes for a summary are taken as they stand: %s",
  async (kind) => {
    const { usual, moved } = await proposed(kind, often);
    expect(usual).not.toContain("{{alert.");
    expect(moved.status, moved.message).toBe("done");
  },
);

test.each(["pager", "snow"])("for single alerts they open an incident for each: %s", async (kind) => {
  const { usual, moved } = await proposed(kind, once);
  expect(usual).toContain("{{rule.id}}-{{alert.id}}");
  expect(moved.status).toBe("done");
});
