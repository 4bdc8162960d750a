import { exact, oneLine } from "../../plain-text.ts";
import type { ToType } from "../../web/page.ts";
import type { Plan } from "../plan.ts";
import type { ChangeServices } from "../services.ts";

/**
 * What a person has to type; undefined for nothing. It is quoted, so that it cannot pass for a sentence of ours. The id
 * replaces a name that is not shown as it is, or that cannot be typed from what is seen.
 */
export function toType({ consequence, ops: [op] }: Plan, { redactor }: ChangeServices): ToType | undefined {
  if (typeof consequence !== "object") return undefined;
  const { typeName: name } = consequence;
  const shownName = redactor.withoutLiterals.text(name);
  const real = op.op === "delete" || op.op === "update" ? op.before.name : name;
  const plain = name === real && exact(name) === `"${name}"` && shownName === name && isOfOneScript(name);
  return plain || op.id === undefined ? { what: "name", text: shownName.trim() } : { what: "id", text: oneLine(op.id) };
}

/** Latin and Cyrillic letters can look the same. */
function isOfOneScript(text: string): boolean {
  return (
    [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Hebrew}|\p{Script=Arabic}/u].filter((one) =>
      one.test(text),
    ).length <= 1
  );
}

export function isTyped({ text }: ToType, given: string): boolean {
  const typed = given.trim().normalize();
  return typed === text.normalize() || typed === `"${text.normalize()}"`;
}
