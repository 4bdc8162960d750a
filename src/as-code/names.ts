import { createHash } from "node:crypto";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(id: string): boolean {
  return uuid.test(id);
}

/** Makes names unique: the wanted one, or with `-2`, `-3`… if it is taken. */
export function uniqueNames(separator: string): (wanted: string) => string {
  const taken = new Set<string>();
  const tried = new Map<string, number>();
  return (wanted) => {
    for (let n = (tried.get(wanted) ?? 0) + 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted}${separator}${n}`;
      if (taken.has(name)) continue;
      taken.add(name);
      tried.set(wanted, n);
      return name;
    }
  };
}

/**
 * A connector's label, the same in every export and valid in Terraform: its id if that is readable, otherwise its type with
 * a hash of the id. Not its name: names change.
 */
export function labelOf({ id, type }: { id: string; type: string }): string {
  if (/^[A-Za-z_][\w-]{0,60}$/.test(id) && !isUuid(id)) return id;
  return `${type.replace(/[^A-Za-z0-9]+/g, "-").replace(/^[-\d]+|-+$/g, "") || "connector"}-${createHash("sha256").update(id).digest("hex").slice(0, 8)}`;
}

/** `OPS_SLACK_WEBHOOK_URL`: letters, digits and underscores, as environment variables take them. */
export function variableWords(...parts: readonly string[]): string {
  const words = parts
    .flatMap((part) => part.replace(/([a-z0-9])([A-Z])/g, "$1_$2").split(/[^A-Za-z0-9]+/))
    .filter((word) => word !== "")
    .map((word) => word.toUpperCase())
    .join("_");
  return words.length > 100 ? `${words.slice(0, 90)}_${createHash("sha256").update(words).digest("hex").slice(0, 8).toUpperCase()}` : words;
}
