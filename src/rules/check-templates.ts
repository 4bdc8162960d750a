import type { TemplateSpans } from "mustache";
import { NotComputed } from "../catalog/template-functions/not-computed.ts";
import { didYouMean } from "../did-you-mean.ts";
import { lambdas, linkNames, type Names, oldNames, valueKind } from "./action-variables.ts";
import type { ParseTemplate } from "./wanted.ts";

interface TemplateProblem {
  /** Dotted, from `params`. */
  path: string;
  problem: string;
  /** Of this server: Kibana may well fill it in. */
  limit?: true;
}

interface TemplateVerdict {
  /** A text that Kibana cannot fill in, or a name that is surely mistyped: the action would send nonsense. */
  errors: TemplateProblem[];
  /** What renders empty. */
  warnings: TemplateProblem[];
  /** What works, and is outdated or needs a setting. */
  notes: TemplateProblem[];
  /** Names that may have a value although nobody lists them. */
  unlisted: string[];
}

/**
 * Checks every text of an action's params as a Mustache template. Kibana itself checks none: a template that it cannot
 * read is sent as an error text, a name that it does not know as nothing (actions/server/lib/mustache_renderer.ts).
 */
export function checkTemplates(params: unknown, names: Names, parse: ParseTemplate): TemplateVerdict {
  const verdict: TemplateVerdict = { errors: [], warnings: [], notes: [], unlisted: [] };
  for (const [path, text] of textsIn(params, "params")) {
    const uses = usesIn(text, parse);
    if ("broken" in uses) verdict.errors.push({ path, problem: `is not a Mustache template: ${uses.broken}` });
    else if ("limit" in uses) verdict.errors.push({ path, problem: uses.limit, limit: true });
    else for (const use of uses.names) judge(use, names, path, verdict);
  }
  return verdict;
}

/** Most characters of a template. */
const mostCharacters = 100_000;
/** With custom tags the parser may scan to the end of the template at each of them. */
const mostWithTags = 5_000;
/** Most levels of sections. */
const deepest = 50;

/** A name in a template; `within`: the sections around it, where it may mean something of their own. */
interface Use {
  name: string;
  section: boolean;
  within: readonly string[];
}

/** The names that a template uses, or why it is not a template. */
function usesIn(text: string, parse: ParseTemplate): { names: Use[] } | { broken: string } | { limit: string } {
  if (!text.includes("{{")) return { names: [] };
  const most = text.includes("{{=") ? mostWithTags : mostCharacters;
  if (text.length > most) return { limit: `is longer than ${most} characters, which is more than is read` };
  try {
    // The parser's time is quadratic in the length of a run of white space.
    return { names: namesIn(parse(text.replace(/\s{100,}/g, " ".repeat(100))), []) };
  } catch (error) {
    if (error instanceof NotComputed) return { limit: error.message };
    return { broken: error instanceof Error ? error.message : "cannot be read" };
  }
}

function namesIn(spans: TemplateSpans, within: readonly string[]): Use[] {
  if (within.length > deepest) throw new NotComputed(`has sections nested more than ${deepest} levels deep, which is more than is read`);
  return spans.flatMap(([kind, name, , , inner]): Use[] => {
    if (kind === "name" || kind === "&" || kind === ">") return [{ name: kind === ">" ? `> ${name}` : name, section: false, within }];
    if (kind !== "#" && kind !== "^") return [];
    const use = { name, section: true, within };
    return Array.isArray(inner) ? [use, ...namesIn(inner, kind === "#" ? [...within, name] : within)] : [use];
  });
}

function judge({ name, section, within }: Use, names: Names, path: string, { errors, warnings, notes, unlisted }: TemplateVerdict): void {
  const warn = (problem: string) => warnings.push({ path, problem });
  const fail = (problem: string) => errors.push({ path, problem });
  if (name.startsWith("> ")) return void warn(`{{${name}}} renders empty: Kibana has no partials`);
  if (lambdas.includes(name)) {
    if (!section) fail(`{{${name}}} is a function: write {{#${name}}}…{{/${name}}}`);
    return;
  }
  const around = resolved(within, names);
  if (name === ".") {
    if (around.length === 0) warn("{{.}} writes out every variable there is: for exploring only");
    return;
  }
  const newer = Object.hasOwn(oldNames, name) ? oldNames[name] : undefined;
  if (newer !== undefined && !covers(names.elsewhere, newer))
    return void notes.push({ path, problem: `{{${name}}} is deprecated: use {{${newer}}}` });
  const full = fullName(name, around, names);
  const absent = names.absent.find((one) => one.names.some((each) => isWithin(full ?? name, each)));
  if (absent) {
    if (!section && !around.some((one) => isWithin(full ?? name, one))) warn(`{{${name}}} renders empty: ${absent.why}`);
    return;
  }
  if (full !== undefined) {
    if (linkNames.includes(full) && !section && !within.includes(name)) {
      notes.push({ path, problem: `{{${name}}} is empty unless server.publicBaseUrl is set in kibana.yml` });
    }
    const wrong = belowKnown(full, names);
    if (wrong !== undefined) fail(`{{${name}}} renders empty: ${wrong}`);
    else unlisted.push(full);
    return;
  }
  // Names in an item of a list are not listed anywhere, but may still mean what is around it.
  const items = around.some((one) => ["list", "unknown"].includes(valueKind(one)));
  if (items && !/^(?:rule|alerts?|context|state)\./.test(name)) return;
  if (covers(names.elsewhere, newer ?? name)) {
    return void fail(
      name.startsWith("alerts.")
        ? `{{${name}}} exists in a summary only: set frequency.summary, or use {{alert.id}}`
        : `{{${name}}} is about one alert and a summary about many: use {{alerts.new.count}} and the like`,
    );
  }
  const [kind = ""] = name.split(".");
  if (["context", "state", "params"].includes(kind) && !names.listed.includes(kind) && kind !== "params") return void unlisted.push(name);
  const meant = nearest(name, [...names.known, ...lambdas]);
  if (meant !== undefined) fail(`{{${name}}} is not known here: did you mean {{${lambdas.includes(meant) ? "#" : ""}${meant}}}?`);
  else if (names.document.includes(kind)) unlisted.push(name);
  else if (!items)
    warn(`{{${name}}} is not known here: it renders empty${kind === "context" ? `; there is ${listOf(names.known, "context.")}` : ""}`);
}

/** Why nothing is below the known variable with which a name begins. */
function belowKnown(name: string, { known }: Names): string | undefined {
  const above = known.find((one) => name.startsWith(`${one}.`));
  if (above === undefined) return undefined;
  const [next = ""] = name.slice(above.length + 1).split(".");
  if (valueKind(above) === "one") return `{{${above}}} has nothing below it`;
  if (valueKind(above) !== "list" || /^(?:\d+|length|asJSON)$/.test(next)) return undefined;
  return `{{${above}}} is a list, so write {{#${above}}}…{{/${above}}} around names of its items`;
}

/** The sections around a name, from the outside, by the full names of their values; functions are none. */
function resolved(within: readonly string[], names: Names): string[] {
  const around: string[] = [];
  for (const one of within) if (!lambdas.includes(one)) around.push(fullName(one, around, names) ?? one);
  return around;
}

/** The known variable that a name means within these sections; undefined where there is none. */
function fullName(name: string, around: readonly string[], { known }: Names): string | undefined {
  const inner = around.filter((one) => valueKind(one) === "object").map((one) => `${one}.${name}`);
  return [...inner.reverse(), name].find((one) => covers(known, one));
}

/** The known name that is meant, compared without the prefix that all names of its kind share. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const kind = name.slice(0, name.indexOf(".") + 1);
  const alike = known.filter((each) => kind !== "" && each.startsWith(kind)).map((each) => each.slice(kind.length));
  const meant = alike.length > 0 ? didYouMean(name.slice(kind.length), alike) : undefined;
  if (meant !== undefined || alike.length > 0) return meant && `${kind}${meant}`;
  return didYouMean(
    name,
    known.filter((each) => !Object.hasOwn(oldNames, each)),
  );
}

/** Whether a name is one of those, is below one of them, or is an object that contains one. */
function covers(known: readonly string[], name: string): boolean {
  return known.some((each) => isWithin(name, each) || each.startsWith(`${name}.`));
}

function isWithin(name: string, outer: string): boolean {
  return name === outer || name.startsWith(`${outer}.`);
}

function listOf(known: readonly string[], prefix: string): string {
  const all = known.filter((each) => each.startsWith(prefix));
  return all.length > 0 ? all.slice(0, 12).join(", ") : "no such variable";
}

/** Every text within a value, with its dotted path. */
export function textsIn(value: unknown, path: string): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, `${path}.${key}`));
}
