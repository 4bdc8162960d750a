import { httpParams, httpParamsRefused } from "../shared/http-params.ts";
import { secretHeaders, url, webhookWays } from "../shared/webhook-ways.ts";
import type { TypeExamples } from "../type-examples.ts";

const proxyLogin = ["proxyUsername", "proxyPassword"];

export const examples: TypeExamples = {
  type: ".http",
  accepted: [
    ["config", { url: "https://api.example.com" }],
    ["config", { url: "https://api.example.com", hasAuth: false }],
    ["config", { url: "https://api.example.com", hasAuth: false, authType: null, proxyUrl: null, hasProxyAuth: false }],
    [
      "config",
      {
        url: "http://mylisteningserver:9200/endpoint",
        headers: { "Content-Type": "application/json" },
        authType: "http-authentication-query-param",
      },
    ],
    [
      "config",
      {
        url: "https://test.com",
        authType: "webhook-oauth2-client-credentials",
        accessTokenUrl: "http://fake.test",
        clientId: "id",
        additionalFields: '{"a":1}',
      },
    ],
    ["config", { url: "https://test.com", authType: "webhook-oauth2-password", accessTokenUrl: "http://fake.test" }],
    ["secrets", {}],
    ["secrets", { user: "bob", password: "p", proxyUsername: "u", proxyPassword: "p" }],
    ["secrets", { secretQueryParams: { key: "x" } }],
    ...httpParams,
  ],
  refused: [
    ["config", { url: "example.com/do-something" }, "config.url"],
    ["config", { url: "https://test.com", headers: "application/json" }, "config.headers"],
    ["config", { url: "https://test.com", hasAuth: false, authType: "webhook-authentication-basic" }, "config.authType"],
    ["config", { url: "https://test.com", authType: "webhook-oauth2-client-credentials" }, "config.accessTokenUrl"],
    ["config", { url: "https://test.com", authType: "magic" }, "config.authType"],
    ["config", { url: "https://test.com", additionalFields: "invalid-json" }, "config.additionalFields"],
    ["config", { url: "https://test.com", additionalFields: "null" }, "config.additionalFields"],
    ["config", { url: "https://test.com", additionalFields: "[]" }, "config.additionalFields"],
    ["secrets", { user: "bob" }, "secrets"],
    ["secrets", { crt: "c" }, "secrets"],
    ["secrets", { proxyUsername: "u" }, "secrets"],
    ["secrets", { proxyPassword: "p", proxyUsername: null }, "secrets"],
    ...httpParamsRefused,
  ],
  together: {
    accepted: [
      [
        { url: "https://test.com", hasProxyAuth: true, proxyUrl: "http://proxy.example.com:8080" },
        { proxyUsername: "u", proxyPassword: "p" },
      ],
      [{ url: "https://test.com", proxyUrl: "http://proxy.example.com:8080" }, {}],
    ],
    refused: [
      [{ hasProxyAuth: true, proxyUrl: null }, { proxyUsername: "u", proxyPassword: "p" }, /proxyUrl is required/],
      [{ hasProxyAuth: true, proxyUrl: "http://proxy.example.com" }, {}, /proxyUsername and proxyPassword are required/],
    ],
  },
  stored: [
    ...webhookWays({ url }, { url: `${url}/2` }, { also: proxyLogin }),
    {
      way: "query",
      config: { url, hasAuth: true, authType: "http-authentication-query-param" },
      secrets: { secretQueryParams: { key: "stored", sig: "stored" }, secretHeaders },
      patch: { url: `${url}/2` },
      required: ["secretQueryParams"],
      possible: ["secretHeaders", ...proxyLogin],
    },
    {
      way: "proxy",
      config: { url, hasAuth: false, proxyUrl: "https://proxy.example.com", hasProxyAuth: true },
      secrets: { proxyUsername: "u", proxyPassword: "stored" },
      patch: { url: `${url}/2` },
      possible: ["secretHeaders"],
    },
  ],
};
