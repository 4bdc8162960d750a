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
    refuse("it is empty or a dot, contains a slash or two dots, or begins or ends with white space");
  if (isAtLeast(status, "9.4") && (id.length > longest || !strictId.test(id))) {
    refuse(`Kibana ${status.version} takes 1 to ${longest} lower-case letters, digits and inner hyphens`);
  }
}

/** Whether a connector could be created again under this id. */
export function isRestorable(id: string, status: Status): boolean {
  try {
    assertId(id, status);
    return true;
  } catch {
    // The reason does not matter here.
    return false;
  }
}

/** Whether every version that lets the caller choose an id takes this one. */
export function isPlainId(id: string): boolean {
  return id.length <= longest && strictId.test(id) && !reserved.includes(id) && !isSystem(id);
}

/** A name as an id that every version takes; empty if no character of it is allowed. */
function slug(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/^-+|-+$/g, "");
}

/** The slug of a name, with `-2`, `-3`… appended if it is in `taken`. */
export function freeId(name: string, taken: ReadonlySet<string>): string {
  const base = reserved.includes(slug(name)) ? "" : slug(name);
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? "" : `-${n}`;
    const id = `${(base || "connector").slice(0, longest - suffix.length).replace(/-+$/, "")}${suffix}`;
    if (!taken.has(id)) return id;
  }
}
