import { KibanaError } from "../kibana/errors.ts";
import { isAtLeast } from "../kibana/status.ts";
import { models } from "./assistants.ts";
import { type Found, type Holder, hasFeature, type Source, type Use, type Where } from "./use.ts";
import { wholeList } from "./whole-list.ts";

/** Playgrounds of which each is read: the list does not show their models. */
const mostPlaygrounds = 100;

const since = (version: string) => (where: Where) => isAtLeast(where.status, version) && hasFeature(where, ...models);
const setting = (id: string, name: string, space: string): Use => {
  return { kind: "setting", id, name, space, enabled: true, how: "its model", can_be_moved: false };
};

/** Kibana's model settings, by feature. */
export const featureModels: Source = {
  what: "the model settings of features",
  mayBeAbsent: true,
  canHold: since("9.4"),
  async look(reader, space): Promise<Found> {
    const { features, gone } = await reader.featureModels(space);
    const holders = features.flatMap(({ feature, ids }) =>
      ids.map((names): Holder => {
        const use = setting(`inference-settings ${feature}`, `Model of ${feature}`, space);
        return { use, names, ...(gone.includes(names) ? {} : { mayBeElsewhere: true }) };
      }),
    );
    return { holders, unseen: [] };
  },
};

/** What Streams asks about significant events. */
export const significantEvents: Source = {
  what: "the settings of significant events",
  mayBeAbsent: true,
  canHold: since("9.4"),
  async look(reader, space): Promise<Found> {
    const ids = await reader.significantEventModels(space).catch((error: unknown) => {
      if (error instanceof KibanaError && isSwitchedOff(error)) return [];
      throw error;
    });
    return {
      holders: ids.map((names) => ({ use: setting("significant-events", "Significant events", space), names, asModel: true })),
      unseen: [],
    };
  },
};

/** It runs nothing then (streams, assert_significant_events_access.ts). */
function isSwitchedOff({ status, detail }: KibanaError): boolean {
  return status === 403 && /significant events is disabled|pricing tier|enterprise licen[sc]e/i.test(String(detail?.kibana ?? ""));
}

/** What Elastic Security's entity analytics asks for threat hunting leads, on a schedule: what is chosen without one is asked no more. */
export const leadGeneration: Source = {
  what: "the settings of threat hunting leads",
  mayBeAbsent: true,
  canHold: since("9.4"),
  async look(reader, space): Promise<Found> {
    const names = await reader.leadModel(space);
    const use = setting("lead-generation", "Threat hunting leads (Entity Analytics)", space);
    return { holders: names === undefined ? [] : [{ use, names, asModel: true }], unseen: [] };
  },
};

/** Playgrounds that somebody saved, each with the model that answers. */
export const playgrounds: Source = {
  what: "saved playgrounds",
  mayBeAbsent: true,
  canHold: since("9.1"),
  async look(reader, space): Promise<Found> {
    const { items, total, complete } = await wholeList((at) => reader.playgrounds(space, at), mostPlaygrounds / 100);
    const found = await Promise.all(
      [...items.values()].map(async ({ id, name }): Promise<Holder[]> => {
        const names = await reader.playgroundModel(space, id).catch(unlessGone);
        const use: Use = { kind: "playground", id, name, space, enabled: true, how: "its model", can_be_moved: false };
        return names === undefined ? [] : [{ use, names, asModel: true }];
      }),
    );
    const why = `Only ${items.size} of ${total} were read.`;
    return { holders: found.flat(), unseen: complete ? [] : [{ what: playgrounds.what, why, permanent: false, whole: false }] };
  },
};

/** Somebody deleted it meanwhile. */
function unlessGone(error: unknown): undefined {
  if (error instanceof KibanaError && error.status === 404 && error.detail?.kibana !== undefined) return undefined;
  throw error;
}
