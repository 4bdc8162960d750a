import { grouped } from "../../grouped.ts";
import { word } from "../../plain-text.ts";
import { type Draft, refTo, type SpaceCheck } from "../check.ts";

const generic =
  /^(my |new |test |a |the |default |copy of )?(untitled|connector|slack|slack api|webhook|http|email|e-mail|mail|smtp|pager ?duty|index|server log|jira|service ?now|opsgenie|teams|microsoft teams|ops|alerts?|notifications?|test)( connector)?([ _-]?(\d+|\(\d+\)))?$/i;

/** Whether a name does not say whom it serves. */
export function isGenericName(name: string): boolean {
  return generic.test(name.trim());
}

/** Also names that two connectors of a type share: nobody can tell them apart. */
export const genericName: SpaceCheck = {
  name: "generic_name",
  finds: 'names such as "Slack" or "webhook 2", and names that two connectors share',
  ignores: "",
  of: "space",
  group: "untidy",
  needs: ["connectors"],
  why: "Whoever picks it for a rule has to guess which team and channel it reaches.",
  fix: "Edit the connector: name the team and the channel.",
  tool: "update_connector",
  find({ connectors }) {
    const byName = grouped(connectors.values(), ({ connector: { type, name } }) => JSON.stringify([type, name.trim().toLowerCase()]));
    return [...byName.values()].flatMap((same): Draft[] => {
      const [first, ...others] = same.map(({ connector }) => connector).sort((one, other) => (one.id < other.id ? -1 : 1));
      if (!first) return [];
      if (others.length > 0) {
        const evidence = `${same.length} connectors of type ${first.type} have this name: ${[first, ...others]
          .slice(0, 4)
          .map((one) => word(one.id))
          .join(", ")}.`;
        return [{ severity: "info", connector: refTo(first), others: others.map(refTo), evidence }];
      }
      const only = same[0];
      if (!isGenericName(first.name) && first.name.trim() !== only?.type?.name && first.name.trim() !== only?.entry?.name) return [];
      return [
        { severity: "info", connector: refTo(first), evidence: "Its name says neither whom it serves nor which channel it reaches." },
      ];
    });
  },
};
