import { isNoRoute } from "../kibana/absent.ts";
import { KibanaError } from "../kibana/errors.ts";
import type { Reader } from "../kibana/reader.ts";
import { type Found, hasFeature, type Source } from "./use.ts";

const titles = { synthetics: "Synthetics", uptime: "Uptime" } as const;

/** The connectors that Synthetics or Uptime put into the rules that they make. */
function defaultsOf(of: keyof typeof titles): Source {
  const name = `${titles[of]} default connectors`;
  return {
    what: `the settings of ${titles[of]}`,
    ofSolution: true,
    canHold: (where) => hasFeature(where, "uptime"),
    async look(reader, space): Promise<Found> {
      const use = { kind: "setting" as const, id: of, name, space, enabled: true, how: "its default connectors", can_be_moved: false };
      return { holders: (await read(reader, space, of)).map((names) => ({ use, names })), unseen: [] };
    },
  };
}

/** Older versions have the settings of Synthetics on an internal route only. */
async function read(reader: Reader, space: string, of: keyof typeof titles): Promise<string[]> {
  try {
    return await reader.defaultConnectors(space, of);
  } catch (error) {
    if (of !== "synthetics" || !(error instanceof KibanaError) || !isNoRoute(error)) throw error;
    return reader.defaultConnectors(space, of, true);
  }
}

export const synthetics = defaultsOf("synthetics");
export const uptime = defaultsOf("uptime");
