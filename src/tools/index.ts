import { attachConnector } from "./attach-connector.ts";
import { auditConnectors } from "./audit-connectors.ts";
import { createConnector } from "./create-connector.ts";
import type { Tool } from "./define.ts";
import { describeConnectorTypes } from "./describe-connector-types.ts";
import { describeDeployment } from "./describe-deployment.ts";
import { executeConnector } from "./execute-connector.ts";
import { exportConnectors } from "./export-connectors.ts";
import { getConnector } from "./get-connector.ts";
import { listChanges } from "./list-changes.ts";
import { listConnectors } from "./list-connectors.ts";
import { mapNotifications } from "./map-notifications.ts";
import { replaceConnector } from "./replace-connector.ts";
import { safeDeleteConnector } from "./safe-delete-connector.ts";
import { testConnector } from "./test-connector.ts";
import { undoChange } from "./undo-change.ts";
import { updateConnector } from "./update-connector.ts";

/** Every tool, in the order in which agents see them. */
export const tools: readonly Tool[] = [
  describeDeployment,
  listConnectors,
  getConnector,
  describeConnectorTypes,
  auditConnectors,
  mapNotifications,
  exportConnectors,
  listChanges,
  createConnector,
  updateConnector,
  testConnector,
  executeConnector,
  attachConnector,
  replaceConnector,
  safeDeleteConnector,
  undoChange,
];
