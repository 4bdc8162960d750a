import * as z from "zod";
import type { Health } from "../audit/health.ts";
import type { NextCall } from "../change/plan.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText } from "../plain-text.ts";
import { explainReferences } from "../rules/connector-usage.ts";
import { rulesUsing } from "../rules/find-rules.ts";
import { hideSecrets } from "../secrets/detect.ts";
import { connectorRow, unusable } from "./connector-row.ts";
import { readTool, type ToolContext } from "./define.ts";
import { atMost, compact, connector, namedById, next, space, warnings } from "./fields.ts";
import { findConnector, pickConnector } from "./find-connector.ts";
import { reenterSecrets } from "./reenter-secrets.ts";
import { safeTest } from "./safe-test.ts";

const rulesShown = 20;

export const getConnector = readTool({
  name: "get_connector",
  title: "Get connector",
  description:
    "One connector with its redacted config, and on request the rules that use it and how its runs went. Stored secrets are never readable.",
  input: z.strictObject({ id: connector, space, include: atMost(10, z.array(z.enum(["rules", "health"]))).default([]) }),
  insteadOf: namedById,
  output: z.looseObject({
    connector: z.looseObject({}),
    rules: z.array(z.looseObject({})).optional(),
    health: z.looseObject({}).optional(),
    warnings,
    next,
  }),
  async run({ id, space: asked, include }, context) {
    const { kibana, settings, spaces, principal, signal } = context;
    const inSpace = await spaces.check(asked ?? settings.space, principal, { fresh: false, signal });
    const withRules = include.includes("rules");
    const [found, types] = await Promise.all([
      // How many references there are stands in the list alone.
      withRules
        ? kibana.connectors(inSpace, signal).then((all) => pickConnector(all, inSpace, id))
        : findConnector(kibana, inSpace, id, signal),
      kibana.connectorTypes(inSpace, signal),
    ]);
    const type = types.find((one) => one.id === found.type);
    const { config, found: hidden } = hideSecrets(found.config);
    const notes = hidden.map(
      (one) => `A secret stands readable in config.${one.path} (${one.why}); everybody who may read connectors sees it.`,
    );
    if (!found.config)
      notes.push(
        found.preconfigured ? "Kibana does not show the config of this preconfigured connector." : "It is stored without a config.",
      );
    if (found.missingSecrets) notes.push("Its secrets are missing (they are lost on import): it fails until they are entered again.");
    const why = unusable(type, found.preconfigured);
    if (why) notes.push(`It cannot run here: ${why}.`);
    const runs = include.includes("health") ? await health(found.id, inSpace, context) : undefined;
    const repair = await toMend(found, inSpace, runs, context);
    return {
      connector: compact({ ...connectorRow(found, inSpace, types), type_name: type?.name, config }),
      ...(withRules ? await usage(found, inSpace, context, notes) : {}),
      ...(repair.length > 0 ? { next: repair } : {}),
      ...compact({ health: runs, warnings: notes }),
    };
  },
});

/** What does not work is mended; of what works nothing has to be done, and whether it goes is the user's to say. */
async function toMend(
  found: Connector,
  inSpace: string,
  runs: Partial<Health> | undefined,
  { secrets }: Pick<ToolContext, "secrets">,
): Promise<NextCall[]> {
  if (found.missingSecrets) {
    return [await reenterSecrets(found, inSpace, secrets)];
  }
  if (runs && "failures" in runs && runs.failures) {
    return safeTest(found, inSpace, "See whether it fails now, and why.");
  }
  return [];
}

async function health(id: string, inSpace: string, { kibana, signal }: ToolContext) {
  const { healthOf } = await import("../audit/health.ts");
  return compact(await healthOf(kibana, inSpace, id, Date.now(), signal));
}

async function usage(found: Connector, inSpace: string, context: ToolContext, notes: string[]) {
  const { kibana, signal } = context;
  const rules = await rulesUsing(kibana, inSpace, found, signal);
  const total = rules.length;
  const difference = explainReferences(found, total);
  if (difference) notes.push(difference);
  return {
    rules: rules.slice(0, rulesShown).map((rule) => ({ ...rule, name: plainText(rule.name, 120) })),
    rules_total: total,
    ...(total > rulesShown ? { rules_left_out: total - rulesShown } : {}),
  };
}
