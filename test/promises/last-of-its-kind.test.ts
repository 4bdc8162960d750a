import { describe, expect, onTestFinished, test } from "vitest";
import { answering, noPrivilege, type OtherUsers, page, refused, withChat } from "../support/other-users.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const ok = (body: unknown) => ({ status: 200, body });
const schedules = "/api/attack_discovery/schedules/_find";
const nightly = (more: object) => ok({ total: 1, data: [{ id: "s", name: "Nightly", enabled: true, ...more }] });

/** What names a connector `gone`, in a space with connectors of another kind, to which rules refer. */
async function audited(users: OtherUsers, version: string) {
  const url = await withChat(".slack", version, onTestFinished);
  const server = await shared(`${version} ${expect.getState().currentTestName}`, url, {
    ...answering(users),
    answer({ method, path }, body) {
      if (method === "GET" && path === "/api/actions/connectors") for (const one of body) one.referenced_by_count = 1;
    },
  });
  const { body } = await server.call("audit_connectors", { checks: ["dangling_reference"], detail: true, spaces: ["default"] });
  const found = body.findings.map((one: { connector: { id: string }; user?: { kind: string } }) => [one.connector.id, one.user?.kind]);
  const missed = (body.not_checked ?? []).filter(({ why }: { why: string }) => why.startsWith("Not looked at"));
  return { found, missed };
}

describe("what names a connector is found by an audit also when no connector of its kind is left", () => {
  test.each<[string, OtherUsers, string, string]>([
    ["an agent", { "/api/agent_builder/agents": page({ id: "a", name: "A", configuration: { connector_ids: ["gone"] } }) }, "agent", "9.5"],
    ["a tool of agents", { "/api/agent_builder/tools": page({ id: "t", configuration: { connector_id: "gone" } }) }, "agent_tool", "9.5"],
    ["the model of a schedule", { [schedules]: nightly({ params: { api_config: { connectorId: "gone" } } }) }, "attack_discovery", "9.2"],
    [
      "whom a schedule notifies",
      { [schedules]: nightly({ params: { api_config: { connectorId: "chat" } }, actions: [{ id: "gone" }] }) },
      "attack_discovery",
      "9.5",
    ],
    [
      "the default AI connector",
      { "/internal/kibana/settings": ok({ settings: { "genAiSettings:defaultAIConnector": { userValue: "gone" } } }) },
      "setting",
      "9.2",
    ],
    ["significant events", { "/internal/streams/_significant_events/settings": ok({ connectorIdDiscovery: "gone" }) }, "setting", "9.5"],
    ["leads", { "/internal/entity_analytics/leads/status": ok({ isEnabled: true, connectorId: "gone" }) }, "setting", "9.5"],
    ["Synthetics", { "/internal/synthetics/settings": ok({ defaultConnectors: ["gone"] }) }, "setting", "8.17"],
    ["Uptime", { "/api/uptime/settings": ok({ defaultConnectors: ["gone"] }) }, "setting", "9.2"],
    ["settings of cases", { "/api/cases/configure": ok([{ id: "c", owner: "cases", connector: { id: "gone" } }]) }, "case_settings", "9.5"],
  ])("%s", async (_what, users, kind, version) => {
    expect((await audited(users, version)).found).toEqual([["gone", kind]]);
  });

  test.each(["8.17", "9.2", "9.5"])("and nothing is found or missed where nothing does: %s", async (version) => {
    expect(await audited({}, version)).toEqual({ found: [], missed: [] });
  });

  test("what a key may not read is no news", async () => {
    const path = "/api/synthetics/settings";
    expect((await audited({ [path]: noPrivilege }, "9.5")).missed).toEqual([]);
  });

  test("what cannot be read for another reason was not checked", async () => {
    const { missed } = await audited({ "/api/synthetics/settings": refused("boom", 500) }, "9.5");
    expect(missed).toEqual([expect.objectContaining({ why: expect.stringContaining("the settings of Synthetics (") })]);
  });
});
