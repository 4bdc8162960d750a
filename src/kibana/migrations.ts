import * as z from "zod";
import type { Get } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Stats = listOf(
  z.object({
    id: z.string(),
    name: z.string().nullish(),
    status: z.string(),
    last_execution: z.object({ connector_id: z.string().nullish(), error: z.string().nullish() }).nullish(),
  }),
);

export type MigrationKind = "rules" | "dashboards" | "workflows";

/** An automatic migration of Elastic Security. */
export interface Migration {
  id: string;
  /** Undefined in older versions. */
  name: string | undefined;
  /** `ready`, `running`, `stopped`, `interrupted` (by a restart: it goes on when somebody opens the app), `finished`. */
  status: string;
  /** Which connector it asked in its last run; older versions do not say. */
  connector: string | undefined;
  /** Whether its last run ended with an error. */
  failed: boolean;
}

/** Automatic migrations (security_solution, siem_migrations). */
export function migrationReads(get: Get) {
  return {
    /** All of a space, in one answer. */
    async migrations(space: string, kind: MigrationKind): Promise<Migration[]> {
      const all = readAs(Stats, await get({ path: `/internal/siem_migrations/${kind}/stats`, space, internal: true, version: "1" }));
      return all.map(({ id, name, status, last_execution: last }) => {
        return { id, name: name ?? undefined, status, connector: last?.connector_id ?? undefined, failed: Boolean(last?.error) };
      });
    },
  };
}
