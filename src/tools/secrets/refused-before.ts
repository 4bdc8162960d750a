import { ToolError } from "../../errors.ts";
import { type SecretSource, ways } from "../../secrets/resolve.ts";

/** What a call fails with that brings a value elsewhere which this caller was refused as a secret in plain text; never with the value in it. */
export function refusedBefore({ secrets: _secrets, ...args }: Record<string, unknown>, source: SecretSource): ToolError | undefined {
  const path = Object.keys(args).find((name) => args[name] !== undefined && source.refused?.isIn(JSON.stringify(args[name])));
  if (path === undefined) return undefined;
  return new ToolError(
    "literal_secret_refused",
    `${path} holds a value that was refused as a secret before: elsewhere it would be readable.`,
    `Leave it out there; its place is a field of \`secrets\`. ${ways(source)}`,
    { path },
  );
}
