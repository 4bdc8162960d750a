import * as z from "zod";
import { connectorType } from "../catalog/index.ts";
import type { CreateOp, NextCall, Plan } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText, quoted } from "../plain-text.ts";
import { mapSealed, type SealedRecord } from "../sealed.ts";
import { hideSecrets, redactionMark } from "../secrets/detect.ts";
import { resolveSecrets } from "../secrets/resolve.ts";
import { askableFields, askedFields } from "./asked-fields.ts";
import { checkNew } from "./check-new.ts";
import { assertId, canChooseId, freeId } from "./connector-id.ts";
import { assertUsable } from "./connector-row.ts";
import { changeTool } from "./define.ts";
import { compact, space } from "./fields.ts";
import { liveType } from "./live-type.ts";
import { neighbourWarnings } from "./neighbours.ts";
import { agreedHosts, secretFlows } from "./secret-flows.ts";

export const createConnector = changeTool({
  name: "create_connector",
  title: "Create connector",
  description:
    "Create a connector. Secrets are references, never values. Checks everything before it writes; never overwrites. One per service, not per rule.",
  risk: "write",
  access: "change",
  idempotent: false,
  input: z.strictObject({
    name: z
      .string()
      .trim()
      .min(1, "must not be empty")
      .max(1000, "is too long: at most 1,000 characters")
      .transform((name) => plainText(name, 1000))
      .refine((name) => name !== "", "holds nothing that can be seen"),
    type: z.string().min(1).describe('As ".slack"'),
    config: z.looseObject({}).optional(),
    secrets: z.looseObject({}).optional().describe('Field → {"$env": "NAME"}, {"$file": "name"} or {"$ask": true}: a person types it'),
    id: z.string().optional().describe("Default: from the name"),
    space,
  }),
  async plan({ name, type: wanted, config = {}, secrets: given = {}, id, space: inSpace }, context) {
    const { kibana, settings, spaces, principal, signal } = context;
    const target = await spaces.check(inSpace ?? settings.space, principal, { fresh: true, signal });
    const [types, status, existing] = await Promise.all([
      kibana.connectorTypes(target, signal),
      kibana.status(signal),
      kibana.connectors(target, signal),
    ]);
    const live = liveType(wanted, types);
    assertUsable(live);
    if (id !== undefined) assertId(id, status);
    if (JSON.stringify(config).includes(redactionMark)) {
      throw new ToolError(
        "secret_refused",
        `The config holds "${redactionMark}": that is a mark from an answer, not a value.`,
        "Give the real value; secrets go into `secrets` as references.",
      );
    }
    const entry = await connectorType(live.id);
    const resolved = resolveSecrets(given, context.secrets, askableFields(entry, config));
    const { secrets, asked } = resolved;
    context.learn(secrets);
    const warnings = [
      ...(entry
        ? checkNew(entry, config, resolved, settings.secretPrefix)
        : [`This server does not know the fields of ${live.id}: Kibana alone checks them.`]),
      ...resolved.warnings,
    ];
    const taken = existing.find((one) => one.id === id);
    if (taken) {
      throw new ToolError(
        "id_taken",
        `The id "${taken.id}" is taken by ${quoted(taken.name)} (${taken.type}) in this space.`,
        "Choose another id, or use the connector that is there.",
        { id: taken.id },
      );
    }
    const chosen = id ?? (canChooseId(status) ? freeId(name, new Set(existing.map((one) => one.id))) : undefined);
    warnings.push(...neighbourWarnings(entry, { name, type: live.id, config, secrets }, existing));
    const hidden = hideSecrets(config);
    warnings.push(
      ...hidden.found.map(
        (one) =>
          `config.${one.path} looks like a secret (${one.why}): config is readable by everyone who may read connectors.${entry?.id === ".webhook" && one.path.startsWith("headers.") ? " Put it into secrets.secretHeaders (9.2 and later)." : ""}`,
      ),
    );
    const op: CreateOp = { op: "create", space: target, id: chosen, name, type: live.id, config, secrets };
    return {
      summary: `Create connector ${quoted(name)} (${live.id}${chosen ? `, id ${chosen}` : ""}) in space ${target}.`,
      ops: [op],
      effects: [
        {
          verb: "create",
          kind: "connector",
          id: chosen,
          name,
          type: live.id,
          space: target,
          after: { ...hidden.config, ...compact({ secrets: shownSecrets(secrets, asked) }) },
        },
      ],
      warnings,
      outsideWorld: "none",
      reversible: "yes",
      consequence: "free",
      facts: { version: status.version },
      flows: secretFlows(live.id, entry, config, resolved, new Set(context.secrets.typed?.keys())),
      asks: askedFields(asked, entry),
      knownHosts: await agreedHosts(existing),
    } satisfies Plan;
  },
  async report(_plan, [result], { kibana }) {
    if (result?.outcome !== "done" || result.op.op !== "create") return {};
    const made = result.data as Connector | undefined;
    const id = result.op.id ?? made?.id;
    if (id === undefined) return {};
    const stored = await kibana.connector(result.op.space, id).catch(() => made);
    const next: NextCall[] = [{ tool: "test_connector", args: { id, space: result.op.space }, why: "Test it before a rule relies on it." }];
    return {
      result: compact({
        connector: compact({
          id,
          name: plainText(result.op.name, 120),
          type: result.op.type,
          space: result.op.space,
          config: hideSecrets(stored?.config ?? {}).config,
        }),
      }),
      next,
    };
  },
});

/** References by name, and what is yet to be typed. */
function shownSecrets(secrets: SealedRecord, asked: readonly string[]): Record<string, unknown> {
  const typed = asked.map((path) => [path.replace(/^secrets\./, ""), "<to be typed>"]);
  return {
    ...Object.fromEntries(Object.entries(secrets).map(([field, tree]) => [field, mapSealed(tree, String)])),
    ...Object.fromEntries(typed),
  };
}
