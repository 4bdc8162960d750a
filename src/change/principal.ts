import type { Access, Settings } from "../settings/index.ts";

/** Who calls: over stdio the one local user; over HTTP whoever the token belongs to. */
export interface Principal {
  name: string;
  access: Access;
  /** Undefined: all that the key sees. */
  spaces: readonly string[] | undefined;
  /** Variables and files that secret references may name; undefined: all that the server offers. */
  secrets?: readonly string[] | undefined;
}

/** Whoever starts the server or reaches it without a token. */
export function localPrincipal({ access, spaces }: Pick<Settings, "access" | "spaces">): Principal {
  return { name: "local", access, spaces };
}

/** Whether a principal may touch a space. */
export function maySee(principal: Principal, space: string): boolean {
  return principal.spaces === undefined || principal.spaces.includes(space);
}

/** Whether the operator lets this server have a tool at all. */
export function isSwitchedOn(tool: string, { tools: only, excludeTools }: Pick<Settings, "tools" | "excludeTools">): boolean {
  return (only === undefined || only.includes(tool)) && !excludeTools.includes(tool);
}
