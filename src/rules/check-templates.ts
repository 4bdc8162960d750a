import type { TemplateSpans } from "mustache";
import { didYouMean } from "../did-you-mean.ts";
import { lambdas, linkNames, type Names, oldNames } from "./action-variables.ts";
import type { ParseTemplate } from "./wanted.ts";

interface TemplateProblem {
  /** Dotted, from `params`. */
  path: string;
  problem: string;
}

interface TemplateVerdict {
  /** A text that Kibana cannot fill in, or a name that is surely mistyped: the action would send nonsense. */
  errors: TemplateProblem[];
  /** What renders empty, is outdated, or needs a setting. */
  warnings: TemplateProblem[];
}

/**
 * Checks every text of an action's params as a Mustache template. Kibana itself checks none: a template that it cannot
 * read is sent as an error text, a name that it does not know as nothing (actions/server/lib/mustache_renderer.ts).
 */
export function checkTemplates(params: unknown, names: Names, parse: ParseTemplate): TemplateVerdict {
  const verdict: TemplateVerdict = { errors: [], warnings: [] };
  for (const [path, text] of textsIn(params, "params")) {
    const uses = usesIn(text, parse);
    if ("broken" in uses) verdict.errors.push({ path, problem: `is not a Mustache template: ${uses.broken}` });
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
function usesIn(text: string, parse: ParseTemplate): { names: Use[] } | { broken: string } {
  if (!text.includes("{{")) return { names: [] };
  const most = text.includes("{{=") ? mostWithTags : mostCharacters;
  if (text.length > most) return { broken: `it is longer than ${most} characters, which is more than is read` };
  try {
    // The parser's time is quadratic in the length of a run of white space.
    return { names: namesIn(parse(text.replace(/\s{100,}/g, " ".repeat(100))), []) };
  } catch (error) {
    return { broken: error instanceof Error ? error.message : "cannot be read" };
  }
}

function namesIn(spans: TemplateSpans, within: readonly string[]): Use[] {
  if (within.length > deepest) throw new Error(`its sections are nested more than ${deepest} levels deep`);
  return spans.flatMap(([kind, name, , , inner]): Use[] => {
    if (kind === "name" || kind === "&" || kind === ">") return [{ name: kind === ">" ? `> ${name}` : name, section: false, within }];
    if (kind !== "#" && kind !== "^") return [];
    const use = { name, section: true, within };
    return Array.isArray(inner) ? [use, ...namesIn(inner, kind === "#" ? [...within, name] : within)] : [use];
  });
}

function judge({ name, section, within }: Use, names: Names, path: string, { errors, warnings }: TemplateVerdict): void {
  const warn = (problem: string) => warnings.push({ path, problem });
  const fail = (problem: string) => errors.push({ path, problem });
  if (name.startsWith("> ")) return void warn(`{{${name}}} renders empty: Kibana has no partials`);
  if (lambdas.includes(name)) {
    if (!section) fail(`{{${name}}} is a function: write {{#${name}}}…{{/${name}}}`);
    return;
  }
  const items = within.some((around) => !lambdas.includes(around));
  if (name === ".") {
    if (!items) warn("{{.}} writes out every variable there is: for exploring only");
    return;
  }
  const newer = Object.hasOwn(oldNames, name) ? oldNames[name] : undefined;
  if (newer !== undefined) return void warn(`{{${name}}} is deprecated: use {{${newer}}}`);
  if (covers(names.known, name)) {
    if (linkNames.some((link) => link === name) && !section && !within.includes(name)) {
      warn(`{{${name}}} is empty unless server.publicBaseUrl is set in kibana.yml`);
    }
    return;
  }
  // Inside a section the names are those of its items, which are not listed anywhere.
  if (items) return;
  if (covers(names.elsewhere, name)) {
    return void fail(
      name.startsWith("alerts.")
        ? `{{${name}}} exists in a summary only: set frequency.summary, or use {{alert.id}}`
        : `{{${name}}} is about one alert and a summary about many: use {{alerts.new.count}} and the like`,
    );
  }
  const [kind = ""] = name.split(".");
  if (["context", "state", "params"].includes(kind) && !names.listed.includes(kind) && kind !== "params") return;
  const meant = nearest(name, [...names.known, ...lambdas]);
  if (meant !== undefined) fail(`{{${name}}} is not known here: did you mean {{${lambdas.includes(meant) ? "#" : ""}${meant}}}?`);
  else warn(`{{${name}}} is not known here: it renders empty${kind === "context" ? `; there is ${listOf(names.known, "context.")}` : ""}`);
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
  return known.some((each) => each === name || name.startsWith(`${each}.`) || each.startsWith(`${name}.`));
}

function listOf(known: readonly string[], prefix: string): string {
  const all = known.filter((each) => each.startsWith(prefix));
  return all.length > 0 ? all.slice(0, 12).join(", ") : "no such variable";
}

function textsIn(value: unknown, path: string): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, `${path}.${key}`));
}
