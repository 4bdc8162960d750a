import * as z from "zod";
import { KibanaError } from "./errors.ts";
import type { Get } from "./http.ts";
import { readAs } from "./read-as.ts";

const Status = z.object({
  version: z.object({ number: z.string(), build_flavor: z.string().nullish() }).nullish(),
  status: z.object({ overall: z.object({ level: z.string() }).nullish() }).nullish(),
});

export interface Status {
  version: string;
  flavour: "traditional" | "serverless";
  level: string;
}

export function statusReads(get: Get) {
  return {
    /** Version and health. Without credentials Kibana leaves the version out (reference/kibana-api.md §7.2). */
    async status(signal?: AbortSignal): Promise<Status> {
      const raw = readAs(
        Status,
        await get({
          path: "/api/status",
          tolerate: [503],
          ...(signal && { signal }),
        }),
      );
      if (!raw.version && raw.status?.overall?.level === undefined) {
        throw new KibanaError(
          "kibana_unreachable",
          "What answers there is not Kibana: its status has an unexpected shape.",
          "Check KIBANA_URL and its base path.",
          { applied: "no" },
        );
      }
      if (!raw.version) {
        throw new KibanaError(
          "unauthorized",
          "Kibana answers, but does not accept the credentials (its status leaves out the version).",
          "Check KIBANA_API_KEY, or KIBANA_USERNAME and KIBANA_PASSWORD, and restart the server.",
          { applied: "no" },
        );
      }
      return {
        version: raw.version.number,
        flavour: raw.version.build_flavor === "serverless" ? "serverless" : "traditional",
        level: raw.status?.overall?.level ?? "unknown",
      };
    },
  };
}

/** What a version can do. `since` like "8.8"; serverless is always newest. */
export function isAtLeast({ version, flavour }: Pick<Status, "version" | "flavour">, since: string): boolean {
  if (flavour === "serverless") return true;
  const numbers = (text: string) => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [major = 0, minor = 0] = numbers(version);
  const [sinceMajor = 0, sinceMinor = 0] = numbers(since);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
