import type * as z from "zod";
import { has } from "../version-changes.ts";
import { describeIssues } from "../wording/index.ts";
import type { Outcome, Run } from "./outcome.ts";
import { type Answer, deliver, isLoopback, type Outgoing } from "./transport.ts";

/** What a service answered, parsed as Kibana's HTTP client does: JSON where it is JSON, text otherwise. */
export interface Reply {
  status: number;
  statusText: string;
  headers: Record<string, string>;
  data: unknown;
  /** What was asked. */
  method: string;
  url: string;
}

/** Sends one request, with the headers that have to be asked for first. Throws a RequestFailure for any status but 2xx. */
export type Ask = (request: Outgoing, auth?: () => Promise<Record<string, string>>) => Promise<Reply>;

/** What a type sends in one run and makes of the answers. A failure is thrown, in the words of the type. */
export type Service = (run: Run, ask: Ask) => Promise<unknown>;

/** A request that was refused, or that got no answer. */
export class RequestFailure extends Error {
  readonly reply: Reply | undefined;
  readonly code: string | undefined;
  /** The type itself blames the user. */
  readonly usersFault: boolean;

  constructor(message: string, { reply, code, usersFault = false }: { reply?: Reply; code?: string; usersFault?: boolean }) {
    super(message);
    this.reply = reply;
    this.code = code;
    this.usersFault = usersFault;
  }
}

/** A failure that the type itself returns instead of throwing it. */
export class Reported extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super();
    this.outcome = outcome;
  }
}

/** The service is not on this machine: nothing was sent. */
class Elsewhere extends Error {}

/** Really sends; undefined if the service is not on this machine. */
export async function converse(run: Run, service: Service): Promise<Outcome | undefined> {
  let sent = false;
  const ask: Ask = async (request, auth) => {
    if (!sent && !isLoopback(request.url)) throw new Elsewhere();
    sent = true;
    return replyTo(request, await deliver({ ...request, headers: { ...request.headers, ...(await auth?.()) } }));
  };
  try {
    return await outcomeOf(run, service, ask);
  } catch (error) {
    if (error instanceof Elsewhere) return undefined;
    throw error;
  }
}

/** Sends nothing: another one answers. */
export function play(run: Run, service: Service, answering: (request: Outgoing, run: Run) => Answer): Promise<Outcome> {
  return outcomeOf(run, service, async (request) => replyTo(request, answering(request, run)));
}

async function outcomeOf(run: Run, service: Service, ask: Ask): Promise<Outcome> {
  try {
    const data = await service(run, ask);
    return { status: "ok", ...(data !== undefined && { data }) };
  } catch (error) {
    for (const cause of causes(error)) {
      if (cause instanceof Elsewhere) throw cause;
      if (cause instanceof Reported) return cause.outcome;
    }
    return thrown(messageOf(error), failureIn(error), run.version);
  }
}

function replyTo(request: Outgoing, answer: Answer): Reply {
  if ("code" in answer) throw new RequestFailure(answer.message, { code: answer.code });
  const { status, statusText, headers = {}, text = "" } = answer;
  const reply = { status, statusText, headers, data: parsed(text), method: request.method.toLowerCase(), url: request.url };
  if (status >= 200 && status < 300) return reply;
  throw new RequestFailure(`Request failed with status code ${status}`, {
    reply,
    code: status < 500 ? "ERR_BAD_REQUEST" : "ERR_BAD_RESPONSE",
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Statuses for which the user is to blame: actions/server/lib/create_and_throw_user_error.ts. */
const usersFault = [401, 402, 403, 407, 409, 412, 413, 417, 422, 423, 429, 451];

/** What Kibana makes of an error that a type throws: actions/server/lib/action_executor.ts. */
function thrown(serviceMessage: string, failure: RequestFailure | undefined, version: string): Outcome {
  const refused = usersFault.includes(failure?.reply?.status ?? 0) && has(version, "refusals of a service blamed on the user");
  const user = refused || failure?.usersFault;
  return {
    status: "error",
    message: "an error occurred while running the action",
    serviceMessage,
    retry: true,
    errorSource: user ? "user" : "framework",
  };
}

function* causes(error: unknown): Generator<unknown> {
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) yield cause;
}

/** The failed request behind an error. */
export function failureIn(error: unknown): RequestFailure | undefined {
  return [...causes(error)].find((cause) => cause instanceof RequestFailure);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Does the work; an error in it gets the words of the type. */
export async function orElse<T>(work: () => Promise<T>, words: (message: string, error: unknown) => string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(words(messageOf(error), error), { cause: error });
  }
}

/** A value deep inside; fails as reading it in Kibana's code would. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce((item, key) => {
    if (item === undefined || item === null) throw new TypeError(`Cannot read properties of ${String(item)} (reading '${key}')`);
    return Object(item)[key];
  }, value);
}

/** The date as JSON has it; throws "Invalid time value" for what is none. */
export function isoDate(date: unknown): string {
  return new Date(typeof date === "number" ? date : String(date)).toISOString();
}

/** The answer must be JSON and have these fields: throwIfResponseIsNotValid of actions/server/lib/axios_utils.ts. */
export function needJson({ status, headers, data, method, url }: Reply, fields: readonly string[] = []): void {
  if (status === 204) return;
  const type = headers["content-type"] ?? "undefined";
  if (!type.includes("application/json"))
    throw new Error(`Unsupported content type: ${type} in ${method} ${url}. Supported content types: application/json`);
  if (data !== "" && typeof data !== "object") throw new Error("Response is not a valid JSON");
  if (Array.isArray(data) ? fields.length > 0 : fields.some((field) => Object(data)[field] === undefined))
    throw new Error(`Response is missing at least one of the expected fields: ${fields.join(",")}`);
}

/** The answer must have this shape: sub_action_framework/sub_action_connector.ts. */
export function needShape<T>({ wording }: Run, { data }: Reply, shape: z.ZodType<T>): T {
  const result = shape.safeParse(data);
  if (result.success) return result.data;
  const problem = describeIssues(result.error, Object(data), wording);
  throw new Error(`Response validation failed (${wording === "config-schema" ? `Error: ${problem}` : problem})`);
}
