import { type Case, noConnector } from "../cases/case.ts";
import type { Connector, State } from "../types.ts";

/** A case that pushes to a connector. */
export function seedCase(id: string, owner: Case["owner"], connector: Connector, state: State): void {
  state.cases.set({
    ...{ id, space: connector.space, owner, title: id.replaceAll("-", " "), status: "open", revision: 1 },
    connector: { ...noConnector, id: connector.id, name: connector.name, type: connector.type },
    ...{ createdBy: "elastic", createdAt: "2026-05-04T10:00:00.000Z" },
  });
}

export function seedCases(state: State): void {
  for (const [id, owner, used] of [
    ["case-phishing-2031", "securitySolution", "soc-jira"],
    ["case-disk-incident-77", "cases", "servicenow-itsm"],
  ] as const) {
    const connector = state.connectors.get(used);
    if (connector) seedCase(id, owner, connector, state);
  }
}
