import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".xmatters",
  accepted: [
    ["config", { configUrl: "http://mylisteningserver:9200/endpoint", usesBasic: true }],
    ["config", { configUrl: null, usesBasic: false }],
    ["config", {}],
    ["secrets", { user: "bob", password: "supersecret" }],
    ["secrets", { secretsUrl: "http://mylisteningserver:9200/endpoint?apiKey=someKey" }],
    ["params", { severity: "high" }],
    [
      "params",
      {
        alertActionGroupName: "Small t-shirt",
        signalId: "c9437cab",
        ruleName: "Test",
        date: "2022-01-18T19:01:08.818Z",
        severity: "high",
        spaceId: "default",
        tags: "a, b",
      },
    ],
  ],
  refused: [
    ["config", { configUrl: "example.com/do-something", usesBasic: true }, "config.configUrl"],
    ["secrets", {}, "secrets"],
    ["secrets", { user: "bob" }, "secrets"],
    ["secrets", { password: "p" }, "secrets"],
    ["secrets", { user: "bob", secretsUrl: "http://a.example.com" }, "secrets"],
    ["secrets", { user: "bob", password: "p", secretsUrl: "http://a.example.com" }, "secrets"],
    ["secrets", { secretsUrl: "example.com/do-something?apiKey=someKey" }, "secrets.secretsUrl"],
    ["params", {}, "params.severity"],
  ],
  together: {
    accepted: [
      [
        { configUrl: "http://a.example.com", usesBasic: true },
        { user: "bob", password: "p" },
      ],
      [{ usesBasic: false }, { secretsUrl: "http://a.example.com" }],
    ],
    refused: [
      [{ configUrl: "http://a.example.com", usesBasic: true }, {}, /user is required/],
      [{ configUrl: "http://a.example.com", usesBasic: true }, { user: "bob" }, /password is required/],
      [{ usesBasic: true }, { user: "bob", password: "p" }, /configUrl is required/],
      [{ usesBasic: true }, { secretsUrl: "http://a.example.com" }, /secretsUrl must not/],
      [{ usesBasic: false }, { user: "bob", password: "p", secretsUrl: "http://a.example.com" }, /user and password must not/],
      [{ usesBasic: false, configUrl: "http://a.example.com" }, {}, /configUrl must not/],
      // This comparison takes a missing value for false, whatever the default.
      [{ configUrl: "http://a.example.com" }, { user: "bob", password: "p" }, /user and password must not/],
    ],
  },
  stored: [
    {
      way: "basic",
      config: { configUrl: "https://example.xmatters.com/api/triggers", usesBasic: true },
      secrets: { user: "u", password: "stored" },
      patch: { configUrl: "https://example.xmatters.com/api/other" },
    },
    { way: "URL", config: { usesBasic: false }, secrets: { secretsUrl: "https://example.xmatters.com/stored?apiKey=x" }, patch: {} },
  ],
};
