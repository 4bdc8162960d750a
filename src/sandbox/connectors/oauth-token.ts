import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { needActions } from "../http/privileges.ts";
import { filled, parseBody } from "../http/request-schema.ts";
import { jwtForm, requestToken } from "../third-parties/oauth.ts";
import { cannedAnswer, gone, hostOf, isLoopback } from "../third-parties/transport.ts";
import type { Call, Dict, Reply, Route, State } from "../types.ts";
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
async function accessToken(call: Call, state: State): Promise<Reply> {
  const { type } = parseBody(kind, call);
  const body = type === "jwt" ? parseBody(bodies.jwt, call) : parseBody(bodies.client, call);
  const { options } = body;
  needActions(call, "all", "update actions");
  const problem = notAllowed(options.tokenUrl, state.settings);
  if (problem) throw new Refusal(400, problem);
  if (state.deliver && isLoopback(options.tokenUrl)) return { status: 200, body: { accessToken: await realToken(body) } };
  const fine = { status: 200, statusText: "OK" };
  if (cannedAnswer(hostOf(options.tokenUrl), options.secrets, gone, fine) !== fine)
    throw new Refusal(400, "Failed to retrieve access token");
  return { status: 200, body: { accessToken: "Bearer sandbox-access-token" } };
}

type Body = z.infer<typeof bodies.jwt> | z.infer<typeof bodies.client>;

async function realToken(body: Body): Promise<string> {
  try {
    const { tokenUrl } = body.options;
    return (await requestToken(tokenUrl, formOf(body))).value;
  } catch {
    throw new Refusal(400, "Failed to retrieve access token");
  }
}

function formOf(body: Body): Dict {
  if (body.type === "jwt") return jwtForm(body.options.config, body.options.secrets);
  const { scope, config, secrets } = body.options;
  return { grant_type: "client_credentials", client_id: config.clientId, client_secret: secrets.clientSecret, scope };
}

export const oauthTokenRoutes: readonly Route[] = [
  { method: "POST", path: "/internal/actions/connector/_oauth_access_token", handler: accessToken },
];
