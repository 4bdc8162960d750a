import * as z from "zod";
import type { Query } from "./http.ts";
import { readAs } from "./read-as.ts";

const flag = z.boolean().default(false);
/** One section for each feature, by its id. */
const Sections = z.record(z.string(), z.unknown());
const Cases = z.object({ read_cases: z.boolean() });
/** Ids of features change with their privileges: `securitySolutionCases`, `securitySolutionCasesV2`. */
const caseFeature = /^(\w+?)Cases(?:V\d+)?$/;
const ownersOfCases: Record<string, string> = { general: "cases" };
const Capabilities = z.object({ actions: z.object({ show: flag, execute: flag, save: flag, delete: flag }).prefault({}) });

/** What the feature Actions and Connectors lets the credentials do in a space. */
export interface ConnectorRights {
  read: boolean;
  execute: boolean;
  change: boolean;
  delete: boolean;
}

/** An application that has cases of its own (cases/common/constants/owner.ts), and the features of Kibana that stand for it. */
export interface CaseOwner {
  owner: string;
  features: string[];
  readable: boolean;
}

export function capabilityReads(query: Query) {
  return {
    /** Whose cases this Kibana has, and whether the credentials may read them; nobody may in a space that hides the features. */
    async caseOwners(space: string): Promise<CaseOwner[]> {
      const body = await query({ path: "/api/core/capabilities", space, body: { applications: [] } });
      const found = new Map<string, CaseOwner>();
      for (const [feature, section] of Object.entries(readAs(Sections, body))) {
        const [, name] = caseFeature.exec(feature) ?? [];
        const { data } = Cases.safeParse(section);
        if (name === undefined || !data) continue;
        const owner = ownersOfCases[name] ?? name;
        const { features = [], readable = false } = found.get(owner) ?? {};
        found.set(owner, { owner, features: [...features, feature], readable: readable || data.read_cases });
      }
      return [...found.values()];
    },
    /** What Kibana's own pages check before they show a button; a space without the feature gives no rights (actions/server/feature.ts). */
    async connectorRights(space: string): Promise<ConnectorRights> {
      const body = await query({ path: "/api/core/capabilities", space, body: { applications: [] } });
      const { actions } = readAs(Capabilities, body);
      return { read: actions.show, execute: actions.execute, change: actions.save, delete: actions.delete };
    },
  };
}
