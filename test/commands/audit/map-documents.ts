import type { MapDocument } from "../../../src/commands/audit/map-document.ts";
import { nastyNames } from "./nasty-names.ts";

const counts = { nobody: 1, perhaps: 1, told: 1 };
const row = { id: "r", space: "default", enabled: true, type: ".es-query", every: "1m", key_owner: "elastic" };

/** A map of three rules. */
export function mapDocument(more: Partial<MapDocument> = {}): MapDocument {
  return {
    version: "0.1.0",
    deployment: { name: "PROD (https://kibana.example.com)", url: "https://kibana.example.com", kibana_version: "9.5.0", sandbox: false },
    generated_at: "2026-11-22T03:12:00.000Z",
    spaces: 2,
    counts,
    groups: [
      { tag: "checkout", space: "default", counts, connectors: [{ name: "Ops Slack", rules: 2 }] },
      { tag: undefined, space: "security", counts: { nobody: 1, perhaps: 0, told: 0 }, connectors: [] },
    ],
    rules: {
      nobody: [{ ...row, name: "Checkout errors", verdict: "nobody", in_the_way: ["the rule is muted"] }],
      perhaps: [
        {
          ...row,
          name: "Disk",
          verdict: "perhaps",
          routes: [{ connector: "ops-slack", type: ".slack", verdict: "perhaps", in_the_way: ["only alerts that fit its query"] }],
        },
      ],
      told: [
        {
          ...row,
          name: "CPU",
          verdict: "told",
          routes: [{ connector: "ops-slack", type: ".slack", to: "#ops at slack.com", on: "fired", via: ["workflow page"] }],
        },
      ],
    },
    not_seen: [],
    ...more,
  };
}

/** The same with names of people who want to break the page, everywhere. */
export function nastyMap(): MapDocument {
  const rows = nastyNames.map((name) => ({
    ...{ ...row, name, space: name, type: name, every: name, key_owner: name, in_the_way: [name] },
    routes: [{ connector: name, type: name, to: name, on: name, via: [name], in_the_way: [name] }],
  }));
  return mapDocument({
    deployment: { name: nastyNames.join(" "), url: nastyNames.join(" "), kibana_version: nastyNames[0] ?? "", sandbox: false },
    groups: nastyNames.map((name) => ({ tag: name, space: name, counts, connectors: nastyNames.map((own) => ({ name: own, rules: 2 })) })),
    rules: {
      nobody: rows.map((one) => ({ ...one, verdict: "nobody" })),
      perhaps: rows.map((one) => ({ ...one, verdict: "perhaps" })),
      told: rows.map((one) => ({ ...one, verdict: "told" })),
    },
    not_seen: nastyNames.map((name) => ({ space: name, what: name, why: name, fix: name })),
  });
}
