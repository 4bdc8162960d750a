import * as z from "zod";
import type { CheckedSpace } from "../change/checked-space.ts";
import type { Fresh } from "../change/fresh.ts";
import type { JournalReader } from "../change/journal.ts";
import { Outcome } from "../change/outcome.ts";
import type { NoChange, OpResult, Plan } from "../change/plan.ts";
import type { Principal } from "../change/principal.ts";
import type { Change, Report } from "../change/services.ts";
import { ToolError } from "../errors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { SealedTree } from "../sealed.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import type { Access, Settings } from "../settings/index.ts";
import { type ArgumentHints, readArguments } from "./arguments.ts";
import { withTypesAsSet, withTypesOf } from "./connectors/offered-types.ts";
import { chosenSpaces, namesSeveral } from "./connectors/several-spaces.ts";
import type { SpaceCheck } from "./connectors/spaces.ts";
import type { KeptExports } from "./exports/kept-exports.ts";
import { widens } from "./fields.ts";
import { sayingWhatIsHeld } from "./secrets/held-secrets.ts";
import { refusedBefore } from "./secrets/refused-before.ts";

export type Risk = "read" | "write" | "destructive";

/** What a tool works with. It offers no way to write. */
export interface ToolContext {
  kibana: Reader;
  settings: Settings;
  deployment: { name: string; url: string; label: string | undefined; sandbox: boolean };
  journal: JournalReader;
  spaces: SpaceCheck;
  secrets: SecretSource;
  /** Registers resolved secrets, so that they are removed from all output. */
  learn(tree: SealedTree): void;
  /** For what is too large for one answer. */
  exports: KeptExports;
  principal: Principal;
  signal: AbortSignal;
  /** Tells a client that asked for it how far a long call has got; `done` never decreases. */
  progress(done: number, total: number, message: string): void;
  /** Takes what an app shows that the answer has no room for; undefined where the client shows none. No model reads it. */
  forApp?: ((data: object) => void) | undefined;
}

/** The context of a tool that works in one space, which is looked up before anything comes of it. */
export interface SpaceContext extends ToolContext {
  space: CheckedSpace;
}

/** Spaces in which one change is made. */
export interface SeveralSpaces {
  spaces: CheckedSpace[];
  /** Whether `*` meant them. */
  all: boolean;
  /** What a person has to know about the choice. */
  notes: string[];
}

/** The context with the pipeline, which `changeTool` does not pass on to tools. */
export interface CallContext extends ToolContext {
  runChange<P extends Plan>(change: Change<P>): Promise<Outcome>;
}

/** A tool as the server sees it, with its own types hidden. */
export interface Tool {
  name: string;
  title: string;
  description: string;
  risk: Risk;
  /** The lowest access level that shows the tool. */
  access: Access;
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
  input: z.ZodObject;
  output: z.ZodObject;
  /** Characters of one text in its answers, if it needs more than usual. */
  maxText?: number | undefined;
  /** @throws ToolError */
  call(args: unknown, context: CallContext): Promise<object>;
}

interface Definition<Input extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  input: Input;
  /** Arguments that agents pass by mistake, with what to use instead. */
  argumentHints?: ArgumentHints;
}

/** Input of a tool that works in one space. */
type InSpace = z.ZodObject<{ space: z.ZodType<string | undefined> }>;
/** What is left of the arguments once `space` was looked up: nobody writes with an unchecked one. */
type OfOneSpace<Input extends InSpace> = Omit<z.output<Input>, "space">;

type Reading<Args, Output extends z.ZodObject, Context> = {
  output: Output;
  maxText?: number;
  run(args: Args, context: Context): Promise<z.input<Output>>;
};

/** A tool that only reads, in one space. */
export function readTool<Input extends InSpace, Output extends z.ZodObject>(
  tool: Definition<Input> & Reading<OfOneSpace<Input>, Output, SpaceContext>,
): Tool {
  return reading(tool, (args, context) => inSpace(args, context, false, (rest, at) => tool.run(rest, at)));
}

/** A tool that only reads, and not in one space. */
export function readAcross<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Definition<Input> & Reading<z.output<Input>, Output, ToolContext>,
): Tool {
  return reading(tool, (args, context) => tool.run(args, context));
}

function reading<Input extends z.ZodObject>(
  tool: Definition<Input> & { output: z.ZodObject; maxText?: number },
  run: (args: z.output<Input>, context: ToolContext) => Promise<object>,
): Tool {
  return {
    ...described(tool),
    risk: "read",
    access: "read",
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    output: tool.output,
    maxText: tool.maxText,
    call: (args, context) =>
      placed(tool.name, context, withTypesOf, async () =>
        tool.output.parse(await run(readArguments(tool.input, args, tool.argumentHints), context)),
      ),
  };
}

/** The arguments that every changing tool takes. */
const consent = {
  dry_run: widens(z.boolean().optional(), "that the change is made"),
  confirm: z.string().optional().describe("Id from confirmation_needed"),
};

interface Changing<Args, P extends Plan, Context> {
  risk: Exclude<Risk, "read">;
  access: Exclude<Access, "read">;
  idempotent: boolean;
  plan(args: Args, context: Context, fresh: Fresh): Promise<P | NoChange>;
  report(plan: P, results: OpResult[], context: ToolContext): Promise<Report>;
}

/** A tool that changes something in one space: it plans, and the pipeline does the rest. */
export function changeTool<Input extends InSpace, P extends Plan>(
  tool: Definition<Input> & Changing<OfOneSpace<Input>, P, SpaceContext>,
): Tool {
  return changing(tool, (args, context, fresh) => inSpace(args, context, true, (rest, at) => tool.plan(rest, at, fresh)));
}

/** The same for a change that can also be made in several spaces, which `space` names, in one plan. */
export function changeInSpaces<Input extends InSpace, P extends Plan>(
  tool: Definition<Input> &
    Changing<OfOneSpace<Input>, P, SpaceContext> & {
      planSeveral(args: OfOneSpace<Input>, spaces: SeveralSpaces, context: ToolContext): Promise<P | NoChange>;
    },
): Tool {
  return changing(tool, async (args, context, fresh) => {
    const { space: asked, ...rest } = args;
    if (!namesSeveral(asked)) return inSpace(args, context, true, (given, at) => tool.plan(given, at, fresh));
    const notes: string[] = [];
    const spaces = await chosenSpaces(asked, context, notes, true);
    return tool.planSeveral(rest, { spaces, all: asked.trim() === "*", notes }, context);
  });
}

/** The same for a change that knows its space by itself. */
export function changeAcross<Input extends z.ZodObject, P extends Plan>(
  tool: Definition<Input> & Changing<z.output<Input>, P, ToolContext>,
): Tool {
  return changing(tool, (args, context, fresh) => tool.plan(args, context, fresh));
}

function changing<Input extends z.ZodObject, P extends Plan>(
  tool: Definition<Input> & Omit<Changing<never, P, never>, "plan">,
  plan: (args: z.output<Input>, context: ToolContext, fresh: Fresh) => Promise<P | NoChange>,
): Tool {
  const input = tool.input.extend(consent);
  return {
    ...described({ ...tool, input }),
    risk: tool.risk,
    access: tool.access,
    annotations: {
      readOnlyHint: false,
      destructiveHint: tool.risk === "destructive",
      idempotentHint: tool.idempotent,
      openWorldHint: true,
    },
    output: Outcome,
    async call(given, context) {
      const { dry_run: dryRun, confirm, ...rest } = readArguments(input, given, tool.argumentHints);
      const args = readArguments(tool.input, rest);
      const again = refusedBefore(tool.name, args, context.secrets);
      // The plan after a person's yes asks the same once more, all at once.
      const reader = context.kibana.repeatable();
      return placed(tool.name, context, withTypesAsSet, async () =>
        Outcome.parse(
          await context.runChange({
            tool: tool.name,
            args,
            dryRun: dryRun === true,
            confirm: typeof confirm === "string" ? confirm : undefined,
            async plan(typed, fresh) {
              const planning = plan(args, { ...context, kibana: reader(), secrets: { ...context.secrets, typed } }, fresh);
              if (!again) {
                const made = await planning;
                return "noChange" in made ? made : sayingWhatIsHeld(made, tool.name, args, context.secrets);
              }
              // The plan's own refusal names the field that takes the secret.
              await planning.catch((error: unknown) => {
                if (error instanceof ToolError && error.code === again.code) throw error;
              });
              throw again;
            },
            report: (made, results) => tool.report(made, results, context),
          }),
        ),
      );
    },
  };
}

/** The work in the space that is meant, which is looked up meanwhile; a change looks anew. */
function inSpace<Args extends { space?: string | undefined }, T>(
  { space, ...rest }: Args,
  context: ToolContext,
  fresh: boolean,
  work: (rest: Omit<Args, "space">, context: SpaceContext) => Promise<T>,
): Promise<T> {
  return context.spaces.during(space ?? context.settings.space, { fresh }, (checked) => work(rest, { ...context, space: checked }));
}

/** Does the work, with the types that this Kibana offers. If a connector or rule is not found, or its id is taken, the error says in which other space it is; of a connector, who still refers to it. */
async function placed<T>(
  tool: string,
  context: ToolContext,
  withTypes: <R>(kibana: Reader, work: () => R) => R,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await withTypes(context.kibana, work);
  } catch (error) {
    if (error instanceof ToolError && error.code === "rule_not_found") {
      const { withRulePlaces } = await import("./rules/rules-elsewhere.ts");
      throw await withRulePlaces(error, context);
    }
    if (!(error instanceof ToolError) || !["connector_not_found", "id_taken"].includes(error.code)) throw error;
    const { withPlaces } = await import("./connectors/other-spaces.ts");
    throw await withPlaces(error, tool, context);
  }
}

function described<Input extends z.ZodObject>({ name, title, description, input }: Definition<Input>) {
  return { name, title, description, input };
}
