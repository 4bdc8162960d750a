import * as z from "zod";
import { KibanaError } from "./errors.ts";
import { type Get, path, type Query, type Send } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";
import { said } from "./said.ts";

const Workflow = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean().default(false),
  valid: z.boolean().nullish(),
  managed: z.boolean().nullish(),
  definition: z.record(z.string(), z.unknown()).nullish(),
  yaml: z.string().nullish(),
  lastUpdatedBy: z.string().nullish(),
  permissions: z.object({ edit: z.boolean().nullish() }).nullish(),
});
const Validation = z.object({
  valid: z.boolean(),
  diagnostics: listOf(z.object({ severity: z.string().nullish(), message: z.string() })).default([]),
});
const Page = z.object({ total: z.number(), results: listOf(Workflow) });

export interface Workflow {
  id: string;
  name: string;
  enabled: boolean;
  /** Elastic's, which users only switch on and off. */
  managed: boolean;
  /** Whether this key may change it, as far as Kibana says. */
  editable: boolean;
  /** Whose privileges its scheduled runs have. */
  savedBy: string | undefined;
  /** As Kibana parsed it; undefined where the YAML is not valid. */
  definition: Record<string, unknown> | undefined;
  /** Undefined where the list leaves it out. */
  yaml: string | undefined;
}

/** Kibana's own default (workflows_management/server/api/routes/workflows/get_workflows.ts). */
const workflowsOnAPage = 100;

/** In 9.3 the routes have no version, are internal and named in another way. */
export type WorkflowRoutes = "public" | "first";

function placeOf(id: string, routes: WorkflowRoutes) {
  return routes === "first" ? { path: `/api/workflows${path(id)}`, internal: true } : { path: `/api/workflows/workflow${path(id)}` };
}

function asWorkflow({
  id,
  name,
  enabled,
  definition,
  yaml,
  managed,
  valid,
  permissions,
  lastUpdatedBy,
}: z.output<typeof Workflow>): Workflow {
  return {
    ...{ id, name, enabled },
    managed: managed ?? false,
    editable: permissions?.edit ?? true,
    savedBy: lastUpdatedBy ?? undefined,
    definition: valid === false ? undefined : (definition ?? undefined),
    yaml: yaml ?? undefined,
  };
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof KibanaError) || ![400, 403, 404].includes(error.status ?? 0)) throw error;
}

export function workflowReads(get: Get, query: Query) {
  function page(body: unknown) {
    const { total, results } = readAs(Page, body);
    return { total, workflows: results.map(asWorkflow) };
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
    /** One workflow, with its text; undefined where there is none by that id. */
    async workflow(space: string, id: string, routes: WorkflowRoutes): Promise<Workflow | undefined> {
      try {
        return asWorkflow(readAs(Workflow, await get({ ...placeOf(id, routes), space, largest: 16 })));
      } catch (error) {
        if (error instanceof KibanaError && error.code === "workflow_not_found") return undefined;
        throw error;
      }
    },
    /**
     * What Kibana's editor has against a text; nothing where it cannot be asked: the route is internal
     * (workflows_management/server/api/routes/workflows/validate_workflow.ts).
     */
    async workflowErrors(space: string, yaml: string): Promise<string[]> {
      const body = await query({ path: "/api/workflows/validate", space, version: "1", body: { yaml } }).catch(unlessRefused);
      if (body === undefined) return [];
      const { valid, diagnostics } = readAs(Validation, body);
      const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => said(message));
      return valid || errors.length > 0 ? errors : ["Kibana does not say why."];
    },
  };
}

export function workflowWrites(send: Send) {
  return {
    /**
     * Replaces the text. Kibana takes no version, stores what is not valid switched off, and gives scheduled runs the caller's
     * privileges (workflow_crud_service.ts).
     * @param enabled counts only where the text does not say it
     */
    async updateWorkflow(space: string, id: string, routes: WorkflowRoutes, body: { yaml: string; enabled?: boolean }): Promise<void> {
      await send("PUT", { ...placeOf(id, routes), space, body });
    },
  };
}
