import { isNoRoute } from "../kibana/absent.ts";
import { KibanaError } from "../kibana/errors.ts";
import { isAtLeast } from "../kibana/status.ts";
import { type Found, hasFeature, type Source } from "./use.ts";
import { wholeList } from "./whole-list.ts";

const mostPages = 10;

/**
 * Templates of cases that are written in YAML. They name connectors from 9.5 on (kibana#275690), where the operator has not switched
 * them off (`xpack.cases.templates.enabled`): then there is no such route. Whose the key may not read is said of the settings of cases.
 */
export const caseTemplates: Source = {
  what: "templates of cases",
  ofSolution: true,
  canHold: (where) => isAtLeast(where.status, "9.5") && hasFeature(where, "cases"),
  async look(reader, space): Promise<Found> {
    const { items, total, complete } = await wholeList(async (at) => {
      try {
        const page = await reader.caseTemplates(space, at);
        return { total: page.total, items: page.templates };
      } catch (error) {
        if (error instanceof KibanaError && isNoRoute(error)) return undefined;
        throw error;
      }
    }, mostPages);
    const why = `Only ${items.size} of ${total} were read.`;
    const holders = [...items.values()].flatMap(({ id, name, connector: names }) =>
      names === undefined
        ? []
        : [{ use: { kind: "case_template" as const, id, name, space, enabled: true, how: "its connector", can_be_moved: false }, names }],
    );
    return { holders, unseen: complete ? [] : [{ what: caseTemplates.what, why, permanent: false, whole: false }] };
  },
};
