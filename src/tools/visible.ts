import { isSwitchedOn, type Principal } from "../change/principal.ts";
import { didYouMean } from "../did-you-mean.ts";
import { ToolError } from "../errors.ts";
import { accessLevels, type Settings } from "../settings/index.ts";
import { type ListedTool, listedTools as tools } from "./listed.ts";

/** The tools that a principal may call; only these are listed. */
export function visibleTools(settings: Settings, principal: Principal): ListedTool[] {
  return tools.filter((tool) => isAllowed(tool, principal) && isSwitchedOn(tool.name, settings));
}

function isAllowed(tool: ListedTool, { access }: Principal): boolean {
  return accessLevels.indexOf(tool.access) <= accessLevels.indexOf(access);
}

/** The error for a call to a tool that does not exist or is not visible. */
export function whyHidden(name: string, settings: Settings, principal: Principal): ToolError {
  const tool = tools.find((one) => one.name === name);
  if (tool && !isAllowed(tool, principal)) {
    return new ToolError(
      "read_only",
      `${name} is not available: this server runs with access "${principal.access}".`,
      "Ask the operator, who sets CONNECTORS_ACCESS.",
    );
  }
  if (tool)
    return new ToolError(
      "tool_unknown",
      `${name} is switched off on this server.`,
      "Ask the operator, who sets CONNECTORS_TOOLS and CONNECTORS_EXCLUDE_TOOLS.",
    );
  const names = visibleTools(settings, principal).map((one) => one.name);
  const meant = didYouMean(name, names);
  return new ToolError(
    "tool_unknown",
    `There is no tool "${name.slice(0, 60)}".`,
    meant ? `Did you mean ${meant}?` : `There are: ${names.join(", ")}.`,
  );
}

/** Names in settings that are not tools, and approvers who could approve nothing, to be reported at the start. */
export function unknownToolNames({ tools: only = [], excludeTools, http }: Settings): string[] {
  return [
    ...unknown([...only, ...excludeTools]),
    ...(http?.approvers ?? []).flatMap(({ tools: theirs }, at) => {
      const where = `MCP_AUTH_TOKEN_FILE: approvers.${at}`;
      if (theirs === undefined) return [];
      const problems = unknown(theirs);
      if (problems.length > 0) return problems.map((one) => `${where}: ${one}`);
      const onlyRead = theirs.every((name) => tools.some((tool) => tool.name === name && tool.access === "read"));
      return onlyRead ? [`${where} may approve nothing: ${theirs.join(", ")} only read${theirs.length > 1 ? "" : "s"}.`] : [];
    }),
  ];
}

function unknown(given: readonly string[]): string[] {
  const names = tools.map((tool) => tool.name);
  return given
    .filter((name) => !names.includes(name))
    .map((name) => {
      const meant = didYouMean(name, names);
      return `"${name}" is not a tool${meant ? `: did you mean ${meant}?` : `; there are ${names.join(", ")}.`}`;
    });
}
