import { createApprovals } from "../change/approvals.ts";
import { type Clock, systemClock } from "../change/clock.ts";
import { createContinuations } from "../change/continuation.ts";
import { createJournal } from "../change/journal.ts";
import { createLocks } from "../change/locks.ts";
import { runChange } from "../change/pipeline.ts";
import type { Caller, ChangeServices } from "../change/services.ts";
import { settleOpenEntries } from "../change/settle.ts";
import { ToolError } from "../errors.ts";
import { createLog } from "../log.ts";
import type { Product } from "../mcp/server.ts";
import { seal } from "../sealed.ts";
import { bindingSuffix } from "../secrets/binding.ts";
import { createRedactor } from "../secrets/redact.ts";
import type { KibanaSettings, Settings } from "../settings.ts";
import type { ToolContext } from "../tools/define.ts";
import { createKeptExports } from "../tools/kept-exports.ts";
import { createSpaceCheck } from "../tools/spaces.ts";
import { version } from "../version.ts";
import type { Pages } from "../web/listener.ts";
import { journalDir } from "./journal-dir.ts";

export interface Backend extends Product {
  close(): Promise<void>;
}

/** Everything behind the tools: Kibana (or the sandbox), journal, pipeline; opened at the first call. */
export function createBackend(settings: Settings, env: Record<string, string | undefined>, clock: Clock = systemClock): Backend {
  const redactor = createRedactor();
  if (settings.kibana?.auth.kind === "api_key") redactor.learn(settings.kibana.auth.key);
  if (settings.kibana?.auth.kind === "basic") redactor.learn(settings.kibana.auth.password);
  // Before anything refers to them: a service may echo a secret that an earlier run stored.
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(settings.secretPrefix) && !name.endsWith(bindingSuffix) && value) redactor.learn(seal(value, name));
  }
  const log = createLog(settings.logLevel, redactor.text);
  const exports = createKeptExports(() => clock.now());
  let opened: Promise<Opened> | undefined;

  /** The listener is loaded and started at the first page. */
  let opening: Promise<Pages> | undefined;
  const pages = () => {
    opening ??= import("../web/listener.ts").then(({ createPages }) => createPages(() => clock.now()));
    return opening;
  };

  async function open(): Promise<Opened> {
    const sandbox = settings.sandbox ? await (await import("../sandbox/index.ts")).startSandbox() : undefined;
    const kibana: KibanaSettings | undefined = sandbox
      ? { url: sandbox.url, label: undefined, auth: { kind: "none" }, ca: undefined, skipTlsVerification: false }
      : settings.kibana;
    if (!kibana) throw notConfigured();
    const { connectKibana } = await import("../kibana/connect.ts");
    const { reader, writer, close } = connectKibana(kibana, settings.timeout, `kibana-connectors-mcp/${version}`);
    const name = sandbox ? "SANDBOX" : kibana.label ? `${kibana.label} (${kibana.url})` : kibana.url;
    const journal = createJournal(await journalDir(settings), clock);
    const services: ChangeServices = {
      underWay: { writes: 0 },
      settings,
      deployment: name,
      reader,
      writer,
      journal,
      continuations: createContinuations(clock),
      approvals: createApprovals(clock),
      sandbox: sandbox !== undefined,
      openPage: async (page, take) => (await pages()).open(page, take),
      alone: createLocks(),
      clock,
      log,
      redactor,
    };
    // In the background: what a crash left open is looked up, and readers of the journal wait for it.
    const settled = settleOpenEntries(journal, name, { reader, clock, log }).catch((error: unknown) => {
      log.warn("unsettled", { error: error instanceof Error ? error.message : "unknown" });
    });
    const shared: Omit<ToolContext, "principal" | "signal"> = {
      kibana: reader,
      settings,
      deployment: { name, url: kibana.url, label: kibana.label, sandbox: sandbox !== undefined },
      journal: {
        async entries() {
          await settled;
          return journal.entries();
        },
      },
      spaces: createSpaceCheck(reader, clock),
      secrets: { env, prefix: settings.secretPrefix, dir: settings.secretDir, literals: settings.literalSecrets },
      learn: (tree) => redactor.learn(tree),
      exports,
    };
    return {
      services,
      shared,
      async close() {
        await (await opening)?.close();
        await journal.close();
        await close();
        await sandbox?.close();
      },
    };
  }

  return {
    version,
    settings,
    exports,
    running: new Set(),
    scrub: (value) => redactor.json(value),
    async context(caller: Caller) {
      opened ??= open();
      // A failed opening may have passed by the next call.
      const { services, shared } = await opened.catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return { ...shared, principal: caller.principal, signal: caller.signal, runChange: (change) => runChange(change, caller, services) };
    },
    async close() {
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

interface Opened {
  services: ChangeServices;
  shared: Omit<ToolContext, "principal" | "signal">;
  close(): Promise<void>;
}

function notConfigured(): ToolError {
  return new ToolError(
    "not_configured",
    "This server is not connected to a Kibana.",
    "The operator sets KIBANA_URL and KIBANA_API_KEY in the server's environment (in the MCP client's configuration) and restarts it; to try it out without a Kibana, start it with --sandbox.",
  );
}
