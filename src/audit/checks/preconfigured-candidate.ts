import { firstFew } from "../../first-few.ts";
import { quoted } from "../../plain-text.ts";
import type { DeploymentCheck } from "../check.ts";
import { fingerprint } from "../finding.ts";
import { targetOf } from "../same-target.ts";

/** From this many spaces on, one definition is less work than copies. */
const spacesWanted = 3;

/** One finding for the deployment. On Elastic Cloud and serverless nobody may define connectors in kibana.yml. */
export const preconfiguredCandidate: DeploymentCheck = {
  name: "preconfigured_candidate",
  finds: "one target set up in three spaces or more",
  ignores: "Elastic Cloud and serverless",
  of: "deployment",
  spaces: spacesWanted,
  group: "untidy",
  needs: ["status", "connectors"],
  why: "Defined once in kibana.yml (xpack.actions.preconfigured) it is in every space, and its secret is kept in one place.",
  fix: "Run the command export with --format kibana_yml, put its output into kibana.yml, move the rules, then delete the copies.",
  find({ selfManaged, connectors }) {
    if (!selfManaged) return [];
    const byTarget = new Map<string, { names: string[]; spaces: Set<string> }>();
    for (const { space, connector, entry } of connectors) {
      const target = targetOf(connector, entry);
      if (target === undefined) continue;
      const known = byTarget.get(target) ?? { names: [], spaces: new Set() };
      byTarget.set(target, { names: [...known.names, `${connector.name} (${connector.type})`], spaces: known.spaces.add(space) });
    }
    const many = [...byTarget]
      .map(([target, { names, spaces }]) => ({ target, spaces: spaces.size, name: names.sort()[0] ?? "" }))
      .filter(({ spaces }) => spaces >= spacesWanted)
      .sort((one, other) => other.spaces - one.spaces || (one.target < other.target ? -1 : 1));
    if (many.length === 0) return [];
    const shown = firstFew(many, 3, ({ name, spaces }) => `${quoted(name, 60)} in ${spaces} spaces`);
    return [
      {
        severity: "info",
        confidence: "likely",
        covers: many.map(({ target }) => fingerprint("target", "*", [target])),
        evidence: `The same target is set up in many spaces: ${shown}.`,
      },
    ];
  },
};
