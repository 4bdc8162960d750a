import fc from "fast-check";
import { expect, test } from "vitest";
import { connectorReads } from "../../src/kibana/connectors.ts";

const whole = {
  id: "ops",
  name: "Ops",
  connector_type_id: ".slack",
  config: { channel: "#ops" },
  is_missing_secrets: false,
  is_preconfigured: false,
  is_deprecated: false,
  is_system_action: false,
  is_connector_type_deprecated: false,
  referenced_by_count: 3,
  auth_mode: "per-user",
  user_auth_status: "connected",
};
const keys = Object.keys(whole);

/** Something else, or nothing, in place of one field. */
const bent = fc
  .tuple(fc.nat(), fc.constantFrom<unknown>(undefined, null, "text", 7, true, [], {}))
  .map(([at, value]) => ({ ...whole, [keys[at % keys.length] ?? ""]: value }));

test("a connector in a list is read, or refused, as the same one alone", async () => {
  await fc.assert(
    fc.asyncProperty(bent, async (raw) => {
      const alone = connectorReads(async () => raw).connector("default", "ops");
      const listed = connectorReads(async () => [whole, raw]).connectors("default");
      const [one, list] = await Promise.allSettled([alone, listed]);
      if (one.status === "fulfilled") expect(list).toMatchObject({ status: "fulfilled", value: [{ id: "ops" }, one.value] });
      else expect(list).toMatchObject({ status: "rejected", reason: { code: "kibana_error" } });
    }),
    { numRuns: 300 },
  );
});
