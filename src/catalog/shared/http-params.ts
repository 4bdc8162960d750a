import * as z from "zod";
import type { ParamTarget } from "../connector-type.ts";
import { parsedUrl } from "./fields.ts";

/** Params of .http and .http-system. Source: http/schemas/v1.ts. */
export function httpParams() {
  return z.strictObject({
    url: parsedUrl("Instead of config.url").optional(),
    path: z.string().optional().describe("Appended to the URL"),
    method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET").describe("Upper case, unlike .webhook"),
    body: z
      .union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())])
      .optional()
      .describe("Older versions take text only"),
    query: z.record(z.string(), z.string()).optional(),
    headers: z.record(z.string(), z.string()).optional().describe("Win over those of config"),
    fetcher: z
      .object({
        skip_ssl_verification: z.boolean().optional(),
        follow_redirects: z.boolean().optional(),
        max_redirects: z.number().optional(),
        keep_alive: z.boolean().optional(),
        max_content_length: z.number().optional(),
      })
      .optional(),
    form_data: z.record(z.string(), z.unknown()).optional().describe("Newest versions: parts of a form"),
    timeout: z.number().positive().optional().describe("Some versions"),
  });
}

/**
 * What of them chooses where the request goes. Revisions of Kibana differ in whether `url` wins over the configured one.
 * Source: http/http_connector.ts.
 */
export function httpParamTargets(withSecrets: boolean): ParamTarget[] {
  const fields = { url: "url", path: "path", headers: "headers", "fetcher.skip_ssl_verification": "skips_verification" } as const;
  return Object.entries(fields).map(([field, kind]) => ({ field, kind, replaces: "url", withSecrets }));
}

/** What only the server reads. */
export const httpFreeRecipients = ["params.query.**", "params.body.**", "params.form_data.**", "params.headers.**"];
