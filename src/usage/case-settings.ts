import { type Found, type Holder, hasFeature, type Source, type Use } from "./use.ts";

/** What new cases push to. Owners that the key may not read are left out by Kibana; its count of references has them too. */
export const caseSettings: Source = {
  what: "settings of cases",
  ofSolution: true,
  canHold: (where) => hasFeature(where, "cases"),
  async look(reader, space): Promise<Found> {
    const all = await reader.caseSettings(space);
    const holders = all.flatMap(({ id, owner, connector, templates }): Holder[] => {
      const use = (how: string): Use => ({ kind: "case_settings", id, name: owner, space, enabled: true, how, can_be_moved: false });
      return [
        ...(connector === undefined ? [] : [{ use: use("the default connector"), names: connector }]),
        ...templates.map((one) => ({ use: use(`template ${one.name}`), names: one.connector })),
      ];
    });
    return { holders, unseen: [] };
  },
};
