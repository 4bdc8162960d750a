import type { Call, Reply, Route } from "../types.ts";

/** Of an API key Kibana answers its owner: security/server/routes/users/get.ts. */
function me({ caller }: Call): Reply {
  const realm = caller.byApiKey ? { name: "_es_api_key", type: "_es_api_key" } : { name: "default_native", type: "native" };
  return { status: 200, body: { username: caller.name, roles: [], enabled: true, authentication_realm: realm, lookup_realm: realm } };
}

export const currentUserRoutes: readonly Route[] = [{ method: "GET", path: "/internal/security/me", handler: me }];
