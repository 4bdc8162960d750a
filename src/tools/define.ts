import * as z from "zod";
import type { JournalReader } from "../change/journal.ts";
import { Outcome } from "../change/outcome.ts";
import type { NoChange, OpResult, Plan } from "../change/plan.ts";
import type { Principal } from "../change/principal.ts";
import type { Change, Report } from "../change/services.ts";
import { didYouMean } from "../did-you-mean.ts";
import { ToolError } from "../errors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { SealedTree } from "../sealed.ts";
import type { SecretSource } from "../secrets/resolve.ts";
import type { Access, Settings } from "../settings.ts";
import { asList } from "./fields.ts";
import type { KeptExports } from "./kept-exports.ts";
import type { SpaceCheck } from "./spaces.ts";

export type Risk = "read" | "write" | "destructive";

/** What a tool works with. There is no way to a write in it. */
export interface ToolContext {
  kibana: Reader;
  settings: Settings;
  deployment: { name: string; url: string; label: string | undefined; sandbox: boolean };
  journal: JournalReader;
  spaces: SpaceCheck;
  secrets: SecretSource;
  /** Secrets that were resolved, so that they are taken out of whatever leaves. */
  learn(tree: SealedTree): void;
  /** For what is too large for one answer. */
  exports: KeptExports;
  principal: Principal;
  signal: AbortSignal;
  /** Tells a client that asked for it how far a long call is; `done` never falls. */
  progress(done: number, total: number, message: string): void;
}

/** The context with the pipeline in it, which `changeTool` keeps to itself. */
export interface CallContext extends ToolContext {
  runChange<P extends Plan>(change: Change<P>): Promise<Outcome>;
}

/** A tool as the server sees it, its types closed over. */
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
  /** Characters of one text in its answers, where more than usual is wanted. */
  maxText?: number | undefined;
  /** @throws ToolError */
  call(args: unknown, context: CallContext): Promise<object>;
}

/** What is said of an argument that the tool does not take; a function where it says what was given in the right form. */
type InsteadOf = Record<string, string | ((given: unknown) => string)>;

interface Definition<Input extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  input: Input;
  /** What people pass and the tool does not take, with the way that works. */
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

/** Every changing tool takes these two. */
const consent = {
  dry_run: z.boolean().optional().describe("Only show the plan"),
  confirm: z.string().optional().describe("Id from confirmation_needed"),
};

/** A tool that changes: it plans, and the pipeline does the rest. */
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

/** The work; where a connector is not found, the error says in which other space it is. */
async function placed<T>(tool: string, context: ToolContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "connector_not_found") throw error;
    const { withPlaces } = await import("./elsewhere.ts");
    throw await withPlaces(error, tool, context);
  }
}

function described<Input extends z.ZodObject>({ name, title, description, input }: Definition<Input>) {
  return { name, title, description, input };
}

/** The arguments, or one error with every problem and its path. */
function readArguments<Input extends z.ZodObject>(schema: Input, args: unknown, insteadOf: InsteadOf = {}): z.output<Input> {
  const odd = prototypeKey(args);
  if (odd !== undefined)
    throw new ToolError("invalid_arguments", `The arguments hold a key "${odd}", which no connector has.`, "Leave it out.");
  const parsed = schema.safeParse(args ?? {});
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape);
  const problems = parsed.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => {
          const instead = issue.path.length === 0 && Object.hasOwn(insteadOf, key) ? insteadOf[key] : undefined;
          if (instead !== undefined)
            return { path: key, problem: typeof instead === "string" ? instead : instead(lookUp(args, issue.path.concat(key))) };
          const meant = issue.path.length === 0 ? didYouMean(key, known) : undefined;
          return { path: [...issue.path, key].join("."), problem: `is not an argument${meant ? `: did you mean "${meant}"?` : ""}` };
        })
      : [{ path: issue.path.join("."), problem: inWords(issue, lookUp(args, issue.path)) }],
  );
  throw new ToolError(
    "invalid_arguments",
    `The arguments do not fit: ${problems.map(({ path, problem }) => `${path || "arguments"}: ${problem}`).join("; ")}.`,
    `Correct them and call again. It takes: ${known.join(", ")}.`,
    { problems },
  );
}

/** Such a key would get lost on the way, or worse. */
function prototypeKey(value: unknown): string | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (Object.hasOwn(value, "__proto__")) return "__proto__";
  for (const item of Object.values(value)) {
    const found = prototypeKey(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inWords(issue: z.core.$ZodIssue, given: unknown): string {
  if (given === undefined) return "is required";
  if (issue.code === "invalid_type" && issue.expected === "array" && typeof given === "string") return `is a list: ${asList(given)}`;
  return issue.message;
}

function lookUp(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at !== null && typeof at === "object" ? Reflect.get(at, key) : undefined), value);
}
