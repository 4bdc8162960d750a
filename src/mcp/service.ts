import type { Ask, Connection } from "../change/consent/ask.ts";
import type { Principal } from "../change/principal.ts";
import type { Caller } from "../change/services.ts";
import { ToolError } from "../errors.ts";
import { startCallLimit } from "../kibana/deadline.ts";
import { beginningRead, plainText } from "../plain-text.ts";
import { isRemote } from "../settings/http.ts";
import type { Settings } from "../settings/index.ts";
import type { CallContext } from "../tools/define.ts";
import type { KeptExports } from "../tools/exports/kept-exports.ts";
import type { ListedTool } from "../tools/listed.ts";
import { visibleTools, whyHidden } from "../tools/visible.ts";
import { inTrace } from "../trace.ts";
import type { ToolAnswer } from "./answer.ts";
import { appData } from "./apps.ts";
import { InputRequired } from "./input-required.ts";
import { instructions, withoutPage, withPage } from "./instructions.ts";
import { createLibrary, type Library, type OpenLibrary } from "./library.ts";

/** What a server serves. Kibana is opened at the first call, not at the start. */
export interface Product {
  version: string;
  settings: Settings;
  /** @throws ToolError not_configured */
  context(caller: Caller): Promise<CallContext>;
  /** Exports that were too large for one answer; their parts are resources. */
  exports: KeptExports;
  /** How one request hides secrets: `redactor` removes them from its answer, `run` from texts that are cut meanwhile. */
  begin(principal: Principal): Promise<{ redactor: Caller["redactor"]; run<T>(work: () => T): T }>;
  /** Running calls, so that a shutdown can wait for them. */
  running: Map<Promise<unknown>, string>;
}

/** One request, as an era of the protocol delivers it. */
export interface Incoming {
  /** Aborted when the client cancels it or leaves. */
  signal: AbortSignal;
  /** The client's name, where it gave one. */
  client: string | undefined;
  ask: Ask;
  /** The client shows apps. */
  apps: boolean;
  /** `traceparent` of the request's `_meta`. */
  trace: unknown;
  /** Undefined where the client asked for no progress. */
  progress: Caller["progress"] | undefined;
}

export type OfferedTool = Omit<ListedTool, "access"> & { outputSchema?: { type: "object" }; _meta?: Record<string, unknown> };

/** Everything that one principal is served, in no era's words: `first/` and `second/` put it into those of an SDK. */
export interface Service extends Library {
  about: { name: string; title: string; version: string };
  instructions: string;
  listTools({ apps }: Pick<Incoming, "apps">): Promise<OfferedTool[]>;
  /**
   * Rejects with InputRequired where the person has to be asked first, and the era asks by ending the call.
   * @param args as the client sent them
   */
  callTool(name: string, args: unknown, incoming: Incoming): Promise<ToolAnswer>;
}

/** Characters of a client's name: it says so itself, and each change is recorded with it. */
const longestName = 120;

/** What one principal is served over one connection, or with one request where nothing is kept between them. */
export function createService(product: Product, principal: Principal): Service {
  const { settings, version, running, exports } = product;
  const shown = visibleTools(settings, principal);
  const connection: Connection = {};
  const callerOf = (
    { progress, client, apps: _apps, trace: _trace, ...incoming }: Incoming,
    reads: AbortSignal,
    redactor: Caller["redactor"],
  ): Caller => ({
    ...incoming,
    client: client && plainText(beginningRead(client, longestName, redactor.withoutLiterals.text), longestName),
    ...(progress ? { progress } : {}),
    principal,
    connection,
    redactor,
    reads,
  });

  const open: OpenLibrary = async (incoming, reads) => {
    const { redactor, run } = await product.begin(principal);
    const context = {
      principal,
      exports,
      tools: shown,
      apps: incoming.apps,
      shared: isRemote(settings.http),
      open: () => product.context(callerOf(incoming, reads, redactor)),
    };
    return { context, scrub: redactor.json, run: (work) => run(() => inTrace(incoming.trace, work)) };
  };

  return {
    about: { name: "kibana-connectors-mcp", title: "Kibana connectors", version },
    instructions: isRemote(settings.http) ? instructions.replace(withPage, withoutPage) : instructions,
    ...createLibrary(open, settings.timeout),

    async listTools({ apps }) {
      const tools = shown.map((tool) => offered(tool, settings));
      if (!apps) return tools;
      const { toolUi } = await import("../apps/index.ts");
      return tools.map((tool) => ({ ...tool, _meta: { ui: toolUi(tool.name) } }));
    },

    callTool(name, args, incoming) {
      const { forApp, meta } = appData(incoming.apps);
      const work = async (redactor: Caller["redactor"]) => {
        const limit = startCallLimit(settings.timeout, incoming.signal, { waiting: settings.confirmWait });
        // What only a call needs is loaded at the first one, so that a client that just lists the tools does not wait for it.
        const { answer, failure } = await import("./answer.ts");
        try {
          if (!shown.some((one) => one.name === name)) throw whyHidden(name, settings, principal);
          const { tools } = await import("../tools/index.ts");
          const tool = tools.find((one) => one.name === name);
          if (!tool) throw whyHidden(name, settings, principal);
          const context = await product.context({ ...callerOf(incoming, limit.signal, redactor), ...forApp });
          const result = answer(await tool.call(args, context), settings.results, redactor.json, tool.maxText);
          return { ...result, ...meta(redactor.json) };
        } catch (error) {
          if (error instanceof InputRequired) throw error;
          return failure(
            incoming.signal.aborted && !(error instanceof ToolError)
              ? new ToolError("cancelled", "The call was cancelled.", "Nothing to do.")
              : error,
            redactor.json,
          );
        } finally {
          limit.end();
        }
      };
      const call = product.begin(principal).then(({ redactor, run }) => run(() => inTrace(incoming.trace, () => work(redactor))));
      running.set(call, principal.name);
      const done = () => running.delete(call);
      call.then(done, done);
      return call;
    },
  };
}

function offered({ access: _access, ...tool }: ListedTool, { results }: Settings): OfferedTool {
  // If answers have no structured content, clients would refuse them because of a published output schema.
  return results === "text" ? tool : { ...tool, outputSchema: { type: "object" } };
}
