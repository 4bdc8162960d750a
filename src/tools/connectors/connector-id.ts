import { ToolError } from "../../errors.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { isSystem } from "../../rules/rule-state.ts";

/** Rules for ids by version: reference/kibana-api.md §1.5. */
const strictId = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const reserved = ["__proto__", "constructor", "prototype"];
const longest = 36;

/** Whether this version lets the caller choose an id. */
export function canChooseId(status: Status): boolean {
  return isAtLeast(status, "8.8");
}

/** @throws ToolError id_invalid with the nearest id that fits */
export function assertId(id: string, status: Status): void {
  const refuse = (why: string) => {
    const near = reserved.includes(slug(id)) ? "" : slug(id);
    throw new ToolError(
      "id_invalid",
      `"${id}" is not a valid connector id: ${why}.`,
      near && near !== id ? `Use "${near}", or leave the id out.` : "Leave the id out.",
      near ? { suggestion: near } : undefined,
    );
  };
  if (!canChooseId(status)) refuse(`Kibana ${status.version} chooses ids itself (8.8 and later take one)`);
  if (reserved.includes(id) || isSystem(id)) refuse("it is reserved");
  if (/[/\\]|^\.$|\.\./.test(id) || id.trim() !== id || id === "")
    refuse("it is empty, a dot, or holds a slash, two dots or white space at its ends");
  if (isAtLeast(status, "9.4") && (id.length > longest || !strictId.test(id))) {
    refuse(`Kibana ${status.version} takes 1 to ${longest} lower-case letters, digits and inner hyphens`);
  }
}

/** Whether a connector could be made again under this id. */
export function isRestorable(id: string, status: Status): boolean {
  try {
    assertId(id, status);
    return true;
  } catch {
    // assertId says why; here only whether counts.
    return false;
  }
}

/** A name as an id that every version takes; empty where nothing of it can stay. */
function slug(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/^-+|-+$/g, "");
}

/** The slug of a name that is free among `taken`: `-2`, `-3`… where it is not. */
export function freeId(name: string, taken: ReadonlySet<string>): string {
  const base = reserved.includes(slug(name)) ? "" : slug(name);
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? "" : `-${n}`;
    const id = `${(base || "connector").slice(0, longest - suffix.length).replace(/-+$/, "")}${suffix}`;
    if (!taken.has(id)) return id;
  }
}
