import { Refusal } from "../http/envelope.ts";
import type { Call, Reply, Route } from "../types.ts";

/** Source: alerting/server/routes/framework/apis/health. */
function health(call: Call): Reply {
  if (!call.caller.may("rules", "read", call.space)) throw new Refusal(403, "Unauthorized to access alerting framework health");
  const one = { status: "ok", timestamp: new Date().toISOString() };
  const all = { decryption_health: one, execution_health: one, read_health: one };
  return {
    status: 200,
    // The name with a letter missing is Kibana's too, for clients from before 8.0.
    body: {
      is_sufficiently_secure: true,
      has_permanent_encryption_key: true,
      alerting_framework_health: all,
      alerting_framework_heath: { _deprecated: 'This state property has a typo, use "alerting_framework_health" instead.', ...all },
    },
  };
}

export const healthRoutes: readonly Route[] = [{ method: "GET", path: "/api/alerting/_health", handler: health }];
