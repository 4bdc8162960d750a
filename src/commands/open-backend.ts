import type { Clock } from "../change/clock.ts";
import { createApprovals } from "../change/consent/approvals.ts";
import { createContinuations } from "../change/consent/continuation.ts";
import { planDigest } from "../change/digest.ts";
import { createJournal } from "../change/journal.ts";
import { keyFileIn } from "../change/journal-key.ts";
import { createLocks } from "../change/locks.ts";
import { createAuditTrail } from "../change/ops/audit-trail.ts";
import type { Outcome } from "../change/outcome.ts";
import { runChange } from "../change/pipeline.ts";
import type { Plan } from "../change/plan.ts";
import { settleOpenEntries } from "../change/recover.ts";
import type { Caller, Change, ChangeServices } from "../change/services.ts";
import { undoBy } from "../change/undo-here.ts";
import { ToolError } from "../errors.ts";
import type { Reader } from "../kibana/reader.ts";
import { createTurns } from "../kibana/turns.ts";
import type { Log } from "../log.ts";
import type { Redactor } from "../secrets/redact.ts";
import { createRefusedValues } from "../secrets/refused-values.ts";
import { reservedValues } from "../secrets/reserved-values.ts";
import { isRemote } from "../settings/http.ts";
import type { Settings } from "../settings/index.ts";
import { ownCredentials } from "../settings/own-credentials.ts";
import { createSpaceChecks } from "../tools/connectors/spaces.ts";
import type { ToolContext } from "../tools/define.ts";
import type { KeptExports } from "../tools/exports/kept-exports.ts";
import { version } from "../version.ts";
import type { Pages } from "../web/listener.ts";
import { withApiKey } from "./api-key-command.ts";
import { journalDir } from "./journal-dir.ts";
import { openKibana } from "./open-kibana.ts";
import type { OpenPasskeys } from "./open-passkeys.ts";

/** Each has its own last look right before it. */
const writesAtOnce = 4;

/** The part of the context that all calls share. */
type Shared = Omit<ToolContext, "principal" | "signal" | "progress" | "forApp" | "learn" | "spaces"> & {
  spacesFor: ReturnType<typeof createSpaceChecks>;
  refusedTo: ReturnType<typeof createRefusedValues>;
};

/** An opened backend. */
export interface Opened {
  runChange<P extends Plan>(change: Change<P>, caller: Caller): Promise<Outcome>;
  shared: Shared;
  close(): Promise<void>;
}

/** What exists before Kibana is opened. */
interface Known {
  settings: Settings;
  env: Record<string, string | undefined>;
  clock: Clock;
  log: Log;
  exports: KeptExports;
  /** Learns the key that the operator's command prints. */
  redactor: Redactor;
  passkeys: Promise<OpenPasskeys> | undefined;
}

/** Opens Kibana (or the sandbox), the journal and the pipeline. @throws ToolError not_configured */
export async function openBackend({ settings: given, env, clock, log, exports, redactor, passkeys }: Known): Promise<Opened> {
  const settings = await withApiKey(given, redactor);
  const nobodyHere = isRemote(settings.http);

  async function openPages(): Promise<Pages> {
    const shared = (await passkeys)?.shared;
    if (shared) return shared.pages;
    const { createPages } = await import("../web/listener.ts");
    return createPages(() => clock.now(), passkeys && "localhost");
  }
  /** The listener is loaded and started for the first page. */
  let opening: Promise<Pages> | undefined;
  const pages = () => {
    opening ??= openPages().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  const signing = passkeys?.then(({ keyring }) => ({ keyring, origin: async () => (await pages()).origin() }));
  // Whoever asks for a passkey gets the failure; the server goes on without.
  signing?.catch(() => undefined);

  const { reader: asked, writer, deployment, close } = await openKibana(settings, version);
  // Kibana's version is checked once for all changes; reads check it themselves.
  let supported = false;
  const noticing = (reads: Reader): Reader => ({
    ...reads,
    until: (signal) => noticing(reads.until(signal)),
    anew: () => noticing(reads.anew()),
    async status() {
      const status = await reads.status();
      supported = true;
      return status;
    },
  });
  const reader = noticing(asked);
  const fingerprintKey = settings.confirmKey?.keyFor("fingerprint");
  const dir = await journalDir(settings);
  const journal = createJournal(dir, clock);
  const services: Omit<ChangeServices, "redactor" | "undoBy"> = {
    inFlight: { writes: 0 },
    writing: createTurns(writesAtOnce),
    settings,
    deployment: deployment.name,
    reader: reader.anew(),
    writer,
    journal,
    continuations: createContinuations(clock, settings.confirmKey?.keyFor("continuation")),
    digest: (plan) => planDigest(plan, fingerprintKey),
    trail: settings.auditConnector && createAuditTrail(settings.auditConnector, { writer, clock, log }),
    approvals: createApprovals(clock),
    sandbox: deployment.sandbox,
    openPage: nobodyHere ? undefined : async (...shown) => (await pages()).open(...shown),
    showOnce: nobodyHere ? undefined : async (...shown) => (await pages()).showOnce(...shown),
    // Before the first page there is nothing to end.
    endTokens: async (holder) => (await opening)?.endTokens(holder),
    passkeys: signing,
    alone: createLocks(),
    clock,
    log,
  };
  // In the background: finds out how entries ended that a crash left open. Readers of the journal wait for it.
  const settled = settleOpenEntries(journal, deployment.name, { reader, clock, log }).catch((error: unknown) => {
    log.warn("unsettled", { error: error instanceof Error ? error.message : "unknown" });
  });
  const shared: Shared = {
    kibana: reader,
    settings,
    deployment,
    journal: {
      async entries() {
        await settled;
        return journal.entries();
      },
      key: journal.key,
      lastHour: journal.lastHour,
    },
    spacesFor: createSpaceChecks(clock),
    refusedTo: createRefusedValues(),
    secrets: {
      ...{ env, prefix: settings.secretPrefix, dir: settings.secretDir, literals: settings.literalSecrets, noPage: nobodyHere },
      ownFiles: [...settings.ownFiles, keyFileIn(dir)],
      reserved: reservedValues(ownCredentials(settings), env, settings.secretPrefix),
    },
    exports,
  };
  return {
    /** @throws ToolError kibana_unreachable before anything is planned, if no supported Kibana answers */
    async runChange(change, caller) {
      if (!supported) await reader.until(caller.reads).status().catch(onlyUnreachable);
      return runChange(change, caller, { ...services, redactor: caller.redactor, undoBy: undoBy(caller.principal, settings) });
    },
    shared,
    async close() {
      await (await opening?.catch(() => undefined))?.close();
      await journal.close();
      await close();
    },
  };
}

/** If only this key may not read the status, the change may go on. */
function onlyUnreachable(error: unknown): void {
  if (!(error instanceof ToolError) || error.code === "kibana_unreachable" || error.code === "cancelled") throw error;
}
