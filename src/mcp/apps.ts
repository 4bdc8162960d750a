import { appDataKey, appMimeType } from "../apps/protocol.ts";
import type { Caller } from "../change/services.ts";
import { isPlainObject } from "../plain-object.ts";
import { plainJson } from "../plain-text.ts";

/**
 * Whether a client shows apps (MCP Apps, SEP-1865). Others are offered none and notice nothing.
 * @param extensions what the client says that it can beyond the protocol
 */
export function showsApps(extensions: unknown): boolean {
  const ui = isPlainObject(extensions) ? extensions["io.modelcontextprotocol/ui"] : undefined;
  return isPlainObject(ui) && Array.isArray(ui.mimeTypes) && ui.mimeTypes.includes(appMimeType);
}

/** Takes what a tool has for the app beside its answer, and puts it where no model reads it. */
export function appData(apps: boolean) {
  let data: object | undefined;
  const forApp: Pick<Caller, "forApp"> = apps
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
