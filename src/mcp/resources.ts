import { ToolError } from "../errors.ts";
import { appPages } from "./resources/apps.ts";
import { connectorPages, connectorTypePages } from "./resources/connectors.ts";
import { exportParts } from "./resources/exports.ts";
import { skillPages } from "./resources/skill.ts";
import type { Resource, ResourceContext, ResourceSource, ResourceTemplate, ResourceText, Typed } from "./resources/source.ts";

/** Every source, in the order in which its resources are listed. */
const sources: readonly ResourceSource[] = [skillPages, connectorTypePages, connectorPages, exportParts, appPages];

/** The resources that can be read now. */
export async function listResources(context: ResourceContext): Promise<Resource[]> {
  return (await Promise.all(sources.map((source) => source.list(context)))).flat();
}

export function listTemplates(): ResourceTemplate[] {
  return sources.flatMap((source) => [...source.templates]);
}

/** @returns undefined if there is no such resource @throws ToolError */
export async function readResource(uri: string, context: ResourceContext): Promise<ResourceText | undefined> {
  return sources.find(({ prefix }) => uri.startsWith(prefix))?.read(uri, context);
}

/** @returns at most a hundred values @throws ToolError invalid_arguments for a template that is not listed */
export async function completeTemplate(typed: Typed, context: ResourceContext): Promise<{ values: string[]; total: number }> {
  const source = sources.find(({ templates }) => templates.some(({ uriTemplate }) => uriTemplate === typed.uriTemplate));
  if (!source)
    throw new ToolError("invalid_arguments", "There is no resource template with that address.", "Use one of resources/templates/list.");
  const values = await source.complete(typed, context);
  return { values: values.slice(0, 100), total: values.length };
}
