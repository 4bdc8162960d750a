import type { Access } from "../settings.ts";

/** Who calls: over stdio the one local user; over HTTP whoever the token belongs to. */
export interface Principal {
  name: string;
  access: Access;
  /** Undefined: all that the key sees. */
  spaces: readonly string[] | undefined;
}

/** Whether a principal may touch a space. */
export function maySee(principal: Principal, space: string): boolean {
  return principal.spaces === undefined || principal.spaces.includes(space);
}
