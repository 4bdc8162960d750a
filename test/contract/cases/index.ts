import type { Case } from "../case.ts";
import { connectorsCrud } from "./connectors-crud.ts";
import { errors } from "./errors.ts";
import { everyCall } from "./every-call.ts";
import { execute } from "./execute.ts";
import { executionLog } from "./execution-log.ts";
import { forms } from "./forms.ts";
import { ids } from "./ids.ts";
import { listing } from "./list.ts";
import { mails } from "./mails.ts";
import { maintenanceWindows } from "./maintenance-windows.ts";
import { oldRoutes } from "./old-routes.ts";
import { privileges } from "./privileges.ts";
import { refusedConnectors } from "./refused-connectors.ts";
import { refusedParams } from "./refused-params.ts";
import { ruleState } from "./rule-state.ts";
import { ruleTypes } from "./rule-types.ts";
import { rulesCreate } from "./rules-create.ts";
import { rulesFind } from "./rules-find.ts";
import { rulesFindInternal } from "./rules-find-internal.ts";
import { rulesPut } from "./rules-put.ts";
import { savedObjects } from "./saved-objects.ts";
import { secrets } from "./secrets.ts";
import { spaces } from "./spaces.ts";
import { status } from "./status.ts";
import { types } from "./types.ts";

export const suites: Record<string, Case[]> = {
  "every call": everyCall,
  status,
  spaces,
  connectors: connectorsCrud,
  ids,
  list: listing,
  types,
  errors,
  secrets,
  "refused connectors": refusedConnectors,
  "refused params": refusedParams,
  mails,
  execute,
  privileges,
  "rules, create": rulesCreate,
  "rules, find": rulesFind,
  "rules, internal find": rulesFindInternal,
  "rules, PUT": rulesPut,
  "rules, state": ruleState,
  "rule types": ruleTypes,
  "maintenance windows": maintenanceWindows,
  "old routes": oldRoutes,
  forms,
  "saved objects": savedObjects,
  "execution log": executionLog,
};
