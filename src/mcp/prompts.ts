import { ToolError } from "../errors.ts";
import { auditConnectors } from "./prompts/audit-connectors.ts";
import type { Prompt } from "./prompts/prompt.ts";
import { retireConnector } from "./prompts/retire-connector.ts";
import { rotateConnectorSecret } from "./prompts/rotate-connector-secret.ts";
import { setupConnector } from "./prompts/setup-connector.ts";
import { whoIsTold } from "./prompts/who-is-told.ts";
import { wireRuleNotifications } from "./prompts/wire-rule-notifications.ts";
import type { ResourceContext, Typed } from "./resources/source.ts";

const all: readonly Prompt[] = [setupConnector, auditConnectors, retireConnector, rotateConnectorSecret, wireRuleNotifications, whoIsTold];

function offered({ tools }: ResourceContext): Prompt[] {
  return all.filter(({ needs }) => needs.every((name) => tools.some((tool) => tool.name === name)));
}

/** The prompts whose tools this server offers, as the protocol lists them. */
export function listPrompts(context: ResourceContext) {
  return offered(context).map(({ name, title, description, arguments: takes }) => ({
    name,
    title,
    description,
    arguments: takes.map((one) => ({ name: one.name, description: one.description, required: one.required })),
  }));
}

/** @throws ToolError invalid_arguments for a prompt that is not offered, and for arguments that are missing or unknown */
export function getPrompt(name: string, given: Record<string, string>, context: ResourceContext) {
  const prompt = find(name, context);
  const known = prompt.arguments.map((one) => one.name);
  const missing = prompt.arguments.filter((one) => one.required && !given[one.name]?.trim()).map((one) => `${one.name} is required`);
  const unknown = Object.keys(given)
    .filter((one) => !known.includes(one))
    .map((one) => `${one} is not an argument`);
  const problems = [...missing, ...unknown];
  if (problems.length > 0)
    throw new ToolError("invalid_arguments", `The prompt ${name}: ${problems.join("; ")}.`, `It takes: ${known.join(", ")}.`);
  return {
    description: prompt.description,
    messages: [{ role: "user" as const, content: { type: "text" as const, text: prompt.text(given, context) } }],
  };
}

/** @returns at most a hundred values @throws ToolError invalid_arguments for an unknown argument of a prompt */
export async function completePrompt(
  { prompt: name, variable, value, others }: Omit<Typed, "uriTemplate"> & { prompt: string },
  context: ResourceContext,
): Promise<{ values: string[]; total: number }> {
  const prompt = find(name, context);
  const argument = prompt.arguments.find((one) => one.name === variable);
  if (!argument) {
    const takes = prompt.arguments.map((one) => one.name).join(", ");
    throw new ToolError("invalid_arguments", `The prompt ${name} has no argument of that name.`, `It takes: ${takes}.`);
  }
  const values = [...new Set(await argument.complete(value, others, context))];
  return { values: values.slice(0, 100), total: values.length };
}

function find(name: string, context: ResourceContext): Prompt {
  const prompt = offered(context).find((one) => one.name === name);
  if (prompt) return prompt;
  throw new ToolError("invalid_arguments", "There is no prompt of that name.", "Use one of prompts/list.");
}
