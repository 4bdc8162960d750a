import { createHash } from "node:crypto";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema, type ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";
import { createBackend } from "../../src/commands/backend.ts";
import { createServer } from "../../src/mcp/first/server.ts";
import { createService } from "../../src/mcp/service.ts";
import { type SandboxOptions, startSandbox } from "../../src/sandbox/index.ts";
import type { Settings } from "../../src/settings/index.ts";
import { type FakeClock, fakeClock } from "./clock.ts";
import { freshFolder, textIn } from "./folder.ts";
import { type Recorded, recordingProxy } from "./recording-proxy.ts";
import { settings } from "./settings.ts";

/** A question as the client gets it. */
export interface Question {
  message: string;
  requestedSchema: { properties: Record<string, unknown>; required?: string[] };
}

/** How the person behind the client answers. */
export type Person = (question: Question, signal: AbortSignal) => ElicitResult | Promise<ElicitResult>;

/** Says yes to all that is asked. */
export const accepts: Person = () => ({ action: "accept", content: { confirm: true, nothing_else: "yes" } });
export const doesNotKnow: Person = () => ({ action: "accept", content: { confirm: true, nothing_else: "do not know" } });
export const declines: Person = () => ({ action: "decline" });
export const cancels: Person = () => ({ action: "cancel" });
export const neverAnswers: Person = () => new Promise(() => {});
export const types =
  (name: string): Person =>
  () => ({ action: "accept", content: { name } });

export interface Called {
  isError: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: tests read freely from answers
  body: any;
  /** As it went over the wire. */
  text: string;
}

export interface ProductOptions {
  /** `url`: of something else in front of the sandbox. */
  settings?: Partial<Settings> & { url?: string };
  env?: Record<string, string>;
  /** Undefined: the client cannot ask. */
  person?: Person | undefined;
  /** What the client says that it can beyond the protocol. */
  extensions?: Record<string, object>;
  sandbox?: SandboxOptions;
  clock?: FakeClock;
  /** Called before each request reaches the sandbox; may wait, or change things unnoticed. */
  onRequest?: (call: Recorded) => Promise<void> | void;
  /** A journal shared with another product. */
  journalDir?: string;
}

/** The whole product except its process: a real client in memory, our server, a recording proxy, and a sandbox of its own. */
export async function product(options: ProductOptions = {}) {
  const sandbox = await startSandbox(options.sandbox);
  onTestFinished(() => sandbox.close());
  const journalDir = options.journalDir ?? `${await freshFolder()}/journal`;
  const clock = options.clock ?? fakeClock();
  const proxy = await recordingProxy(sandbox.url, options.onRequest);
  const chosen = settings({ url: proxy.url, journalDir, ...options.settings });
  const backend = createBackend(chosen, options.env ?? {}, clock);
  onTestFinished(() => backend.close());
  const connection = await connect(backend, chosen, options.person, options.extensions);
  return {
    ...connection,
    ...own(sandbox.url),
    backend,
    settings: chosen,
    clock,
    journalDir,
    journal: () => textIn(journalDir),
    calls: proxy.calls,
    writes: proxy.writes,
  };
}

/** A client of its own on a backend. */
export async function connect(
  backend: ReturnType<typeof createBackend>,
  chosen: Settings,
  person: Person | undefined,
  extensions?: Record<string, object>,
) {
  const questions: Question[] = [];
  const server = createServer(createService(backend, { name: "tester", access: chosen.access, spaces: chosen.spaces }));
  const client = new Client(
    { name: "test-client", version: "1" },
    { capabilities: { ...(person && { elicitation: { form: {} } }), ...(extensions && { extensions }) } },
  );
  if (person) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => {
      const question = params as unknown as Question;
      questions.push(question);
      return person(question, signal);
    });
  }
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(ours), client.connect(theirs)]);
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  async function call(name: string, args: Record<string, unknown> = {}, signal?: AbortSignal): Promise<Called> {
    const result = await client.callTool({ name, arguments: args }, undefined, signal && { signal });
    const [content] = result.content as { text: string }[];
    const text = content?.text ?? JSON.stringify(result.structuredContent);
    const parsed = JSON.parse(text);
    return { isError: result.isError === true, body: result.isError ? parsed.error : parsed, text: JSON.stringify(result) };
  }
  return { client, call, questions };
}

/** The sandbox's own routes, and its Kibana without the server. */
function own(url: string) {
  async function bare(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<string> {
    const form = body instanceof FormData ? { body } : undefined;
    const answer = await fetch(url + path, {
      method,
      headers: { "kbn-xsrf": "test", ...(form ? {} : { "content-type": "application/json" }), ...headers },
      ...(form ?? (body === undefined ? {} : { body: JSON.stringify(body) })),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  }
  return {
    sandboxUrl: url,
    bare,
    /** The hash of everything that a call can change, byte for byte: the text itself is too long to read in a failure. */
    state: async () =>
      createHash("sha256")
        .update(await bare("GET", "/sandbox/state"))
        .digest("hex"),
    /** Orders a fault for the next matching call. */
    fault: (fault: string, match: { method?: string; path?: string; times?: number } = {}) =>
      bare("POST", "/sandbox/faults", { fault, ...match }),
    deliveries: async (): Promise<{ connector_id: string }[]> => JSON.parse(await bare("GET", "/sandbox/deliveries")).deliveries,
  };
}
