import { type License, licenses } from "../../catalog/connector-type.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import type { Feature } from "./auth.ts";
import { envelope } from "./envelope.ts";

/** What stands before the routes of a feature, in Kibana's order: the privilege, then what the feature asks. */
export interface Gate {
  exists(state: State): boolean;
  feature: Feature;
  level: "read" | "all";
  /** The API privilege, which Kibana names when it is missing. */
  privilege: string;
  /** A licence that is too low, or a switch that is off. */
  refusal?(state: State, call: Call): Reply | undefined;
}

export function behind({ exists, feature, level, privilege, refusal }: Gate, route: Route): Route {
  return {
    ...route,
    exists,
    handler(call, state) {
      if (!call.caller.may(feature, level, call.space)) return unprivileged(call, privilege);
      return refusal?.(state, call) ?? route.handler(call, state);
    },
  };
}

/** The refusal of Kibana's core: security/server/authorization/api_authorization.ts. */
export function unprivileged({ method, path }: Call, privilege: string): Reply {
  const text = `API [${method} ${path}] is unauthorized for user, this action is granted by the Kibana privileges [${privilege}]`;
  return envelope(403, text);
}

/** Whether a valid licence is at least this one. On Serverless a lower licence stands for a lower tier. */
export function hasLicense({ license, licenseExpired }: State, least: License): boolean {
  return !licenseExpired && licenses.indexOf(license) >= licenses.indexOf(least);
}
