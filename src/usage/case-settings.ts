import { withoutOwners } from "./case-owners.ts";
import { type Found, type Holder, hasFeature, type Source, type Use } from "./use.ts";

/** What new cases push to. Kibana's count of references has the default connectors, and no templates. */
export const caseSettings: Source = {
  what: "settings of cases",
  ofSolution: true,
  canHold: (where) => hasFeature(where, "cases"),
  async look(reader, space): Promise<Found> {
    const [all, missed] = await Promise.all([reader.caseSettings(space), withoutOwners(reader, space)]);
    const holders = all.flatMap(({ id, owner, connector, templates }): Holder[] => {
      const use = (how: string): Use => ({ kind: "case_settings", id, name: owner, space, enabled: true, how, can_be_moved: false });
      return [
        ...(connector === undefined ? [] : [{ use: use("the default connector"), names: connector }]),
        ...templates.map((one) => ({ use: use(`template ${one.name}`), names: one.connector })),
      ];
    });
    return { holders, unseen: missed ? [{ what: caseSettings.what, ...missed, permanent: false, whole: false }] : [] };
  },
};
