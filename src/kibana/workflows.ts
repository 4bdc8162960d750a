import * as z from "zod";
import type { Get, Query } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Workflow = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean().default(false),
  valid: z.boolean().nullish(),
  managed: z.boolean().nullish(),
  definition: z.record(z.string(), z.unknown()).nullish(),
  yaml: z.string().nullish(),
});
const Page = z.object({ total: z.number(), results: listOf(Workflow) });

export interface Workflow {
  id: string;
  name: string;
  enabled: boolean;
  /** Elastic's, which users only switch on and off. */
  managed: boolean;
  /** As Kibana parsed it; undefined where the YAML is not valid. */
  definition: Record<string, unknown> | undefined;
  /** Undefined where the list leaves it out. */
  yaml: string | undefined;
}

/** Kibana's own default (workflows_management/server/api/routes/workflows/get_workflows.ts). */
const workflowsOnAPage = 100;

export function workflowReads(get: Get, query: Query) {
  function page(body: unknown) {
    const { total, results } = readAs(Page, body);
    return {
      total,
      workflows: results.map(
        ({ definition, yaml, managed, valid, ...rest }): Workflow => ({
          ...rest,
          managed: managed ?? false,
          definition: valid === false ? undefined : (definition ?? undefined),
          yaml: yaml ?? undefined,
        }),
      ),
    };
  }

  return {
    /**
     * One page of the workflows of a space, the latest change first.
     * @param managed whether Elastic's are asked for too: from 9.5 on, with a privilege of their own
     */
    async workflows(space: string, at: number, managed: boolean): Promise<{ total: number; workflows: Workflow[] }> {
      const asked = { page: at, size: workflowsOnAPage, managed: managed ? "all" : undefined };
      return page(await get({ path: "/api/workflows", space, largest: 64, query: asked }));
    },
    /** The same in 9.3, whose routes had no version. */
    async searchWorkflows(space: string, at: number): Promise<{ total: number; workflows: Workflow[] }> {
      const body = { page: at, size: workflowsOnAPage, query: "" };
      return page(await query({ path: "/api/workflows/search", space, largest: 64, body }));
    },
  };
}
