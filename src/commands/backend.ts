import { createApprovals } from "../change/approvals.ts";
import { type Clock, systemClock } from "../change/clock.ts";
import { createContinuations } from "../change/continuation.ts";
import { planDigest } from "../change/digest.ts";
import { createJournal } from "../change/journal.ts";
import { createLocks } from "../change/locks.ts";
import { createAuditTrail } from "../change/ops/audit-trail.ts";
import { runChange } from "../change/pipeline.ts";
import type { Principal } from "../change/principal.ts";
import type { Caller, ChangeServices } from "../change/services.ts";
import { settleOpenEntries } from "../change/settle.ts";
import { isRemote } from "../http-settings.ts";
import { createLog, type Log } from "../log.ts";
import type { Product } from "../mcp/server.ts";
import type { Settings } from "../settings.ts";
import type { ToolContext } from "../tools/define.ts";
import { createKeptExports } from "../tools/kept-exports.ts";
import { createSpaceCheck } from "../tools/spaces.ts";
import { version } from "../version.ts";
import type { Pages } from "../web/listener.ts";
import { journalDir } from "./journal-dir.ts";
import { redactorOf } from "./redactor.ts";

export interface Backend extends Product {
  log: Log;
  /** Whether Kibana answers; asked of Kibana every few seconds at the most. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

/** Milliseconds for which an answer to `ready` holds: anybody may ask. */
const readyHolds = 5_000;

/** Everything behind the tools: Kibana (or the sandbox), journal, pipeline; opened at the first call. */
export function createBackend(settings: Settings, env: Record<string, string | undefined>, clock: Clock = systemClock): Backend {
  const redactor = redactorOf(settings, env);
  const log = createLog(settings.logLevel, redactor.text);
  const exports = createKeptExports(() => clock.now());
  let opened: Promise<Opened> | undefined;

  const nobodyHere = settings.http !== undefined && isRemote(settings.http);

  /** The listener is loaded and started at the first page. */
  let opening: Promise<Pages> | undefined;
  const pages = () => {
    opening ??= import("../web/listener.ts").then(({ createPages }) => createPages(() => clock.now()));
    return opening;
  };

  async function open(): Promise<Opened> {
    const { reader, writer, deployment, close } = await (await import("./open-kibana.ts")).openKibana(settings, version);
    const fingerprintKey = settings.confirmKey?.keyFor("fingerprint");
    const journal = createJournal(await journalDir(settings), clock);
    const services: ChangeServices = {
      underWay: { writes: 0 },
      settings,
      deployment: deployment.name,
      reader,
      writer,
      journal,
      continuations: createContinuations(clock, settings.confirmKey?.keyFor("continuation")),
      digest: (plan) => planDigest(plan, fingerprintKey),
      trail: settings.auditConnector && createAuditTrail(settings.auditConnector, { writer, clock, log }),
      approvals: createApprovals(clock),
      sandbox: deployment.sandbox,
      openPage: nobodyHere ? undefined : async (page, take) => (await pages()).open(page, take),
      alone: createLocks(),
      clock,
      log,
      redactor,
    };
    // In the background: what a crash left open is looked up, and readers of the journal wait for it.
    const settled = settleOpenEntries(journal, deployment.name, { reader, clock, log }).catch((error: unknown) => {
      log.warn("unsettled", { error: error instanceof Error ? error.message : "unknown" });
    });
    const shared: Omit<ToolContext, "principal" | "signal" | "progress"> = {
      kibana: reader,
      settings,
      deployment,
      journal: {
        async entries() {
          await settled;
          return journal.entries();
        },
      },
      spaces: createSpaceCheck(reader, clock),
      secrets: { env, prefix: settings.secretPrefix, dir: settings.secretDir, literals: settings.literalSecrets, noPage: nobodyHere },
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
      },
    };
  }

  let asked: { at: number; answer: Promise<boolean> } | undefined;

  function whenOpen(): Promise<Opened> {
    opened ??= open();
    // A failed opening may have passed by the next call.
    return opened.catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
  }

  async function kibanaAnswers(): Promise<boolean> {
    try {
      await (await whenOpen()).shared.kibana.status(AbortSignal.timeout(readyHolds));
      return true;
    } catch (error) {
      log.warn("not_ready", { error: error instanceof Error ? error.message : "unknown" });
      return false;
    }
  }

  return {
    version,
    settings,
    exports,
    log,
    running: new Set(),
    scrub: (value) => redactor.json(value),
    async context(caller: Caller) {
      const { services, shared } = await whenOpen();
      const { principal, signal, progress = () => {} } = caller;
      return {
        ...shared,
        settings: { ...settings, space: defaultSpace(settings, principal) },
        secrets: { ...shared.secrets, allowed: principal.secrets },
        principal,
        signal,
        progress,
        runChange: (change) => runChange(change, caller, services),
      };
    },
    ready() {
      if (!asked || asked.at + readyHolds <= clock.now()) asked = { at: clock.now(), answer: kibanaAnswers() };
      return asked.answer;
    },
    async close() {
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

interface Opened {
  services: ChangeServices;
  shared: Omit<ToolContext, "principal" | "signal" | "progress">;
  close(): Promise<void>;
}

/** Where a call goes that names no space: a principal that is held to spaces of its own has its own. */
function defaultSpace(settings: Settings, { spaces }: Principal): string {
  if (spaces === undefined || spaces === settings.spaces || spaces.includes(settings.space)) return settings.space;
  return spaces[0] ?? settings.space;
}
