import { appsPrefix, listApps, readApp } from "../../apps/index.ts";
import type { ResourceSource } from "./source.ts";

/** Pages that show a tool's answer, for clients that show such pages. */
export const appPages: ResourceSource = {
  prefix: appsPrefix,
  templates: [],
  list: async ({ apps, tools }) => (apps ? listApps(tools) : []),
  async read(uri, { apps, tools }) {
    const page = apps ? readApp(uri, tools) : undefined;
    return page && { ...page, fixed: true };
  },
  complete: async () => [],
};
