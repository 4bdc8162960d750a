import * as z from "zod";

const Next = z.looseObject({
  tool: z.string(),
  args: z.looseObject({}),
  why: z.string(),
});

/** What every changing tool answers. The published schema is loose: the fields depend on the status. */
export const Outcome = z.looseObject({
  status: z.enum([
    "done",
    "planned",
    "confirmation_needed",
    "secrets_wanted",
    "declined",
    "plan_changed",
    "no_change",
    "partial",
    "unknown",
  ]),
  deployment: z.string(),
  space: z.string(),
  message: z.string().optional(),
  fix: z.string().optional(),
  plan: z.looseObject({}).optional(),
  confirm: z.looseObject({}).optional(),
  change: z.string().optional(),
  asked: z.string().optional(),
  result: z.looseObject({}).optional(),
  undo: z.looseObject({}).optional(),
  warnings: z.array(z.string()).optional(),
  next: z.array(Next).optional(),
});
export type Outcome = z.output<typeof Outcome>;
