import * as z from "zod";
import type { Get } from "./http.ts";
import { readAs } from "./read-as.ts";

const Advanced = z.object({ settings: z.record(z.string(), z.object({ userValue: z.unknown() })) });
const Defaults = z.object({ defaultConnectors: z.array(z.string()).nullish() });

/** Settings of a space that name connectors. */
export function featureSettingReads(get: Get) {
  return {
    /** The connector to the language model that is used where none is named, undefined for none, and whether no other is. */
    async defaultAiConnector(space: string): Promise<{ id: string | undefined; only: boolean }> {
      const { settings } = readAs(Advanced, await get({ path: "/internal/kibana/settings", space, internal: true }));
      const value = settings["genAiSettings:defaultAIConnector"]?.userValue;
      const id = typeof value === "string" && value !== "" && value !== "NO_DEFAULT_CONNECTOR" ? value : undefined;
      return { id, only: settings["genAiSettings:defaultAIConnectorOnly"]?.userValue === true };
    },
    /**
     * The connectors through which the default rules of Synthetics or Uptime notify.
     * @param internal the route that older versions have for Synthetics
     */
    async defaultConnectors(space: string, of: "synthetics" | "uptime", internal = false): Promise<string[]> {
      const path = `/${internal ? "internal" : "api"}/${of}/settings`;
      return readAs(Defaults, await get({ path, space, internal })).defaultConnectors ?? [];
    },
  };
}
