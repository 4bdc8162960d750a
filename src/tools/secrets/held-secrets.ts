import { destinations, unknownHost } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import { textsWithin } from "../../catalog/json-leaves.ts";
import type { Op } from "../../change/op.ts";
import type { Plan, SecretFlow } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import { plainText } from "../../plain-text.ts";
import type { Sealed } from "../../sealed.ts";
import { isBoundTo } from "../../secrets/binding.ts";
import { isMailAddress, isOfPlainWords, withoutCertificates } from "../../secrets/open-values.ts";
import { nameTold, type SecretSource } from "../../secrets/secret-source.ts";
import { bindingSuffix, readBindings } from "../../settings/bindings.ts";
import { readings, writtenBy } from "./refused-before.ts";
import { destinationsWith } from "./secret-flows.ts";

/** Places that a plan tells. */
const most = 10;

/**
 * The plan, which says where the call itself writes the value of a secret that this server holds, where it is none: a person
 * has to agree to that. Neither what was there before counts, nor what is public anyway.
 * @throws ToolError secret_refused where such a value is bound to other hosts; words, which anybody may write, are not refused
 */
export async function sayingWhatIsHeld<P extends Plan>(
  plan: P,
  tool: string,
  args: Record<string, unknown>,
  source: SecretSource,
): Promise<P> {
  const found = placesOf(writtenBy(tool, args), source, plan.ops);
  if (found.length === 0) return plan;
  const ways = (await Promise.all(plan.ops.map((op) => waysOf(op, plan.flows)))).flat();
  for (const { path, held } of found) for (const one of held) assertNotElsewhere(path, one, ways, source);
  const told = found.map((one) => inWords(one, source));
  return {
    ...plan,
    warnings: [...told.map((one) => `${one}: whoever may read it there has it.`), ...plan.warnings],
    asksBecause: [...told, ...(plan.asksBecause ?? [])],
  };
}

/** Where a config that comes from another space holds the value of a secret of this server, in words. */
export function heldInConfig(config: Record<string, unknown>, source: SecretSource): string[] {
  return placesOf([["config", config]], source).map((one) => inWords(one, source));
}

interface Place {
  path: string;
  text: string;
}

interface Held {
  path: string;
  held: Sealed[];
}

function inWords({ path, held }: Held, source: SecretSource): string {
  const names = [...new Set(held.map((one) => nameTold(one.source, source)))].join(" and ");
  return `${path} holds the value of ${names}, and is no place for a secret`;
}

/** @param ops whose texts from before do not count */
function placesOf(written: readonly [string, unknown][], { held }: SecretSource, ops: readonly Op[] = []): Held[] {
  const secretsIn = (value: unknown) =>
    [...new Set(readings(value).flatMap((text) => held?.(text) ?? []))].filter((one) => !isMailAddress(one));
  if (secretsIn(written).length === 0) return [];
  const before = new Set(ops.flatMap((op) => ("before" in op ? [...textsWithin(op.before)] : [])));
  const found: Held[] = [];
  for (const { path, text } of written.flatMap(([name, value]) => placesIn(value, name))) {
    const secrets = before.has(text) ? [] : secretsIn(withoutCertificates(text));
    if (secrets.length > 0) found.push({ path, held: secrets });
    if (found.length === most) break;
  }
  return found;
}

/** Each value, and each key, with where it is. */
function placesIn(value: unknown, path: string): Place[] {
  if (value === null || typeof value !== "object") return [{ path: plainText(path, 120), text: String(value) }];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(Array.isArray(value) ? [] : [{ path: `a key of ${plainText(path, 120)}`, text: key }]),
    ...placesIn(item, `${path}.${key}`),
  ]);
}

function assertNotElsewhere(path: string, held: Sealed, ways: readonly Way[], source: SecretSource): void {
  const bindings = readBindings(source.env[held.source + bindingSuffix] ?? "");
  const other = bindings && !isOfPlainWords(held) ? ways.find(({ type, hosts }) => !isBoundTo(bindings, type, hosts)) : undefined;
  if (!other) return;
  throw new ToolError(
    "secret_refused",
    `${path} holds the value of ${nameTold(held.source, source)}, which is bound to another type or host than ${other.type} at ${other.hosts.join(", ") || unknownHost}.`,
    "Leave it out there; where it belongs, pass a reference in `secrets`.",
    { path },
  );
}

interface Way {
  type: string;
  hosts: string[];
}

/** Where what a call writes goes: by connectors, and by actions of rules. */
async function waysOf(op: Op, flows: readonly SecretFlow[]): Promise<Way[]> {
  const named = flows.filter(({ field }) => field === "").flatMap(({ hosts }) => hosts);
  const way = async (type: string, config: Record<string, unknown> = {}): Promise<Way> => {
    const entry = await connectorType(type, config);
    return { type, hosts: [...(entry ? destinations(entry, config, () => undefined) : []), ...named] };
  };
  switch (op.op) {
    case "create":
    case "update": {
      const { type, config } = op.op === "create" ? op : { type: op.before.type, config: op.after.config };
      const entry = await connectorType(type, config);
      return [{ type, hosts: entry ? destinationsWith(entry, config, op.secrets) : [] }];
    }
    case "execute":
      return [await way(op.type, op.config)];
    case "put_rule":
    case "put_workflow": {
      const getting = op.touches.filter(({ id }) => op.after.actions.some((action) => action.id === id));
      return Promise.all(getting.map(({ type = "", config }) => way(type, config)));
    }
    default:
      return [];
  }
}
