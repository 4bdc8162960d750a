import type { Migration, MigrationKind } from "../kibana/migrations.ts";
import { isAtLeast } from "../kibana/status.ts";
import { quoted } from "../plain-text.ts";
import { isLanguageModel } from "./assistants.ts";
import type { Found, Source } from "./use.ts";

/**
 * Automatic migrations of Elastic Security, which ask a model about each item. One that runs keeps its connector, one that was interrupted
 * goes on with it by itself, and one that was stopped proposes it: only finished ones are done with it. Source: security_solution,
 * siem_migrations/common/task/siem_migrations_task_client.ts, and in public the polling of its service.
 */
export const migrations: readonly Source[] = [
  of("rules", "8.18"),
  // Both behind a switch at first.
  of("dashboards", "9.2"),
  of("workflows", "9.6"),
];

function of(kind: MigrationKind, since: string): Source {
  const what = `automatic migrations of ${kind}`;
  return {
    what,
    mayBeAbsent: true,
    canHold: (where) => isAtLeast(where.status, since) && isLanguageModel(where),
    async look(reader, space): Promise<Found> {
      const open = (await reader.migrations(space, kind)).filter(({ status }) => status !== "finished");
      const silent = open.filter(({ status, connector }) => status === "running" && connector === undefined).map(nameOf);
      const why = `Kibana does not say which model is asked by ${silent.slice(0, 3).join(", ")}${silent.length > 3 ? " and others" : ""}.`;
      return {
        holders: open.flatMap((one) => {
          if (one.connector === undefined) return [];
          const use = { kind: "migration" as const, id: one.id, name: one.name ?? `of ${kind}`, space, enabled: goesOn(one) };
          return [{ use: { ...use, how: "its model", can_be_moved: false }, names: one.connector, asModel: true as const }];
        }),
        unseen: silent.length > 0 ? [{ what, why, permanent: false, whole: false }] : [],
      };
    },
  };
}

function nameOf({ id, name }: Migration): string {
  return quoted(name ?? id, 60);
}

function goesOn({ status, failed }: Migration): boolean {
  return status === "running" || (status === "interrupted" && !failed);
}
