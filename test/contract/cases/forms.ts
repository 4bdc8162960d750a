import { expect } from "vitest";
import { expectOk, expectRefusal } from "../answer.ts";
import { type Case, verified } from "../case.ts";
import { closedPort, serverLog, webhook } from "../fixtures.ts";

const inner = { headers: { "x-elastic-internal-origin": "contract" } };
const token = "/internal/actions/connector/_oauth_access_token";
const jwt = {
  type: "jwt",
  options: {
    tokenUrl: closedPort,
    config: { clientId: "c", jwtKeyId: "k", userIdentifierValue: "u" },
    secrets: { clientSecret: "s", privateKey: "p" },
  },
};
const client = { type: "client", options: { tokenUrl: closedPort, scope: "s", config: { clientId: "c" }, secrets: { clientSecret: "s" } } };
const notAdded = `target url "${closedPort}" is not added to the Kibana config xpack.actions.allowedHosts`;
const headers = (id: string) => `/internal/stack_connectors/${id}/secret_headers`;

/** What the forms of Kibana's own pages ask. */
export const forms: Case[] = [
  ...[jwt, client].flatMap((body) => [
    verified(
      "oauth_access_token.ts",
      `a ${body.type} token is not asked of a host that is not allowed`,
      async (kibana) => {
        const elsewhere = { ...body, options: { ...body.options, tokenUrl: "http://contract.invalid/" } };
        expectRefusal(await kibana.post(token, elsewhere, inner), 400, notAdded.replace(closedPort, "http://contract.invalid/"));
      },
      { needs: ["only some hosts allowed"] },
    ),
    verified("oauth_access_token.ts", `a ${body.type} token needs all of its options`, async (kibana) => {
      const { clientSecret: _secret, ...secrets } = body.options.secrets;
      const answer = await kibana.post(token, { ...body, options: { ...body.options, secrets } }, inner);
      expect(answer.status).toBe(400);
      expect(answer.body.message).toContain("clientSecret");
    }),
    verified(
      "oauth_access_token.ts",
      `a ${body.type} token is for those who may change connectors`,
      async (kibana) => {
        expectRefusal(await kibana.post(token, body, { ...inner, as: "reader" }), 403, "Unauthorized to update actions");
      },
      { needs: ["a key that may only read connectors"] },
    ),
  ]),
  verified("oauth_access_token.ts", "a token server that gives no token is a bad request", async (kibana) => {
    const elsewhere = { ...client, options: { ...client.options, tokenUrl: "http://contract.invalid/" } };
    expectRefusal(await kibana.post(token, elsewhere, inner), 400, /^(Failed to retrieve access token|target url)/);
  }),

  verified(
    "secret_headers.ts",
    "the names of secret headers are told, not their values",
    async (kibana) => {
      const secrets = { secretHeaders: { "x-token": "s3cr3t-header", "x-other": "s3cr3t-other" } };
      const { id } = await kibana.connector({ ...webhook, secrets });
      expect(expectOk(await kibana.get(headers(id), inner))).toEqual(["x-token", "x-other"]);
      const { id: without } = await kibana.connector(webhook);
      expect(expectOk(await kibana.get(headers(without), inner))).toEqual([]);
    },
    { since: "9.2", needs: ["licence gold or better"] },
  ),
  verified(
    "secret_headers.ts",
    "a type without secret headers is refused",
    async (kibana) => {
      const { id } = await kibana.connector(serverLog);
      const message = "Connector must be one of the following types: .webhook, .cases-webhook, .mcp, .http";
      expectRefusal(await kibana.get(headers(id), inner), 400, message);
    },
    { since: "9.2" },
  ),
  verified(
    "secret_headers.ts",
    "a connector that is not there is not found",
    async (kibana) => {
      expectRefusal(await kibana.get(headers(kibana.newId()), inner), 404);
    },
    { since: "9.2" },
  ),
  verified(
    "secret_headers.ts",
    "nobody without a privilege is told",
    async (kibana) => {
      const { id } = await kibana.connector(serverLog);
      expectRefusal(await kibana.get(headers(id), { ...inner, as: "nobody" }), 403, "Unauthorized to get actions");
    },
    { since: "9.2", needs: ["a key without privileges"] },
  ),
];
