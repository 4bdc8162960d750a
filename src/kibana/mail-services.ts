import * as z from "zod";
import type { Get } from "./http.ts";
import { readAs } from "./read-as.ts";

const Server = z.object({ host: z.string().optional(), port: z.number().optional() });

/** Mail services that connectors name (stack_connectors, get_well_known_email_service.ts). */
export function mailServiceReads(get: Get) {
  return {
    /** Where mail of a service goes by kibana.yml, or else by what Kibana knows of it; undefined for a service that it does not know. */
    async mailService(service: string): Promise<{ host: string; port?: number | undefined } | undefined> {
      const path = `/internal/stack_connectors/_email_config/${encodeURIComponent(service)}`;
      const { host, port } = readAs(Server, await get({ path, internal: true }));
      return host === undefined ? undefined : { host, port };
    },
  };
}
