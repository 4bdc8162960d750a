import type { Connector } from "../../kibana/connectors.ts";
import { type MappedRule, type Verdict, verdictOn, verdicts } from "../../map/route.ts";
import { mapRules } from "../../map/run.ts";
import type { NotSeen } from "../../map/space.ts";
import type { Settings } from "../../settings/index.ts";
import { type MappedRow, mappedRow } from "../../tools/map/mapped-row.ts";
import { version } from "../../version.ts";
import type { OpenKibana } from "../open-kibana.ts";
import type { AuditDocument } from "./document.ts";
import { deploymentOf, interruptible } from "./report.ts";

/** Rules with a tag, or those of a space without any. */
export interface MapGroup {
  tag: string | undefined;
  space: string;
  counts: Record<Verdict, number>;
  /** How many of its rules reach a connector, by what it is called, most first; only routes that may get through. */
  connectors: { name: string; rules: number }[];
}

type Counting = Omit<MapGroup, "connectors"> & { connectors: Map<string, number> };

/** The map as its page shows it. */
export interface MapDocument {
  version: string;
  deployment: AuditDocument["deployment"];
  /** ISO. */
  generated_at: string;
  spaces: number;
  counts: Record<Verdict, number>;
  /** The largest first. */
  groups: MapGroup[];
  /** Rules as the tool shows them, of each verdict the first ones. */
  rules: Record<Verdict, MappedRow[]>;
  not_seen: NotSeen[];
}

/** Rules of each verdict that the page lists: those that tell nobody are what people look for. */
const listed: Record<Verdict, number> = { nobody: 2000, perhaps: 1000, told: 500 };
/** Groups and connectors that are counted; memory must not grow with the number of tags. */
const counted = 500;

/** Looks up who is told in all spaces. @throws ToolError if Kibana gives nothing to report on */
export function makeMap(kibana: OpenKibana, settings: Settings): Promise<MapDocument> {
  return interruptible(kibana, settings, async ({ reader, spaces, version: ofKibana, signal, onProgress }) => {
    const counts: Record<Verdict, number> = { nobody: 0, perhaps: 0, told: 0 };
    const kept: Record<Verdict, MappedRule[]> = { nobody: [], perhaps: [], told: [] };
    const groups = new Map<string, Counting>();
    const connectors = new Map<string, ReadonlyMap<string, Connector> | undefined>();
    const now = Date.now();
    const notSeen = await mapRules(
      reader,
      { spaces: [...spaces].sort(), filter: {}, now, signal, onProgress },
      {
        space: (facts) => {
          connectors.set(facts.space, facts.connectors.all);
        },
        rule(rule) {
          counts[rule.verdict] += 1;
          if (kept[rule.verdict].length < listed[rule.verdict]) kept[rule.verdict].push(rule);
          for (const tag of rule.tags.length > 0 ? rule.tags : [undefined]) addTo(groups, tag, rule);
          return true;
        },
      },
    );
    const rows = async (verdict: Verdict) =>
      Promise.all(kept[verdict].sort(bySpaceAndName).map((rule) => mappedRow(rule, connectors.get(rule.space))));
    const [nobody, perhaps, told] = await Promise.all([rows("nobody"), rows("perhaps"), rows("told")]);
    return {
      ...{ version, deployment: deploymentOf(kibana, ofKibana), generated_at: new Date(now).toISOString(), spaces: spaces.length },
      ...{ counts, rules: { nobody, perhaps, told }, not_seen: notSeen },
      groups: [...groups.values()]
        .map((group) => ({
          ...group,
          connectors: [...group.connectors].map(([name, rules]) => ({ name, rules })).sort((one, other) => other.rules - one.rules),
        }))
        .sort((one, other) => total(other.counts) - total(one.counts)),
    };
  });
}

export function total(counts: Record<Verdict, number>): number {
  return verdicts.reduce((sum, verdict) => sum + counts[verdict], 0);
}

function addTo(groups: Map<string, Counting>, tag: string | undefined, { space, verdict, routes }: MappedRule): void {
  const key = JSON.stringify(tag === undefined ? [space] : [null, tag]);
  const known = groups.get(key);
  if (!known && groups.size >= counted) return;
  const group = known ?? { tag, space, counts: { nobody: 0, perhaps: 0, told: 0 }, connectors: new Map<string, number>() };
  groups.set(key, group);
  group.counts[verdict] += 1;
  const open = verdict === "nobody" ? [] : routes.filter(({ obstacles }) => verdictOn(obstacles) !== "nobody");
  for (const name of new Set(open.map(({ connector, name: own }) => own ?? connector ?? "decided when it runs"))) {
    if (group.connectors.has(name) || group.connectors.size < counted) group.connectors.set(name, (group.connectors.get(name) ?? 0) + 1);
  }
}

function bySpaceAndName(one: MappedRule, other: MappedRule): number {
  return one.space.localeCompare(other.space) || one.name.localeCompare(other.name);
}
