import { type Clock, systemClock } from "../change/clock.ts";
import type { Passkeys } from "../change/consent/passkey.ts";
import type { JournalReader } from "../change/journal.ts";
import type { Principal } from "../change/principal.ts";
import type { Caller } from "../change/services.ts";
import { inLineOf } from "../kibana/turns.ts";
import { createLog, type Log } from "../log.ts";
import type { Product } from "../mcp/service.ts";
import { hidingKnown } from "../plain-text.ts";
import { watchSecrets } from "../secrets/folder.ts";
import type { Settings } from "../settings/index.ts";
import { createKeptExports } from "../tools/exports/kept-exports.ts";
import { version } from "../version.ts";
import type { Opened } from "./open-backend.ts";
import type { OpenPasskeys } from "./open-passkeys.ts";
import type { OperatorsRedactor } from "./redactor.ts";

export interface Backend extends Product {
  log(): Promise<Log>;
  /** Whether Kibana answers; checked at most every few seconds. */
  ready(): Promise<boolean>;
  /** Undefined where a click on a page is enough. */
  passkeys: Promise<OpenPasskeys> | undefined;
  close(): Promise<void>;
}

/** Milliseconds for which an answer of `ready` is reused: anybody may ask. */
const readyHolds = 5_000;

/**
 * Everything behind the tools: Kibana (or the sandbox), journal and pipeline; opened at the first call.
 * @param write takes the lines of the log
 */
export function createBackend(
  settings: Settings,
  env: Record<string, string | undefined>,
  clock: Clock = systemClock,
  write?: (line: string) => void,
): Backend {
  // Stays known if it is exchanged before the first request.
  const secretsAtStart = settings.secretDir === undefined ? [] : watchSecrets(settings.secretDir)();
  const exports = createKeptExports(() => clock.now());
  let hiding: Promise<{ redactor: OperatorsRedactor; log: Log }> | undefined;
  let opened: Promise<Opened> | undefined;

  /** What keeps secrets out of answers and of the log: loaded for the first request, so that a start does not wait for it. */
  function hide() {
    hiding ??= import("./redactor.ts").then(({ redactorOf }) => {
      const redactor = redactorOf(settings, env);
      redactor.learn(secretsAtStart);
      return { redactor, log: createLog(settings.logLevel, redactor.log.text, write) };
    });
    return hiding;
  }

  // At the start, before anybody can exchange them.
  const passkeys =
    settings.approveWith && hide().then(async ({ log }) => (await import("./open-passkeys.ts")).openAtStart(settings, clock, log));
  // Whoever needs them gets the error.
  passkeys?.catch(() => undefined);

  let asked: { at: number; answer: Promise<boolean> } | undefined;

  function whenOpen(): Promise<Opened> {
    opened ??= hide().then(async ({ redactor, log }) => {
      const { openBackend } = await import("./open-backend.ts");
      return openBackend({ settings, env, clock, log, exports, redactor, passkeys });
    });
    // A failure to open may be temporary: the next call tries again.
    return opened.catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
  }

  async function kibanaAnswers(): Promise<boolean> {
    try {
      const { text } = (await hide()).redactor;
      await hidingKnown({ text, said: text }, async () => (await whenOpen()).shared.kibana.until(AbortSignal.timeout(readyHolds)).status());
      return true;
    } catch (error) {
      const { log } = await hide();
      log.warn("not_ready", { error: error instanceof Error ? error.message : "unknown" });
      return false;
    }
  }

  return {
    version,
    settings,
    exports,
    log: async () => (await hide()).log,
    passkeys,
    running: new Map(),
    async begin(principal) {
      const { redactor } = await hide();
      redactor.refresh();
      const call = redactor.principal(principal.name).call();
      return {
        redactor: call,
        run: (work) => inLineOf(principal.name, () => hidingKnown({ text: call.withoutLiterals.text, said: call.text }, work)),
      };
    },
    async context(caller: Caller) {
      const { runChange, shared: all } = await whenOpen();
      const { principal, reads, redactor: known, progress = () => {}, forApp } = caller;
      const { spacesFor, refusedTo, ...rest } = all;
      const kibana = all.kibana.until(reads);
      return {
        ...rest,
        kibana,
        spaces: spacesFor(kibana, principal),
        settings: { ...rest.settings, space: defaultSpace(settings, principal) },
        secrets: {
          ...all.secrets,
          ...{ allowed: principal.secrets, refused: refusedTo(principal.name), held: known.held, ...storedOnce({ ...all, passkeys }) },
        },
        principal,
        signal: reads,
        progress,
        ...(forApp && { forApp }),
        learn: (tree) => known.learn(tree),
        runChange: (change) => runChange(change, caller),
      };
    },
    ready() {
      if (!asked || asked.at + readyHolds <= clock.now()) asked = { at: clock.now(), answer: kibanaAnswers() };
      return asked.answer;
    },
    async close() {
      await (await opened?.catch(() => undefined))?.close();
      await (await passkeys?.catch(() => undefined))?.close();
    },
  };
}

/** The space of a call that names none. For a principal limited to other spaces, it is the first of these. */
function defaultSpace(settings: Settings, { spaces }: Principal): string {
  if (spaces === undefined || spaces === settings.spaces || spaces.includes(settings.space)) return settings.space;
  return spaces[0] ?? settings.space;
}

/** What the journal says of secrets, read when a call first asks for it. */
function storedOnce({
  journal,
  deployment,
  settings,
  passkeys,
}: {
  journal: JournalReader;
  deployment: { name: string };
  settings: Settings;
  passkeys: Promise<Pick<Passkeys, "keyring">> | undefined;
}) {
  let reading: ReturnType<typeof read> | undefined;
  const read = async () => (await import("../change/told-by-journal.ts")).toldByJournal(journal, deployment.name, settings, passkeys);
  const told = () => (reading ??= read());
  return {
    stored: async (before?: string) => (await told()).stored(before),
    former: async () => (await told()).former,
    digest: async () => (await told()).digest,
    agreed: async () => (await told()).agreed(),
  };
}
