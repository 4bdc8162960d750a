import { isDeepStrictEqual } from "node:util";
import { hostsIn } from "../catalog/destinations.ts";
import { connectorType } from "../catalog/index.ts";
import { leftOut } from "../catalog/left-out.ts";
import { firstFew } from "../first-few.ts";
import type { Connector } from "../kibana/connectors.ts";
import { isPlainObject, leaves, valueAt } from "../plain-object.ts";
import { differenceInWords } from "../rules/unmeant.ts";
import { hideInConfig } from "../secrets/hide-in-config.ts";
import { subjectOf } from "./differs-now.ts";
import type { Op } from "./op.ts";
import { differingKeys } from "./ops/connector-state.ts";

/** The most that one sentence names. */
const most = 5;

/**
 * What Kibana shows in a connector's config right after a write that names a host and was not sent so, in a sentence: nobody agreed to
 * it. What the type is known to fill in was in the question.
 * @param shown as the answer shows it, or what else was read; undefined where nothing was
 * @param told the keys that differ are told already
 */
export async function hostsNotSent(op: Op, shown: Connector["config"], told: boolean): Promise<string | undefined> {
  if ((op.op !== "create" && op.op !== "update") || shown === undefined) return undefined;
  const [type, sent] = op.op === "create" ? [op.type, op.config] : [op.before.type, op.after.config];
  const entry = await connectorType(type, sent);
  const known = entry ? leftOut(entry, "config", sent) : [];
  const isKnown = (path: readonly string[], value: unknown) =>
    known.some((one) => one && startsWith(path, one.path) && isDeepStrictEqual(valueAt(one.value, path.slice(one.path.length)), value));
  const differing = told ? differingKeys(shown, sent) : [];
  const found = leaves(shown).filter(
    ([path, value]) =>
      !differing.includes(path[0] ?? "") &&
      !isDeepStrictEqual(valueAt(sent, path) ?? null, value) &&
      !isKnown(path, value) &&
      hostsIn(value, path.join("."), "config").length > 0,
  );
  if (found.length === 0) return undefined;
  const words = found.map(([path, is]) =>
    differenceInWords(`config.${path.join(".")}`, { was: valueAt(sent, path), is }, (_key, value) => hidden(path, value)),
  );
  return `Kibana accepted the change of ${subjectOf(op)}, but shows hosts that were not sent: ${firstFew(words, most)}. Kibana or a proxy filled them in: requests, and the secrets in them, may go there, and nobody has agreed to that. If that is not meant, update_connector puts back what was sent (null takes a key out).`;
}

function startsWith(path: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((key, at) => path[at] === key);
}

/** The value without the secrets that its place and its own texts give away. */
function hidden(path: readonly string[], value: unknown): unknown {
  const config = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return isPlainObject(config) ? valueAt(hideInConfig(config).config, path) : value;
}
