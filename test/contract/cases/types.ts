import { expect } from "vitest";
import { expectOk, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import type { Kibana } from "../kibana.ts";

interface TypeRow {
  id: string;
  enabled: boolean;
  enabled_in_config: boolean;
  enabled_in_license: boolean;
  supported_feature_ids: string[];
  minimum_license_required: string;
  is_system_action_type?: boolean;
}

const licences = ["basic", "standard", "gold", "platinum", "enterprise", "trial"];
const list = async (kibana: Kibana, query = ""): Promise<TypeRow[]> => expectOk(await kibana.get(`/api/actions/connector_types${query}`));
const ids = (rows: TypeRow[]) => rows.map((row) => row.id).sort();

/** Fields of which the reference does not know the version. */
const uncertainFields = [
  "is_system_action_type",
  "sub_feature",
  "is_deprecated",
  "allow_multiple_system_actions",
  "source",
  "description",
  "is_experimental",
];

export const types: Case[] = [
  verified("§2", "each type tells its name, licence and whether it can be used", async (kibana) => {
    const rows = await list(kibana);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row).toMatchObject({
        id: expect.any(String),
        name: expect.any(String),
        enabled: expect.any(Boolean),
        enabled_in_config: expect.any(Boolean),
        enabled_in_license: expect.any(Boolean),
        minimum_license_required: expect.stringMatching(new RegExp(`^(${licences.join("|")})$`)),
      });
    }
  }),
  verified("§2", "a type is enabled when config and licence allow it", async (kibana) => {
    for (const row of await list(kibana)) {
      expect([row.id, row.enabled]).toEqual([row.id, row.enabled_in_config && row.enabled_in_license]);
    }
  }),
  verified("§2", "each type lists its features", async (kibana) => {
    for (const row of await list(kibana)) expect(row.supported_feature_ids).toEqual(expect.any(Array));
  }),
  verified("§2", ".server-log and .index need the basic licence only and serve alerting", async (kibana) => {
    const rows = (await list(kibana)).filter((row) => [".index", ".server-log"].includes(row.id));
    expect(ids(rows)).toEqual([".index", ".server-log"]);
    for (const row of rows) {
      expect(row.minimum_license_required).toBe("basic");
      expect(row.supported_feature_ids).toContain("alerting");
    }
  }),
  verified("§2", "the public list leaves system types out", async (kibana) => {
    const rows = await list(kibana);
    expect(ids(rows)).toContain(".server-log");
    expect(rows.filter((row) => row.is_system_action_type)).toEqual([]);
    expect(ids(rows)).not.toContain(".cases");
  }),
  ...["alerting", "cases", "workflows"].map((feature) =>
    verified("§2", `feature_id=${feature} gives the types with that feature and no other`, async (kibana) => {
      const wanted = (await list(kibana)).filter((row) => row.supported_feature_ids.includes(feature));
      expect(ids(await list(kibana, `?feature_id=${feature}`))).toEqual(ids(wanted));
    }),
  ),
  verified("§2", "an unknown feature_id gives an empty list", async (kibana) => {
    expect(await list(kibana, "?feature_id=nobody-knows-it")).toEqual([]);
  }),
  unverified("§1", "a feature_id of more than 100 characters", [/^400 \[request query\.feature_id\]: /, "200"], async (kibana) =>
    inWords(await kibana.get(`/api/actions/connector_types?feature_id=${"f".repeat(101)}`)),
  ),
  verified("§2", "the types are the same in every space", async (kibana) => {
    const there: TypeRow[] = expectOk(await kibana.get("/api/actions/connector_types", { space: kibana.otherSpace }));
    expect(ids(there)).toContain(".server-log");
    expect(ids(there)).toEqual(ids(await list(kibana)));
  }),
  verified(
    "§2",
    "the types need no privilege",
    async (kibana) => {
      const rows: TypeRow[] = expectOk(await kibana.get("/api/actions/connector_types", { as: "nobody" }));
      expect(ids(rows)).toEqual(ids(await list(kibana)));
    },
    { needs: ["a key without privileges"] },
  ),
  verified(
    "§2",
    "with an expired licence, no type is enabled",
    async (kibana) => {
      const rows = await list(kibana);
      expect(ids(rows)).toContain(".index");
      for (const row of rows) expect(row).toMatchObject({ enabled: false, enabled_in_license: false });
    },
    { needs: ["licence expired"] },
  ),
  verified(
    "§2",
    "a type that kibana.yml switches off is shown and not enabled",
    async (kibana) => {
      const off = (await list(kibana)).filter((row) => !row.enabled_in_config);
      expect(off.length).toBeGreaterThan(0);
      for (const row of off) expect(row.enabled).toBe(false);
    },
    { needs: ["a type switched off in kibana.yml"] },
  ),
  verified(
    "§2",
    "with the basic licence, gold types are shown and not enabled",
    async (kibana) => {
      const webhook = (await list(kibana)).find((row) => row.id === ".webhook");
      expect(webhook).toMatchObject({ enabled: false, enabled_in_license: false, minimum_license_required: "gold" });
    },
    { needs: ["licence basic"] },
  ),
  ...uncertainFields.map((field) =>
    unverified("§2", `the field ${field} of a connector type`, ["absent", /^on (all|some): /], async (kibana) => {
      const rows = (await list(kibana)) as unknown as Record<string, unknown>[];
      const having = rows.filter((row) => field in row);
      if (having.length === 0) return "absent";
      const values = [...new Set(having.map((row) => JSON.stringify(row[field])))].sort().slice(0, 3);
      return `on ${having.length === rows.length ? "all" : "some"}: ${values.join(", ")}`;
    }),
  ),
  unverified("§2", "literal feature ids", [/\balerting\b/], async (kibana) =>
    [...new Set((await list(kibana)).flatMap((row) => row.supported_feature_ids))].sort().join(", "),
  ),
];
