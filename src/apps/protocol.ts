/** What marks a page as an app, for those who show it. */
export const appMimeType = "text/html;profile=mcp-app";
/** The version of the protocol between an app and its host (MCP Apps, SEP-1865). */
export const appProtocol = "2026-01-26";
/** The key in `_meta` of an answer under which an app finds what the answer itself has no room for. */
export const appDataKey = "kibana-connectors-mcp/app";
