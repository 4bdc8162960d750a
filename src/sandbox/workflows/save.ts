import { parseDocument } from "yaml";
import type { Caller } from "../http/auth.ts";
import type { State } from "../types.ts";
import { has } from "../version-changes.ts";
import { type Definition, type ReadYaml, readYaml } from "./read-yaml.ts";
import type { Workflow } from "./workflow.ts";

/** What a change may ask for; with `yaml` the others come from there. */
export interface WorkflowChange {
  yaml?: string | undefined;
  name?: string | undefined;
  description?: string | undefined;
  enabled?: boolean | undefined;
  tags?: string[] | undefined;
}

const notEnabled = "Cannot enable a workflow without a valid definition. Provide valid YAML first.";

/** A new workflow. YAML that is not valid is stored as well, switched off. */
export function newWorkflow(yaml: string, id: string | undefined, space: string, caller: Caller, state: State): Workflow {
  const read = readYaml(yaml);
  const name = nameIn(read) ?? "Untitled workflow";
  const now = new Date().toISOString();
  const { enabled = true, description = "", tags = [] } = read.definition ?? { enabled: false };
  return {
    ...{ id: id ?? idFor(name, state), space, yaml, name, description, tags },
    enabled,
    definition: read.definition ?? null,
    ...{ createdAt: now, createdBy: caller.name, lastUpdatedAt: now, lastUpdatedBy: caller.name },
    version: 1,
    deleted: false,
    runsAs: caller,
  };
}

/**
 * The workflow after a change, and what Kibana has against it. Bad YAML is stored and switches the workflow off; whoever
 * saves gives scheduled runs their own privileges: workflow_crud_service.ts, workflow_prepare.ts.
 */
export function changedWorkflow(before: Workflow, change: WorkflowChange, caller: Caller): { workflow: Workflow; problems: string[] } {
  const saved: Workflow = {
    ...before,
    lastUpdatedAt: later(before.lastUpdatedAt),
    lastUpdatedBy: caller.name,
    version: before.version + 1,
    runsAs: caller,
  };
  if (change.yaml !== undefined) return withYaml(saved, change.yaml, change.enabled);
  if (change.enabled && !before.definition) return { workflow: { ...saved, ...fieldsOf(change), enabled: false }, problems: [notEnabled] };
  const yaml = withKeys(before.yaml, change);
  const definition = before.definition && (readYaml(yaml).definition ?? null);
  return { workflow: { ...saved, ...fieldsOf(change), yaml, definition }, problems: [] };
}

function withYaml(before: Workflow, yaml: string, enabled: boolean | undefined): { workflow: Workflow; problems: string[] } {
  const read = readYaml(yaml);
  if (!read.definition) {
    const workflow = { ...before, yaml, name: nameIn(read) ?? before.name, definition: null, enabled: false };
    return { workflow, problems: read.problems.map(({ message }) => message) };
  }
  const { name, description = "", tags = [] } = read.definition;
  const inYaml = Object.hasOwn(read.loose, "enabled") ? read.definition.enabled : undefined;
  const on = inYaml ?? enabled ?? before.enabled;
  const definition: Definition = { ...read.definition, enabled: on };
  return { workflow: { ...before, yaml, name, description, tags, definition, enabled: on }, problems: [] };
}

/** The changed keys are written into the stored text as well. */
function withKeys(yaml: string, change: WorkflowChange): string {
  const document = parseDocument(yaml);
  if (document.errors.length > 0 || document.contents === null) return yaml;
  for (const [key, value] of Object.entries(fieldsOf(change))) document.set(key, value);
  return document.toString({ lineWidth: 0 });
}

function fieldsOf({ name, description, enabled, tags }: WorkflowChange) {
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(enabled !== undefined && { enabled }),
    ...(tags !== undefined && { tags }),
  };
}

function nameIn({ loose }: ReadYaml): string | undefined {
  return typeof loose.name === "string" && loose.name !== "" ? loose.name : undefined;
}

/** A save is always newer than the last one, however fast they follow each other. */
function later(than: string): string {
  return new Date(Math.max(Date.now(), Date.parse(than) + 1)).toISOString();
}

/** Made from the name, and another one where it is taken, even by a workflow that was deleted. */
function idFor(name: string, { workflows, version }: State): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 240);
  if (slug.length < 3 || !has(version, "public workflows")) return `workflow-${crypto.randomUUID()}`;
  let id = slug;
  for (let at = 2; workflows.has(id); at += 1) id = `${slug}-${at}`;
  return id;
}
