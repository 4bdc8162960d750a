import { exact, oneLine } from "../../plain-text.ts";
import type { ToType } from "../../web/page.ts";
import type { Plan } from "../plan.ts";
import type { ChangeServices } from "../services.ts";

/**
 * What a person types, undefined where nothing is. It stands in quotes, so that it cannot go on as a sentence of ours. An id
 * in place of a name that is not shown as it is, or cannot be typed by sight.
 */
export function toType({ consequence, ops: [op] }: Plan, { redactor }: ChangeServices): ToType | undefined {
  if (typeof consequence !== "object") return undefined;
  const { typeName: name } = consequence;
  const shownName = redactor.withoutLiterals.text(name);
  const real = op.op === "delete" || op.op === "update" ? op.before.name : name;
  const plain = name === real && exact(name) === `"${name}"` && shownName === name && isOfOneScript(name);
  return plain || op.id === undefined ? { what: "name", text: shownName.trim() } : { what: "id", text: oneLine(op.id) };
}

/** Latin letters that are Cyrillic ones cannot be told by sight. */
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
