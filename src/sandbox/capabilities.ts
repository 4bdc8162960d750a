import * as z from "zod";
import { caseFeature, mayOnCases, owners } from "./cases/case.ts";
import { parseBody } from "./http/request-schema.ts";
import type { Call, Reply, Route, State } from "./types.ts";

const body = z.strictObject({ applications: z.array(z.string().regex(/^[a-zA-Z0-9_:-]+$/)) });

/** What Kibana's pages may show; only the features of connectors and cases are here: resolve_capabilities.ts, actions/server/feature.ts. */
function capabilities(call: Call, state: State): Reply {
  const { applications } = parseBody(body, call);
  const read = call.caller.may("actions", "read", call.space);
  const all = call.caller.may("actions", "all", call.space);
  const ofCases = owners.map((owner) => [
    caseFeature(owner, state),
    { read_cases: mayOnCases(call, "read", owner, state), create_cases: mayOnCases(call, "all", owner, state) },
  ]);
  return {
    status: 200,
    body: {
      navLinks: Object.fromEntries(applications.map((name) => [name, false])),
      management: { insightsAndAlerting: { triggersActions: read, triggersActionsConnectors: read } },
      catalogue: {},
      actions: { show: read, execute: read, save: all, delete: all, endpointSecurityExecute: all },
      ...Object.fromEntries(ofCases),
    },
  };
}

export const capabilityRoutes: readonly Route[] = [{ method: "POST", path: "/api/core/capabilities", handler: capabilities }];
