import { auditApp } from "./audit.ts";
import { mapApp } from "./map.ts";
import { type App, appPage } from "./page.ts";
import { appMimeType } from "./protocol.ts";

/** How the addresses of all apps begin. */
export const appsPrefix = "ui://kibana-connectors-mcp/";

const apps: readonly App[] = [auditApp, mapApp];

/** Nothing is fetched, framed or asked for, whatever else a host would allow. */
const ui = { csp: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] }, prefersBorder: true };

const uriOf = ({ name }: App) => `${appsPrefix}${name}.html`;

/** What a host is told about a tool: no app may call it, and which app shows its answer. */
export function toolUi(tool: string): { visibility: ["model"]; resourceUri?: string } {
  const app = apps.find((one) => one.tool === tool);
  return { visibility: ["model"], ...(app && { resourceUri: uriOf(app) }) };
}

/** The apps for the answers of these tools, as resources. */
export function listApps(tools: readonly { name: string }[]) {
  return apps
    .filter((app) => tools.some(({ name }) => name === app.tool))
    .map((app) => ({
      uri: uriOf(app),
      name: app.name,
      title: app.title,
      description: app.description,
      mimeType: appMimeType,
      _meta: { ui },
    }));
}

/** An app as a resource; undefined if there is none at this address for the answers of these tools. */
export function readApp(uri: string, tools: readonly { name: string }[]) {
  const app = apps.find((one) => uriOf(one) === uri && tools.some(({ name }) => name === one.tool));
  return app && { mimeType: appMimeType, text: appPage(app), _meta: { ui } };
}
