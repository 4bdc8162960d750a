import { credentialsFor } from "../../catalog/when.ts";
import { firstFew } from "../../first-few.ts";
import { grouped } from "../../grouped.ts";
import { isPlainObject, valueAt } from "../../plain-object.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { hideInText } from "../../secrets/detect.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import { type DeploymentCheck, type DeploymentFacts, type Draft, refTo } from "../check.ts";
import type { ReadyCall } from "../finding.ts";
import { canonical, isNothing } from "../same-target.ts";
import { isGenericName } from "./generic-name.ts";

type Saved = DeploymentFacts["connectors"][number];
type Config = Record<string, unknown>;

/** A connector among those of its type and name in other spaces. */
interface Copy extends Saved {
  config: Config;
  /** By lower-case path, one level deep: what is set. */
  values: Map<string, Value>;
  /** Kibana's defaults are filled in: what is not set is set nowhere. */
  complete: boolean;
}

interface Value {
  path: string[];
  value: unknown;
  /** As it is compared; undefined where it says no more than a key that is left out. */
  text: string | undefined;
}

/** Which copy is right is not known: the values are shown with their spaces, and a call is offered only towards what most have. */
export const drift: DeploymentCheck = {
  name: "drift",
  finds: "copies of a connector, with the same type and name in several spaces, whose config differs",
  ignores:
    "secrets, which nobody can compare, defaults, null, a name that a space has twice; info if each space has its own value or the name is generic",
  of: "deployment",
  spaces: 2,
  group: "untidy",
  needs: ["connectors"],
  why: "Copies of one name are taken for the same. After a change that reached only some of them, the others fail or send elsewhere.",
  fix: "Decide which config is right, and edit the other copies in their spaces. If each space is to have its own, say so in the names.",
  tool: "update_connector",
  find({ connectors }) {
    const byName = grouped(connectors, ({ connector: { type, name } }) => JSON.stringify([type, name.trim()]));
    return [...byName.values()].flatMap((same) => {
      const bySpace = grouped(same, ({ space }) => space);
      if (bySpace.size < 2) return [];
      const copies = [...bySpace.values()].flatMap(([one, ...twins]) => (one && twins.length === 0 ? asCopy(one) : []));
      copies.sort((one, other) => (one.space < other.space ? -1 : 1));
      const paths = differingPaths(copies);
      return paths.length > 0 ? [draft(copies, paths)] : [];
    });
  },
};

function asCopy(saved: Saved): Copy[] {
  const { connector, entry } = saved;
  if (!connector.config) return [];
  const parsed = entry?.schemas().config.safeParse(connector.config);
  const config = parsed?.success ? parsed.data : connector.config;
  const leaves = Object.entries(config).flatMap(([key, value]) =>
    isPlainObject(value) ? Object.entries(value).map(([name, one]) => ({ path: [key, name], value: one })) : [{ path: [key], value }],
  );
  const values = leaves
    .filter(({ value }) => !isNothing(value))
    .map(({ path, value }): [string, Value] => {
      const text = isUsual(path, value) ? undefined : JSON.stringify(canonical("", value));
      return [path.join(".").toLowerCase(), { path, value, text }];
    });
  return [{ ...saved, config, values: new Map(values), complete: parsed?.success ?? false }];
}

/** What Kibana takes it for where it is left out, although it does not fill it in. */
function isUsual([key]: readonly string[], value: unknown): boolean {
  return (key === "authType" && value === "webhook-authentication-basic") || (key === "verificationMode" && value === "full");
}

/** As `values` has them. Where a copy may have a default that is not known, what it lacks is no difference. */
function differingPaths(copies: readonly Copy[]): string[] {
  const all = [...new Set(copies.flatMap(({ values }) => [...values.keys()]))].sort();
  return all.filter((path) => {
    const texts = copies.map(({ values }) => values.get(path)?.text);
    return new Set(texts).size > 1 && copies.every(({ complete }, at) => complete || texts[at] !== undefined);
  });
}

function draft(copies: readonly Copy[], paths: readonly string[]): Draft {
  const variants = [...grouped(copies, ({ values }) => JSON.stringify(paths.map((path) => values.get(path)?.text))).values()];
  variants.sort((one, other) => other.length - one.length || (spacesOf(one) < spacesOf(other) ? -1 : 1));
  const [usual = [], ...odd] = variants;
  const [first, ...others] = [...odd.flat(), ...usual];
  const isMost = usual.length > copies.length / 2;
  const each = copies.length > 2 && variants.length === copies.length;
  const mayBeMeant = each || isGenericName(first?.connector.name ?? "");
  const next = first && usual[0] && isMost && !mayBeMeant ? align(first, usual[0], usual.length) : undefined;
  return {
    severity: mayBeMeant ? "info" : "low",
    confidence: "likely",
    ...(first && { connector: refTo(first.connector) }),
    others: others.map(({ connector }) => refTo(connector)),
    covers: paths.map((path) => `config.${plainText(hideInText(path), 200)}`),
    evidence: `Its copies in ${copies.length} spaces differ in config: ${firstFew(paths, 3, (path) => shownValues(path, copies), "; ")}. They are ${firstFew(copies.map(({ space, connector }) => `${word(connector.id)} in ${word(space)}`).sort(), 5)}.`,
    ...(next && { next }),
  };
}

/** `url is "https://a" in default, web and "https://b" in soc`. */
function shownValues(path: string, copies: readonly Copy[]): string {
  const byText = [...grouped(copies, ({ values }) => values.get(path)?.text).values()].sort((one, other) => other.length - one.length);
  const name = plainText(hideInText((copies.find(({ values }) => values.has(path))?.values.get(path)?.path ?? []).join(".")), 60);
  const shown = byText.map((same) => ({ value: same[0] ? shownValue(same[0], path) : "", spaces: spacesOf(same) }));
  if (new Set(shown.map(({ value }) => value)).size === shown.length)
    return `${name} is ${firstFew(shown, 3, ({ value, spaces }) => `${value} in ${spaces}`, " and ")}`;
  return `${name}, which is not shown, is one in ${firstFew(shown, 3, ({ spaces }) => spaces, " and another in ")}`;
}

function shownValue({ config, values }: Copy, path: string): string {
  const set = values.get(path);
  if (!set) return "not set";
  const value = valueAt(hideInConfig(config).config, set.path);
  // The key itself may look like a secret, and is hidden then.
  if (value === undefined) return "a value that is not shown";
  return typeof value === "string" ? quoted(value, 60) : plainText(JSON.stringify(value), 60);
}

function spacesOf(copies: readonly Copy[]): string {
  return firstFew(copies.map(({ space }) => word(space)).sort(), 3);
}

/** The call that gives a copy what most have, where that says no secret and its credentials are certain. */
function align(copy: Copy, usual: Copy, many: number): ReadyCall | undefined {
  const { space, connector, config, entry } = copy;
  const secrets = hideInConfig(usual.config).found.map(({ path }) => path.toLowerCase());
  const patch: Config = {};
  for (const path of new Set([...usual.values.keys(), ...copy.values.keys()])) {
    const [wanted, now] = [usual.values.get(path), copy.values.get(path)];
    if (JSON.stringify(wanted?.value) === JSON.stringify(now?.value)) continue;
    if (secrets.some((one) => one === path || one.startsWith(`${path}.`))) return undefined;
    const [key = "", name] = wanted?.path ?? now?.path ?? [];
    const value = wanted?.value ?? null;
    patch[key] = name === undefined ? value : { ...(isPlainObject(patch[key]) ? patch[key] : {}), [name]: value };
  }
  const ways = entry ? credentialsFor(entry, { ...config, ...usual.config }) : [];
  if (!entry || ways.length > 1) return undefined;
  const asked = ways.flatMap(({ fields }) => fields.map((field) => [field, { $ask: true }]));
  return {
    tool: "update_connector",
    args: { id: connector.id, space, config: patch, ...(asked.length > 0 && { secrets: Object.fromEntries(asked) }) },
    why: `Gives the copy in ${word(space)} what the copies in ${many} spaces have. If its own config is right, change the others instead.`,
  };
}
