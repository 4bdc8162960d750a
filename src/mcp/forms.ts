import type { Answer, Question } from "../change/consent/ask.ts";
import type { Knows } from "../web/page.ts";

/** What a client sends back for a form. */
export interface FormAnswer {
  action: "accept" | "decline" | "cancel";
  content?: Record<string, unknown> | undefined;
}

/** What the answer to a form says. */
export function readForm({ type, knows }: Pick<Question, "type" | "knows">, { action, content }: FormAnswer): Answer {
  if (action !== "accept") return { action };
  if (knows !== undefined) {
    const known = chosen(content?.nothing_else);
    if (known !== "yes" || type === undefined) return known ? { action: "accept", known } : { action: "empty" };
  }
  return type === undefined ? ticked(content?.confirm) : entered(content?.name);
}

function ticked(confirm: unknown): Answer {
  if (typeof confirm !== "boolean") return { action: "empty" };
  return { action: confirm ? "accept" : "decline" };
}

function entered(name: unknown): Answer {
  return typeof name === "string" && name !== "" ? { action: "accept", typed: name } : { action: "empty" };
}

type Field =
  | { type: "boolean"; title: string }
  | { type: "string"; title: string }
  | { type: "string"; title: string; enum: string[]; enumNames: string[] };

/** A form's schema, the same in both eras. */
export type FormFields = {
  type: "object";
  properties: Record<string, Field>;
  required: string[];
};

/** How a person may answer a statement that only they can confirm, and how a form shows the answers. */
const answers: Record<Knows, string> = {
  yes: "Yes, nothing else: do it",
  no: "No, something else is stored: do nothing",
  "do not know": "I do not know: do nothing",
};

function chosen(given: unknown): Knows | undefined {
  return given === "yes" || given === "no" || given === "do not know" ? given : undefined;
}

/** The form for a question, with one field if it can be: some clients cannot show more. */
export function formFor({ type, knows }: Pick<Question, "type" | "knows">): FormFields {
  const base = type === undefined ? yesOrNo : typed(type);
  if (knows === undefined) return base;
  const nothingElse = {
    type: "string" as const,
    title: knows,
    enum: Object.keys(answers),
    enumNames: Object.values(answers),
  };
  // The answer is also the consent, unless a name has to be typed.
  return type === undefined
    ? { type: "object", properties: { nothing_else: nothingElse }, required: ["nothing_else"] }
    : {
        type: "object",
        properties: { nothing_else: nothingElse, ...base.properties },
        required: ["nothing_else", ...base.required],
      };
}

/** No default: if there is one, Claude Code sends it when a person accepts without ticking; without one it asks for the tick. */
const yesOrNo: FormFields = {
  type: "object",
  properties: { confirm: { type: "boolean", title: "Yes, do it" } },
  required: ["confirm"],
};

function typed({ what, text }: NonNullable<Question["type"]>): FormFields {
  return {
    type: "object",
    properties: { name: { type: "string", title: `Type the connector's ${what} to confirm: "${text}"` } },
    required: ["name"],
  };
}
