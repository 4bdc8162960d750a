import * as z from "zod";
import type { Query } from "./http.ts";
import { readAs } from "./read-as.ts";

const flag = z.boolean().default(false);
const Capabilities = z.object({ actions: z.object({ show: flag, execute: flag, save: flag, delete: flag }).prefault({}) });

/** What the feature Actions and Connectors lets the credentials do in a space. */
export interface ConnectorRights {
  read: boolean;
  execute: boolean;
  change: boolean;
  delete: boolean;
}

export function capabilityReads(query: Query) {
  return {
    /** What Kibana's own pages check before they show a button; a space without the feature gives no rights (actions/server/feature.ts). */
    async connectorRights(space: string): Promise<ConnectorRights> {
      const body = await query({ path: "/api/core/capabilities", space, body: { applications: [] } });
      const { actions } = readAs(Capabilities, body);
      return { read: actions.show, execute: actions.execute, change: actions.save, delete: actions.delete };
    },
  };
}
