import type { Clock } from "../change/clock.ts";
import { createJournal } from "../change/journal.ts";
import type { PasskeysRecord } from "../change/journal-records.ts";
import type { Log } from "../log.ts";
import { appendKey, putAside } from "../passkeys/key-file.ts";
import { type KeyRecord, type Keys, noKeys } from "../passkeys/key-records.ts";
import { type Keyring, openKeyring } from "../passkeys/keyring.ts";
import type { Settings } from "../settings/index.ts";
import { journalDir } from "./journal-dir.ts";
import { passkeyDir } from "./passkey-dir.ts";
import { createSharedPages, type SharedPages } from "./shared-pages.ts";

/** The keys, and how others are added; the journal says which were there before. */
export interface OpenPasskeys {
  dir: string;
  keyring: Keyring;
  noted: readonly PasskeysRecord[];
  /** Of the principals whose keys the journal did not know. */
  unnoted: string[];
  /** Tells the journal which keys a principal has, so that an exchange of the file shows at the next start. */
  note(principal: string, keys: Keys, startedOver?: string): Promise<void>;
  /** @param startOver the keys before are put aside @throws PasskeyRefused */
  append(record: KeyRecord, startOver?: boolean): Promise<void>;
  /** Pages under the server's public address; undefined where there is none. */
  shared: SharedPages | undefined;
  close(): Promise<void>;
}

/** Reads the keys as they are now, and compares them with what the journal says. @throws ToolError journal_unavailable */
export async function openPasskeys(settings: Settings, clock: Clock): Promise<OpenPasskeys> {
  const dir = await passkeyDir(settings);
  // The sandbox's journal knows nothing of earlier processes.
  const journal = settings.sandbox && !settings.journalDir ? undefined : createJournal(await journalDir(settings), clock);
  const noted = (await journal?.entries())?.passkeys ?? [];
  const keyring = await openKeyring(dir, {
    pins: settings.approveWith?.pins ?? [],
    noted: new Map(noted.map(({ principal, digest }) => [principal, digest])),
  });
  async function note(principal: string, { digests }: Keys, startedOver?: string): Promise<void> {
    const digest = digests.at(-1);
    if (digest !== undefined)
      await journal?.notePasskeys({ principal, count: digests.length, digest, ...(startedOver && { startedOver }) });
  }
  const opened: OpenPasskeys = {
    dir,
    keyring,
    noted,
    shared: undefined,
    unnoted: journal ? [...keyring.found.keys()].filter((name) => !noted.some(({ principal }) => principal === name)) : [],
    note,
    async append(record, startOver = false) {
      const { principal, at } = record;
      if (startOver) await putAside(dir, principal, at);
      const keys = await appendKey(dir, record);
      keyring.took(principal, keys);
      await note(principal, keys, startOver ? at : undefined);
    },
    close: async () => journal?.close(),
  };
  const origin = settings.http?.publicUrl;
  return origin === undefined ? opened : { ...opened, shared: createSharedPages(origin, opened, () => clock.now()) };
}

/** Says at a server's start what is wrong with the keys, or what it has not seen before. */
export async function openAtStart(settings: Settings, clock: Clock, log: Log): Promise<OpenPasskeys> {
  const opened = await openPasskeys(settings, clock).catch((error: unknown) => {
    log.error("passkeys", { problem: error instanceof Error ? error.message : "unknown" });
    throw error;
  });
  const { keyring, noted, unnoted, note } = opened;
  for (const { principal, problem, fix } of problemsOf(opened)) log.error("passkeys", { principal, problem, fix });
  for (const principal of unnoted) {
    const found = keyring.found.get(principal) ?? noKeys;
    if (found.active.length === 0 || keyring.problems.has(principal)) continue;
    const names = found.active.map(({ name }) => name);
    log.warn("passkeys", { principal, keys: names, problem: "The journal did not know these passkeys yet.", fix: ifNotYou });
    await note(principal, found);
  }
  for (const { principal, startedOver } of noted)
    if (startedOver !== undefined)
      log.warn("passkeys", {
        principal,
        problem: `They were started over at ${startedOver}: no key enrolled before agreed.`,
        fix: ifNotYou,
      });
  if ([...keyring.found.values()].every(({ active }) => active.length === 0))
    log.warn("passkeys", {
      problem: "None is enrolled: nobody can approve.",
      fix: "A person runs kibana-connectors-mcp enroll, then restarts this server.",
    });
  return opened;
}

const ifNotYou = "If it was not you who enrolled them, stop this server and find out who can write here as its user.";

/** What is wrong with the keys, by principal. */
export function problemsOf({ keyring: { problems } }: OpenPasskeys): { principal: string; problem: string; fix: string }[] {
  return [...problems].map(([principal, problem]) => ({
    principal,
    problem: `The passkeys of ${principal} were changed from outside, or may not be relied on: ${problem}.`,
    fix: `Somebody who may write here as this user did that. Put the file back from a backup, or start over with kibana-connectors-mcp enroll --start-over${principal === "local" ? "" : ` --principal ${principal}`}. Until then nobody approves with them.`,
  }));
}
