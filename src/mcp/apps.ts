import type { ClientCapabilities } from "@modelcontextprotocol/sdk/types.js";
import { appDataKey, appMimeType } from "../apps/protocol.ts";
import type { Caller } from "../change/services.ts";
import { isPlainObject } from "../plain-object.ts";
import { plainJson } from "../plain-text.ts";

/** Whether a client shows apps (MCP Apps, SEP-1865). Others are offered none and notice nothing. */
export function showsApps(capabilities: Pick<ClientCapabilities, "extensions"> | undefined): boolean {
  const ui: unknown = capabilities?.extensions?.["io.modelcontextprotocol/ui"];
  return isPlainObject(ui) && Array.isArray(ui.mimeTypes) && ui.mimeTypes.includes(appMimeType);
}

/** Takes what a tool has for the app beside its answer, and puts it where no model reads it. */
export function appData(capabilities: Pick<ClientCapabilities, "extensions"> | undefined) {
  let data: object | undefined;
  const forApp: Pick<Caller, "forApp"> = showsApps(capabilities)
    ? {
        forApp(given) {
          data = given;
        },
      }
    : {};
  return {
    forApp,
    meta: (scrub: <T>(value: T) => T) => (data === undefined ? {} : { _meta: { [appDataKey]: scrub(plainJson(data)) } }),
  };
}
