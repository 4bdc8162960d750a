import { emailServiceHost } from "../../catalog/shared/email-services.ts";
import type { Call, Reply, Route, State } from "../types.ts";

/** Needs no privilege: stack_connectors, server/routes/get_well_known_email_service.ts. */
function server({ params: { service = "" } }: Call, { settings: { ses } }: State): Reply {
  if (service === "ses" && ses) return { status: 200, body: { ...ses, secure: true } };
  const [host, port = "465"] = (emailServiceHost(service) ?? "").split(":");
  return { status: 200, body: host === "" || service === "exchange_server" ? {} : { host, port: Number(port), secure: port === "465" } };
}

export const mailServiceRoutes: readonly Route[] = [
  { method: "GET", path: "/internal/stack_connectors/_email_config/{service}", handler: server },
];
