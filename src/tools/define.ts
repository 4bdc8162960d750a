import * as z from "zod";
import type { JournalReader } from "../change/journal.ts";
import { Outcome } from "../change/outcome.ts";
import type { NoChange, OpResult, Plan } from "../change/plan.ts";
import type { Principal } from "../change/principal.ts";
import type { Change, Report } from "../change/services.ts";
import { ToolError } from "../errors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { SealedTree } from "../sealed.ts";
import type { SecretSource } from "../secrets/resolve.ts";
import type { Access, Settings } from "../settings/index.ts";
import { type InsteadOf, readArguments } from "./arguments.ts";
import type { SpaceCheck } from "./connectors/spaces.ts";
import type { KeptExports } from "./exports/kept-exports.ts";
import { widens } from "./fields.ts";

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
  insteadOf?: InsteadOf;
}

/** A tool that only reads. */
export function readTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Definition<Input> & {
    output: Output;
    maxText?: number;
    run(args: z.output<Input>, context: ToolContext): Promise<z.input<Output>>;
  },
): Tool {
  return {
    ...described(tool),
    risk: "read",
    access: "read",
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    output: tool.output,
    maxText: tool.maxText,
    call: (args, context) =>
      placed(tool.name, context, async () => tool.output.parse(await tool.run(readArguments(tool.input, args, tool.insteadOf), context))),
  };
}

/** The arguments that every changing tool takes. */
const consent = {
  dry_run: widens(z.boolean().optional().describe("Only show the plan"), "that the change is made"),
  confirm: z.string().optional().describe("Id from confirmation_needed"),
};

/** A tool that changes something: it plans, and the pipeline does the rest. */
export function changeTool<Input extends z.ZodObject, P extends Plan>(
  tool: Definition<Input> & {
    risk: Exclude<Risk, "read">;
    access: Exclude<Access, "read">;
    idempotent: boolean;
    plan(args: z.output<Input>, context: ToolContext): Promise<P | NoChange>;
    report(plan: P, results: OpResult[], context: ToolContext): Promise<Report>;
  },
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
      const { dry_run: dryRun, confirm, ...rest } = readArguments(input, given, tool.insteadOf);
      const args = readArguments(tool.input, rest);
      return placed(tool.name, context, async () =>
        Outcome.parse(
          await context.runChange({
            tool: tool.name,
            args,
            dryRun: dryRun === true,
            confirm: typeof confirm === "string" ? confirm : undefined,
            plan: (typed) => tool.plan(args, { ...context, secrets: { ...context.secrets, typed } }),
            report: (plan, results) => tool.report(plan, results, context),
          }),
        ),
      );
    },
  };
}

/** Does the work. If a connector is not found, the error says in which other space it is and who still refers to it. */
async function placed<T>(tool: string, context: ToolContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "connector_not_found") throw error;
    const { withPlaces } = await import("./connectors/other-spaces.ts");
    throw await withPlaces(error, tool, context);
  }
}

function described<Input extends z.ZodObject>({ name, title, description, input }: Definition<Input>) {
  return { name, title, description, input };
}
