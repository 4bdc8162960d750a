import type { TypeExamples } from "../type-examples.ts";

export const httpParams: TypeExamples["accepted"] = [
  ["params", {}],
  ["params", { body: "count: {{ctx.payload.hits.total}}" }],
  ["params", { body: { key: "value", nested: { n: 1 } } }],
  ["params", { body: [{ a: 1 }, "b"] }],
  ["params", { method: "POST", path: "/api/v1/endpoint", query: { key1: "value1" }, headers: { "X-Custom": "value" } }],
  ["params", { fetcher: { skip_ssl_verification: true, follow_redirects: false, max_redirects: 5, keep_alive: true, other: 1 } }],
  ["params", { form_data: { description: { content: "monthly sync" } } }],
  ["params", { url: "https://elsewhere.example.com" }],
];

export const httpParamsRefused: TypeExamples["refused"] = [
  ["params", { method: "get" }, "params.method"],
  ["params", { url: "elsewhere" }, "params.url"],
  ["params", { query: { a: 1 } }, "params.query.a"],
];
