import { firstFew } from "../../first-few.ts";
import { plainText } from "../../plain-text.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { valueInConfig } from "./config-secrets.ts";

type Config = Record<string, unknown>;

/**
 * Secrets that a change takes out of a config, where everybody could read them, and that the journal keeps for its undo: a sentence, or
 * none. Values that this server knows are not kept.
 * @param after what becomes of the config; empty: it is deleted
 */
export function keptInJournal(before: Config, after: Config, { stored, held }: SecretSource): string[] {
  if (!stored) return [];
  const taken = hideInConfig(before).found.filter(({ path }) => {
    const value = valueInConfig(before, path);
    return value !== valueInConfig(after, path) && (held?.(String(value)) ?? []).length === 0;
  });
  const paths = [...new Set(taken.map(({ path }) => `config.${plainText(path, 80)}`))];
  if (paths.length === 0) return [];
  const which = paths.length > 1 ? "values are" : "value is";
  return [
    `The journal on this server's machine keeps ${firstFew(paths, 5)} as it was, readable by its user, since the undo needs it; of \`secrets\` it has names alone. Once the ${which} changed at the service, what is kept is worth nothing.`,
  ];
}
