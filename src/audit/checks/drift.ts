import { withDefaults } from "../../catalog/shared/fields.ts";
import { credentialsFor } from "../../catalog/when.ts";
import { grouped } from "../../grouped.ts";
import { isPlainObject, valueAt } from "../../plain-object.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { type DeploymentCheck, type DeploymentFacts, type Draft, refTo } from "../check.ts";
import type { ReadyCall } from "../finding.ts";
import { canonical, isNothing } from "../same-target.ts";
import { isGenericName } from "./generic-name.ts";

type Saved = DeploymentFacts["connectors"][number];
type Config = Record<string, unknown>;

/** A connector among those of its type and name in other spaces. */
interface Copy extends Saved {
  config: Config;
  /** By lower-case path, one level deep: what is set, and how it is compared. */
  values: Map<string, { path: string[]; text: string }>;
  /** Kibana's defaults are filled in: what is not set is set nowhere. */
  complete: boolean;
}

/** Which copy is right is not known: the values are shown with their spaces, and a call is offered only towards what most have. */
export const drift: DeploymentCheck = {
  name: "drift",
  finds: "copies of a connector, with the same type and name in several spaces, whose config differs",
  ignores:
    "null, defaults, the order of keys, a name that a space has twice; info where each space has its own value, or the name is generic",
  of: "deployment",
  spaces: 2,
  group: "untidy",
  needs: ["connectors"],
  why: "Copies of one name are taken for the same. After a change that reached only some of them, the others fail or send elsewhere.",
  fix: "Decide which config is right, and edit the other copies in their spaces. If each space is to have its own, say so in the names.",
  find({ connectors }) {
    const byName = grouped(connectors, ({ connector: { type, name } }) => JSON.stringify([type, name.trim()]));
    return [...byName.values()].flatMap((same) => {
      const bySpace = grouped(same, ({ space }) => space);
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
  const values: Copy["values"] = new Map();
  for (const [key, value] of Object.entries(config)) {
    const inner = isPlainObject(value) ? Object.entries(value).map(([name, one]) => ({ path: [key, name], value: one })) : [];
    for (const { path, value: one } of isPlainObject(value) ? inner : [{ path: [key], value }]) {
      const text = JSON.stringify(canonical("", one));
      if (!isNothing(one) && !isUsual(key, one)) values.set(path.join(".").toLowerCase(), { path, text });
    }
  }
  return [{ ...saved, config, values, complete: parsed?.success ?? false }];
}

/** What Kibana takes it for where it is left out, although it does not fill it in. */
function isUsual(key: string, value: unknown): boolean {
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
  const next = first && usual[0] && isMost ? align(first, usual[0], usual.length, paths) : undefined;
  const each = copies.length > 2 && variants.length === copies.length;
  return {
    severity: each || isGenericName(first?.connector.name ?? "") ? "info" : "low",
    confidence: "likely",
    ...(first && { connector: refTo(first.connector) }),
    others: others.map(({ connector }) => refTo(connector)),
    evidence: `Its copies in ${copies.length} spaces differ in config: ${inShort(
      paths.map((path) => shownValues(path, copies)),
      3,
      "; ",
    )}.`,
    ...(next && { next }),
  };
}

/** `url is "https://a" in default, web and "https://b" in soc`. */
function shownValues(path: string, copies: readonly Copy[]): string {
  const byText = [...grouped(copies, ({ values }) => values.get(path)?.text).values()].sort((one, other) => other.length - one.length);
  const name = plainText((copies.find(({ values }) => values.has(path))?.values.get(path)?.path ?? []).join("."), 60);
  const shown = byText.map((same) => ({ value: same[0] ? shownValue(same[0], path) : "", spaces: spacesOf(same) }));
  if (new Set(shown.map(({ value }) => value)).size === shown.length)
    return `${name} is ${inShort(
      shown.map(({ value, spaces }) => `${value} in ${spaces}`),
      3,
      " and ",
    )}`;
  const spaces = shown.map((one) => one.spaces);
  return `${name}, which is not shown, is one in ${inShort(spaces, 3, " and another in ")}`;
}

function shownValue({ config, values }: Copy, path: string): string {
  const at = values.get(path)?.path;
  if (!at) return "not set";
  const value = valueAt(hideSecrets(config).config, at);
  return typeof value === "string" ? quoted(value, 60) : plainText(JSON.stringify(value), 60);
}

function spacesOf(copies: readonly Copy[]): string {
  return inShort(copies.map(({ space }) => word(space)).sort(), 3, ", ");
}

function inShort(texts: readonly string[], most: number, between: string): string {
  const left = texts.length - most;
  return left > 0 ? `${texts.slice(0, most).join(between)}${between}${left} more` : texts.join(between);
}

/** The call that gives a copy what most have, where that says no secret and its credentials are certain. */
function align(
  { space, connector, config, entry, values }: Copy,
  usual: Copy,
  many: number,
  paths: readonly string[],
): ReadyCall | undefined {
  const secret = new Set(hideSecrets(usual.config).found.map(({ path }) => path.toLowerCase()));
  const patch: Config = {};
  for (const path of paths) {
    const [key = "", name] = usual.values.get(path)?.path ?? values.get(path)?.path ?? [];
    if ([...secret].some((one) => one === path || one.startsWith(`${path}.`))) return undefined;
    const value = usual.values.has(path) ? valueAt(usual.config, name === undefined ? [key] : [key, name]) : null;
    patch[key] = name === undefined ? value : { ...(isPlainObject(patch[key]) ? patch[key] : {}), [name]: value };
  }
  const ways = entry ? credentialsFor(entry, { ...config, ...withDefaults(entry.schemas().config, usual.config) }) : [];
  const [way] = ways;
  if (!entry || ways.length > 1) return undefined;
  const secrets = Object.fromEntries((way?.fields ?? []).map((field) => [field, { $ask: true }]));
  return {
    tool: "update_connector",
    args: { id: connector.id, space, config: patch, ...(way && way.fields.length > 0 && { secrets }) },
    why: `Gives the copy in ${word(space)} what the copies in ${many} spaces have. If its own config is right, change the others instead.`,
  };
}
