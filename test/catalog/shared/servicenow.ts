import type { StoredExample, TypeExamples } from "../type-examples.ts";
import { privateKeyPem, sub } from "./values.ts";

export const serviceNowAccepted: TypeExamples["accepted"] = [
  ["config", { apiUrl: "https://instance.service-now.com" }],
  ["config", { apiUrl: "https://instance.service-now.com", isOAuth: false, userIdentifierValue: null, clientId: null, jwtKeyId: null }],
  ["config", { apiUrl: "https://instance.service-now.com", isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" }],
  ["secrets", { username: "u", password: "p" }],
  ["secrets", { clientSecret: "s", privateKey: "k", privateKeyPassword: "p", username: null, password: null }],
  sub("getChoices", { fields: ["severity", "urgency"] }),
];

export const serviceNowRefused: TypeExamples["refused"] = [
  ["config", {}, "config.apiUrl"],
  ["config", { apiUrl: "https://url", isOAuth: "yes" }, "config.isOAuth"],
  ["config", { apiUrl: "https://url", isOAuth: true, clientId: "c", jwtKeyId: "k" }, "config.userIdentifierValue"],
  ["config", { apiUrl: "https://url", isOAuth: true, userIdentifierValue: "u", clientId: null, jwtKeyId: "k" }, "config.clientId"],
  ["config", { apiUrl: "https://url", isOAuth: true, userIdentifierValue: "u", clientId: "c" }, "config.jwtKeyId"],
  ["secrets", {}, "secrets"],
  ["secrets", { username: "u" }, "secrets"],
  ["secrets", { password: "p" }, "secrets"],
  ["secrets", { clientSecret: "s" }, "secrets"],
  ["secrets", { privateKey: "k" }, "secrets"],
  [...sub("getChoices", {}), "params.subActionParams.fields"],
  [...sub("invalidAction", {}), "params.subAction"],
];

export const serviceNowTogether: TypeExamples["together"] = {
  accepted: [
    [
      { apiUrl: "https://url", isOAuth: false },
      { username: "u", password: "p" },
    ],
    [{ apiUrl: "https://url" }, { username: "u", password: "p" }],
    [
      { apiUrl: "https://url", isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" },
      { clientSecret: "s", privateKey: "k" },
    ],
  ],
  refused: [
    [{ isOAuth: false }, { password: "p", username: null }, /username is required/],
    [{ isOAuth: false }, { username: "u", password: null }, /password is required/],
    [{ isOAuth: false }, { username: "u", password: "p", clientSecret: "s" }, /clientSecret must not be given/],
    [{ isOAuth: false, clientId: "c" }, { username: "u", password: "p" }, /clientId must not be given/],
    [{ isOAuth: true, clientId: "c", jwtKeyId: "k" }, { clientSecret: "s", privateKey: "k" }, /userIdentifierValue is required/],
    [{ isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" }, { privateKey: "k" }, /clientSecret is required/],
    [{ isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" }, { clientSecret: "s" }, /privateKey is required/],
    [
      { isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" },
      { clientSecret: "s", privateKey: "k", username: "u", password: "p" },
      /username and password must not/,
    ],
  ],
};

const signIn = { isOAuth: true, clientId: "id", userIdentifierValue: "u", jwtKeyId: "k" };

/** With basic authentication and with OAuth. */
export function serviceNowWays(more: Record<string, unknown>, patches: { basic: object; oauth: object }): StoredExample[] {
  const config = { apiUrl: "https://instance.service-now.com", ...more };
  return [
    {
      way: "basic",
      config: { ...config, isOAuth: false },
      secrets: { username: "kibana", password: "stored" },
      patch: { ...patches.basic },
    },
    {
      way: "oauth",
      config: { ...config, ...signIn },
      secrets: { clientSecret: "stored", privateKey: privateKeyPem, privateKeyPassword: "stored" },
      patch: { ...patches.oauth },
      required: ["clientSecret", "privateKey"],
      possible: ["privateKeyPassword"],
    },
  ];
}
