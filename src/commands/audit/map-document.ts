import type { Connector } from "../../kibana/connectors.ts";
import { countByTag, type MapGroup } from "../../map/by-tag.ts";
import type { MappedRule, Verdict } from "../../map/route.ts";
import { mapRules } from "../../map/run.ts";
import type { NotSeen } from "../../map/space.ts";
import type { Settings } from "../../settings/index.ts";
import { type MappedRow, mappedRow } from "../../tools/map/mapped-row.ts";
import { version } from "../../version.ts";
import type { OpenKibana } from "../open-kibana.ts";
import type { AuditDocument } from "./document.ts";
import { deploymentOf, interruptible } from "./report.ts";

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
/** Looks up who is told in all spaces. @throws ToolError if Kibana gives nothing to report on */
export function makeMap(kibana: OpenKibana, settings: Settings): Promise<MapDocument> {
  return interruptible(kibana, settings, async ({ reader, spaces, version: ofKibana, signal, onProgress }) => {
    const counts: Record<Verdict, number> = { nobody: 0, perhaps: 0, told: 0 };
    const kept: Record<Verdict, MappedRule[]> = { nobody: [], perhaps: [], told: [] };
    const byTag = countByTag();
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
          byTag.add(rule);
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
      groups: byTag.groups(),
    };
  });
}

function bySpaceAndName(one: MappedRule, other: MappedRule): number {
  return one.space.localeCompare(other.space) || one.name.localeCompare(other.name);
}
