import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { needActions } from "../http/privileges.ts";
import { filled, parseBody } from "../http/request-schema.ts";
import { cannedAnswer, gone, hostOf } from "../third-parties/transport.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { notAllowed } from "./allowed-hosts.ts";

const kind = z.looseObject({ type: z.enum(["jwt", "client"]) });
const bodies = {
  jwt: z.strictObject({
    type: z.literal("jwt"),
    options: z.strictObject({
      tokenUrl: filled,
      config: z.strictObject({ clientId: filled, jwtKeyId: filled, userIdentifierValue: filled }),
      secrets: z.strictObject({ clientSecret: filled, privateKey: filled, privateKeyPassword: filled.nullish() }),
    }),
  }),
  client: z.strictObject({
    type: z.literal("client"),
    options: z.strictObject({
      tokenUrl: filled,
      scope: filled,
      config: z.strictObject({ clientId: filled, tenantId: filled.nullish() }),
      secrets: z.strictObject({ clientSecret: filled }),
    }),
  }),
};

/** Gets a token for the form of a connector that is not saved yet: actions/server/routes/get_oauth_access_token.ts. */
function accessToken(call: Call, state: State): Reply {
  const { type } = parseBody(kind, call);
  const { options } = type === "jwt" ? parseBody(bodies.jwt, call) : parseBody(bodies.client, call);
  needActions(call, "all", "update actions");
  const problem = notAllowed(options.tokenUrl, state.settings);
  if (problem) throw new Refusal(400, problem);
  const fine = { status: 200, statusText: "OK" };
  if (cannedAnswer(hostOf(options.tokenUrl), options.secrets, gone, fine) !== fine)
    throw new Refusal(400, "Failed to retrieve access token");
  return { status: 200, body: { accessToken: "Bearer sandbox-access-token" } };
}

export const oauthTokenRoutes: readonly Route[] = [
  { method: "POST", path: "/internal/actions/connector/_oauth_access_token", handler: accessToken },
];
