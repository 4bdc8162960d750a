import * as z from "zod";
import { KibanaError } from "./errors.ts";
import { type Get, path } from "./http.ts";
import { readAs } from "./read-as.ts";

const Space = z.object({ id: z.string(), name: z.string() });
const Hidden = z.object({ disabledFeatures: z.array(z.string()).default([]) });
const Spaces = z.array(Space);
export type Space = z.output<typeof Space>;

export function spaceReads(get: Get) {
  return {
    /** The spaces that the key may see, each with its picture. */
    async spaces(): Promise<Space[]> {
      return readAs(Spaces, await get({ path: "/api/spaces/space", largest: 32 }));
    },
    /** Ids of the features that a space hides from everybody. */
    async hiddenFeatures(id: string): Promise<string[]> {
      return readAs(Hidden, await get({ path: `/api/spaces/space${path(id)}` })).disabledFeatures;
    },
    /** Whether the space exists; "hidden" when the key may not see it. Kibana's other routes do not check (reference/kibana-api.md §0). */
    async space(id: string): Promise<"exists" | "missing" | "hidden"> {
      try {
        await get({
          path: `/api/spaces/space${path(id)}`,
        });
        return "exists";
      } catch (error) {
        // A proxy's page says nothing about spaces.
        if (!(error instanceof KibanaError) || error.code === "kibana_unreachable") throw error;
        if (error.status === 404) return "missing";
        if (error.status === 403) return "hidden";
        throw error;
      }
    },
  };
}
