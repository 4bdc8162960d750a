import * as z from "zod";
import type { KibanaSettings } from "../settings/index.ts";
import { basePathFix, isKibanas, KibanaError, notAccepted } from "./errors.ts";
import type { Get } from "./http.ts";
import { readAs } from "./read-as.ts";

/** Kibana's shape from 8.0 on, and the older one, which OpenSearch Dashboards kept: `state` instead of `level`. */
const Status = z.object({
  version: z.object({ number: z.string(), build_flavor: z.string().nullish() }).nullish(),
  status: z
    .object({
      overall: z.object({ level: z.string().nullish(), state: z.string().nullish() }).nullish(),
      statuses: z.array(z.object({ id: z.string().nullish() })).nullish(),
    })
    .nullish(),
});

/** Kibana's own page reads it: licensing/server/routes/info.ts. */
const Licence = z.object({ license: z.object({ type: z.string(), status: z.string().nullish() }) });

export interface Status {
  version: string;
  flavour: "traditional" | "serverless";
  level: string;
}

export const statusPath = "/api/status";

/** @param auth which credentials are sent */
export function statusReads(get: Get, auth?: KibanaSettings["auth"]) {
  return {
    /**
     * Version and health. Without credentials Kibana leaves the version out (reference/kibana-api.md §7.2).
     * @throws ToolError kibana_unreachable if it is not Kibana, or not one that this server supports; unauthorized
     */
    async status(): Promise<Status> {
      const answer = await get({ path: statusPath, tolerate: [503] }).catch((error: unknown) => {
        throw error instanceof KibanaError && error.status === 404 && error.code === "kibana_error" ? nothingThere() : error;
      });
      // No status, but a refusal, as a proxy before Kibana has it: the same as of any other route.
      const body = isKibanas(answer, 503) ? await get({ path: statusPath }) : answer;
      const { data: raw } = Status.safeParse(body);
      const overall = raw?.status?.overall;
      const level = overall?.level ?? overall?.state ?? undefined;
      if (!raw || (!raw.version && level === undefined)) {
        throw new KibanaError("kibana_unreachable", "What answers there is not Kibana: its status has an unexpected shape.", basePathFix, {
          applied: "no",
        });
      }
      if (!raw.version) {
        const [cause, fix] = notAccepted(auth);
        const seen = cause.replace(/^Kibana does/, "Kibana answers, but does").replace(/\.$/, "");
        throw new KibanaError("unauthorized", `${seen} (its status leaves out the version).`, fix, { applied: "no" });
      }
      const version = raw.version.number;
      const flavour = raw.version.build_flavor === "serverless" ? "serverless" : "traditional";
      if (!isAtLeast({ version, flavour }, "8.0")) throw unsupported(version, raw.status?.statuses ?? []);
      return { version, flavour, level: level ?? "unknown" };
    },
    /** The licence of the deployment: `platinum`, and where it is not active any more, `platinum (expired)`. */
    async licence(): Promise<string> {
      const { license } = readAs(Licence, await get({ path: "/api/licensing/info", internal: true }));
      return license.status && license.status !== "active" ? `${license.type} (${license.status})` : license.type;
    },
  };
}

/** Even the route that every Kibana has is a 404. */
function nothingThere(): KibanaError {
  return new KibanaError("kibana_unreachable", "There is no Kibana at that address: its status is not found either (404).", basePathFix, {
    applied: "no",
    status: 404,
  });
}

/** OpenSearch Dashboards numbers its versions 1 to 3; no Kibana with a status route has such a number. */
function unsupported(version: string, statuses: readonly { id?: string | null | undefined }[]): KibanaError {
  const other = statuses.some(({ id }) => id?.includes("opensearch")) || !isAtLeast({ version, flavour: "traditional" }, "4.0");
  const product = other ? "OpenSearch Dashboards" : "Kibana";
  return new KibanaError(
    "kibana_unreachable",
    `What answers there is ${product} ${version}, which is not supported.`,
    other
      ? "This server works with Elastic's Kibana, 8.0 or newer; OpenSearch Dashboards has connectors of another kind."
      : "This server needs Kibana 8.0 or newer, or Elastic Cloud Serverless: upgrade it.",
    { applied: "no", detail: { product, version } },
  );
}

/** Whether the error says that what answers is a Kibana, or something like it, that this server does not work with. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof KibanaError && error.detail?.product !== undefined;
}

/** What a version can do. `since` like "8.8"; serverless is always newest. */
export function isAtLeast({ version, flavour }: Pick<Status, "version" | "flavour">, since: string): boolean {
  if (flavour === "serverless") return true;
  const numbers = (text: string) => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [major = 0, minor = 0] = numbers(version);
  const [sinceMajor = 0, sinceMinor = 0] = numbers(since);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
