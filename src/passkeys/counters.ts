import { randomBytes } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { readPlainFile } from "../private-files.ts";

const Counters = z.record(z.string(), z.number());

/** How often each authenticator says that it has signed: a copy of one falls behind. */
export interface Counters {
  /** The highest that was seen of a key. */
  of(id: string): Promise<number>;
  saw(id: string, counter: number): Promise<void>;
}

/** Kept in memory and in the folder, for the next start and for other processes. */
export function createCounters(dir: string): Counters {
  const path = join(dir, "counters.json");
  const seen = new Map<string, number>();

  async function readAll(): Promise<Record<string, number>> {
    try {
      return Counters.parse(JSON.parse(readPlainFile(path).toString("utf8")));
    } catch {
      // None yet, or spoilt: what this process has seen and what was enrolled still count.
      return {};
    }
  }

  return {
    of: async (id) => Math.max(seen.get(id) ?? 0, (await readAll())[id] ?? 0),
    async saw(id, counter) {
      seen.set(id, Math.max(counter, seen.get(id) ?? 0));
      const all = await readAll();
      const part = `${path}.${randomBytes(6).toString("hex")}.part`;
      await writeFile(part, JSON.stringify({ ...all, [id]: Math.max(counter, all[id] ?? 0) }), { flag: "wx", mode: 0o600 });
      await rename(part, path);
    },
  };
}
