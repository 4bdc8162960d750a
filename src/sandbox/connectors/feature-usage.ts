import type { Call, Reply, Route, State } from "../types.ts";
import { typeRows } from "./type-rows.ts";

/** When a connector of each type that is not free was last made, changed or run: licensing/server/routes/feature_usage.ts, of which other features are left out. */
async function featureUsage(_call: Call, state: State): Promise<Reply> {
  const paid = [...(await typeRows(state)).values()].filter(({ license }) => license !== "basic");
  const features = paid.map(({ id, name, license }) => ({
    name: `Connector: ${name}`,
    last_used: state.lastUsed.get(id) ?? null,
    context: null,
    license_level: license,
  }));
  return { status: 200, body: { features } };
}

export const featureUsageRoutes: readonly Route[] = [{ method: "GET", path: "/api/licensing/feature_usage", handler: featureUsage }];
