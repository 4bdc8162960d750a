import { advancedSettingsRoutes } from "../advanced-settings.ts";
import { agentRoutes } from "../ai/agents.ts";
import { discoveryRoutes } from "../ai/attack-discovery.ts";
import { conversationRoutes } from "../ai/conversations.ts";
import { leadRoutes } from "../ai/leads.ts";
import { migrationRoutes } from "../ai/migrations.ts";
import { modelSettingRoutes } from "../ai/model-settings.ts";
import { policyRoutes } from "../alerting-v2/policy-routes.ts";
import { v2RuleRoutes } from "../alerting-v2/rule-routes.ts";
import { capabilityRoutes } from "../capabilities.ts";
import { caseRoutes } from "../cases/case-routes.ts";
import { caseConfigurationRoutes } from "../cases/configure-routes.ts";
import { caseTemplateRoutes } from "../cases/template-routes.ts";
import { executeRoutes } from "../connectors/execute.ts";
import { executionLogRoutes } from "../connectors/execution-log.ts";
import { exportRoutes } from "../connectors/export.ts";
import { featureUsageRoutes } from "../connectors/feature-usage.ts";
import { importRoutes } from "../connectors/import.ts";
import { legacyRoutes } from "../connectors/legacy-routes.ts";
import { mailServiceRoutes } from "../connectors/mail-services.ts";
import { oauthTokenRoutes } from "../connectors/oauth-token.ts";
import { ingressRoutes } from "../connectors/rotate-ingress.ts";
import { connectorRoutes } from "../connectors/routes.ts";
import { secretHeaderRoutes } from "../connectors/secret-headers.ts";
import { specTypeRoutes } from "../connectors/spec-types.ts";
import { typeRoutes } from "../connectors/types-api.ts";
import { internalMaintenanceWindowRoutes } from "../maintenance-windows/internal-routes.ts";
import { maintenanceWindowRoutes } from "../maintenance-windows/routes.ts";
import { monitoringRoutes } from "../monitoring/default-connectors.ts";
import { backfillRoutes } from "../rules/backfill-routes.ts";
import { findRoutes } from "../rules/find.ts";
import { healthRoutes } from "../rules/health.ts";
import { legacyRuleRoutes } from "../rules/legacy-routes.ts";
import { ruleRoutes } from "../rules/routes.ts";
import { ruleSettingsRoutes } from "../rules/settings-routes.ts";
import { snoozeRoutes } from "../rules/snooze-routes.ts";
import { ruleStateRoutes } from "../rules/state-routes.ts";
import { spaceRoutes } from "../spaces.ts";
import { statusRoutes } from "../status.ts";
import type { Route, State } from "../types.ts";
import { workflowReadRoutes } from "../workflows/read-routes.ts";
import { workflowRunRoutes } from "../workflows/run-routes.ts";
import { workflowValidateRoutes } from "../workflows/validate.ts";
import { workflowWriteRoutes } from "../workflows/write-routes.ts";
import { currentUserRoutes } from "./current-user.ts";

const routes = [
  ...statusRoutes,
  ...spaceRoutes,
  ...capabilityRoutes,
  ...currentUserRoutes,
  ...typeRoutes,
  ...specTypeRoutes,
  ...connectorRoutes,
  ...ingressRoutes,
  ...featureUsageRoutes,
  ...legacyRoutes,
  ...executeRoutes,
  ...findRoutes,
  ...backfillRoutes,
  ...healthRoutes,
  ...ruleRoutes,
  ...legacyRuleRoutes,
  ...ruleSettingsRoutes,
  ...ruleStateRoutes,
  ...snoozeRoutes,
  ...maintenanceWindowRoutes,
  ...internalMaintenanceWindowRoutes,
  ...oauthTokenRoutes,
  ...mailServiceRoutes,
  ...secretHeaderRoutes,
  ...executionLogRoutes,
  ...exportRoutes,
  ...importRoutes,
  ...workflowReadRoutes,
  ...workflowWriteRoutes,
  ...workflowValidateRoutes,
  ...workflowRunRoutes,
  ...policyRoutes,
  ...v2RuleRoutes,
  ...caseConfigurationRoutes,
  ...caseTemplateRoutes,
  ...caseRoutes,
  ...agentRoutes,
  ...conversationRoutes,
  ...discoveryRoutes,
  ...advancedSettingsRoutes,
  ...monitoringRoutes,
  ...modelSettingRoutes,
  ...leadRoutes,
  ...migrationRoutes,
].map((route) => ({
  ...route,
  segments: route.path.split("/"),
}));

/** By method and number of segments, in their order. */
const routesOf = new Map<string, typeof routes>();
for (const route of routes) {
  const kind = kindOf(route.method, route.segments);
  routesOf.set(kind, [...(routesOf.get(kind) ?? []), route]);
}

function kindOf(method: string, segments: readonly string[]): string {
  return `${method} ${segments.length}`;
}

interface Match {
  route: Route;
  params: Record<string, string>;
}

/** The route of a path without its space, and the values of its `{names}`. */
export function matchRoute(method: string, path: string, state: State): Match | undefined {
  const given = path.split("/");
  const route = routesOf
    .get(kindOf(method, given))
    ?.find(
      (candidate) =>
        candidate.exists?.(state) !== false &&
        candidate.segments.every((segment, at) => (segment.startsWith("{") ? given[at] !== "" : segment === given[at])),
    );
  if (!route) return undefined;
  const named = route.segments.flatMap((segment, at) =>
    segment.startsWith("{") ? [[segment.slice(1, -1), decoded(given[at] ?? "")]] : [],
  );
  return { route, params: Object.fromEntries(named) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** `/s/{space}` in front of the path; an unknown space is not refused (reference/kibana-api.md §0). */
export function splitSpace(path: string): { space: string; path: string } {
  const [, space, rest] = /^\/s\/([a-z0-9_-]+)(\/.*)$/.exec(path) ?? [];
  return space && rest ? { space, path: rest } : { space: "default", path };
}
