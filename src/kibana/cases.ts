import * as z from "zod";
import type { Get } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Connector = z.object({ id: z.string() }).nullish();
const Configurations = z.array(
  z.object({
    id: z.string().nullish(),
    owner: z.string(),
    connector: Connector,
    templates: z
      .array(z.object({ key: z.string().nullish(), name: z.string().nullish(), caseFields: z.object({ connector: Connector }).nullish() }))
      .nullish(),
  }),
);
const Page = z.object({
  total: z.number(),
  cases: listOf(z.object({ id: z.string(), title: z.string(), status: z.string().nullish(), connector: Connector })),
});

const Templates = z.object({
  total: z.number(),
  templates: listOf(z.object({ templateId: z.string(), name: z.string(), definition: z.object({ connector: Connector }) })),
});

/** What new cases of one owner (cases, observability, securitySolution) push to. */
export interface CaseSettings {
  id: string;
  owner: string;
  /** Undefined for none. */
  connector: string | undefined;
  templates: { name: string; connector: string }[];
}

export interface Case {
  id: string;
  title: string;
  open: boolean;
  connector: string | undefined;
}

/** One that is written in YAML, and is no part of the settings. */
export interface CaseTemplate {
  id: string;
  name: string;
  connector: string | undefined;
}

/** The most that Kibana takes. */
const casesOnAPage = 100;

/** Kibana writes "none" where there is none. */
function chosen(connector: z.output<typeof Connector>): string | undefined {
  return connector && connector.id !== "none" ? connector.id : undefined;
}

export function caseReads(get: Get) {
  return {
    /** The settings of the owners that the key may read; the others are left out without a word. */
    async caseSettings(space: string): Promise<CaseSettings[]> {
      return readAs(Configurations, await get({ path: "/api/cases/configure", space })).map(({ id, owner, connector, templates }) => ({
        id: id ?? owner,
        owner,
        connector: chosen(connector),
        templates: (templates ?? []).flatMap(({ key, name, caseFields }) => {
          const used = chosen(caseFields?.connector);
          return used === undefined ? [] : [{ name: name ?? key ?? "", connector: used }];
        }),
      }));
    },
    /** One page of the newest versions of the templates, also of those that are off. Those that are not valid Kibana only counts. */
    async caseTemplates(space: string, at: number): Promise<{ total: number; templates: CaseTemplate[] }> {
      const query = { page: at, perPage: casesOnAPage };
      const body = await get({ path: "/internal/cases/templates", space, internal: true, largest: 32, query });
      const { total, templates } = readAs(Templates, body);
      return {
        total,
        templates: templates.map(({ templateId: id, name, definition }) => ({ id, name, connector: chosen(definition.connector) })),
      };
    },
    /** One page of the cases of a space, open and closed. */
    async cases(space: string, at: number): Promise<{ total: number; cases: Case[] }> {
      const query = { page: at, perPage: casesOnAPage };
      const { total, cases } = readAs(Page, await get({ path: "/api/cases/_find", space, largest: 32, query }));
      return {
        total,
        cases: cases.map(({ id, title, status, connector }) => ({ id, title, open: status !== "closed", connector: chosen(connector) })),
      };
    },
  };
}
