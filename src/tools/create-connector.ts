import * as z from "zod";
import type { ConnectorType } from "../catalog/connector-type.ts";
import { destinations } from "../catalog/destinations.ts";
import { connectorType } from "../catalog/index.ts";
import type { CreateOp, NextCall, Plan, SecretFlow } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText } from "../plain-text.ts";
import { mapSealed, Sealed, type SealedRecord } from "../sealed.ts";
import { hideSecrets, redactionMark } from "../secrets/detect.ts";
import { resolveSecrets } from "../secrets/resolve.ts";
import { checkNew } from "./check-new.ts";
import { assertId, canChooseId, freeId } from "./connector-id.ts";
import { assertUsable } from "./connector-row.ts";
import { changeTool, type ToolContext } from "./define.ts";
import { compact, space } from "./fields.ts";
import { liveType } from "./live-type.ts";

export const createConnector = changeTool({
  name: "create_connector",
  title: "Create connector",
  description:
    "Create a connector. Secrets are references, never values. Checks everything before it writes; never overwrites. One per service, not per rule.",
  risk: "write",
  access: "change",
  idempotent: false,
  input: z.strictObject({
    name: z.string().trim().min(1),
    type: z.string().min(1).describe('As ".slack"'),
    config: z.looseObject({}).optional(),
    secrets: z.looseObject({}).optional().describe('Field → {"$env": "NAME"}'),
    id: z.string().optional().describe("Default: from the name"),
    space,
  }),
  async plan({ name, type: asked, config = {}, secrets: given = {}, id, space: inSpace }, context) {
    const { kibana, settings, spaces, principal, signal } = context;
    const target = await spaces.check(inSpace ?? settings.space, principal, { fresh: true, signal });
    const [types, status, existing] = await Promise.all([
      kibana.connectorTypes(target, signal),
      kibana.status(signal),
      kibana.connectors(target, signal),
    ]);
    const live = liveType(asked, types);
    assertUsable(live);
    if (id !== undefined) assertId(id, status);
    if (JSON.stringify(config).includes(redactionMark)) {
      throw new ToolError(
        "secret_refused",
        `The config holds "${redactionMark}": that is a mark from an answer, not a value.`,
        "Give the real value; secrets go into `secrets` as references.",
      );
    }
    const secrets = resolveSecrets(given, context.secrets);
    context.learn(secrets);
    const entry = await connectorType(live.id);
    const warnings = entry
      ? checkNew(entry, config, secrets, settings.secretPrefix)
      : [`This server does not know the fields of ${live.id}: Kibana alone checks them.`];
    const taken = existing.find((one) => one.id === id);
    if (taken) {
      throw new ToolError(
        "id_taken",
        `The id "${taken.id}" is taken by "${plainText(taken.name, 80)}" (${taken.type}) in this space.`,
        "Choose another id, or use the connector that is there.",
        { id: taken.id },
      );
    }
    const chosen = id ?? (canChooseId(status) ? freeId(name, new Set(existing.map((one) => one.id))) : undefined);
    warnings.push(...(await neighbours(entry, name, config, secrets, existing, live.id)));
    const hidden = hideSecrets(config);
    warnings.push(
      ...hidden.found.map(
        (one) =>
          `config.${one.path} looks like a secret (${one.why}): config is readable by everyone who may read connectors.${entry?.id === ".webhook" && one.path.startsWith("headers.") ? " Put it into secrets.secretHeaders (9.2 and later)." : ""}`,
      ),
    );
    const op: CreateOp = { op: "create", space: target, id: chosen, name, type: live.id, config, secrets };
    return {
      summary: `Create connector "${plainText(name, 80)}" (${live.id}${chosen ? `, id ${chosen}` : ""}) in space ${target}.`,
      ops: [op],
      effects: [
        {
          verb: "create",
          kind: "connector",
          id: chosen,
          name,
          type: live.id,
          space: target,
          after: { ...hidden.config, ...(Object.keys(secrets).length > 0 ? { secrets: mapSealed(secrets, String) } : {}) },
        },
      ],
      warnings,
      outsideWorld: "none",
      reversible: "yes",
      consequence: "free",
      facts: { version: status.version },
      flows: flowsOf(entry, config, secrets),
      knownHosts: await agreedHosts(existing, target, context),
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

/** Where each secret would go. A type without an entry may send it anywhere. */
export function flowsOf(entry: ConnectorType | undefined, config: Record<string, unknown>, secrets: SealedRecord): SecretFlow[] {
  const flows: SecretFlow[] = [];
  const secretHost = (field: string) => {
    const value = secrets[field];
    return value instanceof Sealed ? value.host : undefined;
  };
  const hosts = entry ? destinations(entry, config, secretHost) : [];
  mapSealed(secrets, (sealed, path) => {
    flows.push({ field: `secrets.${path.join(".")}`, source: sealed.source, hosts });
  });
  return flows;
}

/**
 * Hosts that somebody agreed to before: connectors of the space use them. Those that this server made without asking
 * do not count, or an agent could agree with itself by creating a harmless connector first.
 */
async function agreedHosts(existing: readonly Connector[], space: string, { journal, deployment }: ToolContext): Promise<string[]> {
  const { entries } = await journal.entries();
  const ownMaking = new Set(
    entries
      .filter(
        ({ begin }) =>
          begin.deployment === deployment.name && begin.op.space === space && begin.op.op === "create" && begin.consent !== "form",
      )
      .map(({ begin, end }) => begin.op.id ?? end?.id),
  );
  const hosts = await Promise.all(existing.filter((one) => !ownMaking.has(one.id)).map((one) => visibleHosts(one)));
  return [...new Set(hosts.flat())].sort();
}

async function visibleHosts({ type, config }: Connector): Promise<string[]> {
  const entry = await connectorType(type);
  // A type's own fixed host says nothing about an agreement; one in the config does.
  return entry && config ? destinations(entry, config, () => undefined) : [];
}

const generic =
  /^(my |new |test |a )?(connector|slack|webhook|email|e-mail|mail|pager ?duty|index|server log|jira|teams|test)( connector)?( \d+)?$/i;

async function neighbours(
  entry: ConnectorType | undefined,
  name: string,
  config: Record<string, unknown>,
  secrets: SealedRecord,
  existing: readonly Connector[],
  type: string,
): Promise<string[]> {
  const notes: string[] = [];
  if (generic.test(name.trim()))
    notes.push("The name is generic: say which team and channel it serves, so that people can tell connectors apart.");
  if (existing.some((one) => one.name === name)) notes.push(`Another connector of this space is named "${plainText(name, 80)}" too.`);
  const same = existing.filter((one) => one.type === type);
  if (same.length === 0 || !entry) return notes;
  if (entry.target.kind === "secret") {
    notes.push(
      `${same.length} connector${same.length > 1 ? "s" : ""} of this type exist${same.length > 1 ? "" : "s"}; whether one has the same target is not checked, since the target is a secret.`,
    );
    return notes;
  }
  const secretHost = (field: string) => (secrets[field] instanceof Sealed ? secrets[field].host : undefined);
  const mine = targetOf(entry, config, secretHost);
  const twins = mine === undefined ? [] : same.filter((one) => targetOf(entry, one.config ?? {}, () => undefined) === mine);
  if (twins.length > 0)
    notes.push(
      `${twins
        .map((one) => `"${plainText(one.name, 80)}" (${one.id})`)
        .slice(0, 3)
        .join(", ")} ${twins.length > 1 ? "have" : "has"} the same target: one connector per service serves many rules.`,
    );
  return notes;
}

/** What two connectors of a type have in common when they reach the same place. */
function targetOf(
  entry: ConnectorType,
  config: Record<string, unknown>,
  secretHost: (field: string) => string | undefined,
): string | undefined {
  if (entry.target.kind === "none") {
    const only = Object.entries(config).find(([, value]) => typeof value === "string");
    return entry.id === ".index" && only ? String(config.index) : undefined;
  }
  const fields = entry.target.kind === "config" ? entry.target.fields.map((field) => config[field] ?? null) : [];
  const hosts = destinations(entry, config, secretHost);
  return hosts.length > 0 ? JSON.stringify([hosts, fields]) : undefined;
}
