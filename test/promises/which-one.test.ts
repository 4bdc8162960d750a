import { expect, onTestFinished, test } from "vitest";
import { startServer, yes } from "../support/built-server.ts";
import { deployment, logs, makeConnector } from "./race-deployment.ts";

const names: [what: string, name: string][] = [
  ["long", `Disk of the database ${"in the second room ".repeat(8)}`],
  ["another one's", "Disk"],
  ["the same as another one's but for what nobody sees", "Di\u200bsk\u0007"],
  ["one that holds another one's id", "Disk (rule-b)"],
];

test.each(names)("a question names what it is about by its id too, where the name is %s", async (_what, name) => {
  const world = await deployment({ connectors: ["log", "other"], rules: { "rule-b": [] } });
  await makeConnector(world.bare, "chat-1", { name });
  await makeConnector(world.bare, "chat-2", { name: "Disk" });
  const base = { rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "1m" }, params: {} };
  await world.bare("POST", "/api/alerting/rule/rule-1", { ...base, name, actions: [logs("other")] });
  await world.bare("POST", "/api/alerting/rule/rule-2", { ...base, name: "Disk", actions: [] });
  const server = await startServer({ env: { KIBANA_URL: world.url, KIBANA_API_KEY: "any" }, person: yes });
  onTestFinished(() => server.close());
  const first = async (tool: string, args: Record<string, unknown>) => {
    const before = server.questions.length;
    const { body } = await server.call(tool, args);
    const [line = ""] = server.questions[before]?.split("\n") ?? [JSON.stringify(body)];
    return { line, question: server.questions[before] ?? "", body };
  };
  const attached = await first("attach_connector", { connector: "chat-1", rules: ["rule-1"] });
  expect(attached.line).toMatch(/id chat-1\) to rule ".+" (\(\d+ characters\) )?\(rule-1\) in space/);
  expect(attached.question).toContain("(chat-1): query matched");
  expect((await first("replace_connector", { from: "chat-1", to: "chat-2" })).line).toMatch(
    /rule ".+ ?\(rule-1\) from ".+ ?\(chat-1\) to "Disk" \(chat-2\)/,
  );
  expect((await first("undo_change", { change: "last" })).line).toMatch(/of rule ".+ ?\(rule-1\) in space/);
  expect((await first("replace_connector", { from: "chat-1", remove: true })).line).toMatch(/".+ ?\(chat-1\) from rule ".+ ?\(rule-1\) in/);
  expect((await first("update_connector", { id: "chat-1", name: `${name.slice(0, 40)}.` })).line).toContain("id chat-1)");
  expect((await first("test_connector", { id: "chat-1", mode: "loud" })).line).toContain("id chat-1)");
  expect((await first("safe_delete_connector", { ids: ["chat-1"] })).line).toContain("id chat-1)");
});
