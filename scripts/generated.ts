import { connectorTypesPage } from "./connector-types-page.ts";
import { packagingFiles } from "./packaging.ts";
import { auditPage, clientsPage, settingsPage, toolsPage } from "./pages.ts";

/** Every generated file, by path: `npm run generate` writes them, a test compares them. */
export async function generated(): Promise<Record<string, string>> {
  return {
    ...packagingFiles(),
    "docs/audit.md": auditPage(),
    "docs/clients.md": clientsPage(),
    "docs/tools.md": toolsPage(),
    "docs/settings.md": settingsPage(),
    "skill/kibana-connectors/references/connector-types.md": await connectorTypesPage(),
  };
}
