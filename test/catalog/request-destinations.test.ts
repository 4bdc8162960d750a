import { expect, test } from "vitest";
import { hostsInParams, withPathApart } from "../../src/catalog/request-destinations.ts";
import { entry } from "./type-examples.ts";

const hosts = (found: ReturnType<typeof hostsInParams>) => found.map(({ field, host }) => `${field} → ${host}`);

test.each([
  [{ url: "https://api.example.com/x" }, []],
  [{ url: "https://evil.example.net/x" }, ["params.url → evil.example.net"]],
  [{ path: "/x", url: "https://evil.example.net/x" }, ["params.url → evil.example.net"]],
  [{ path: "//evil.example.net" }, ["params.path → evil.example.net"]],
  [{ headers: { Host: "api.example.com" } }, []],
  [{ fetcher: { skip_ssl_verification: true } }, ["params.fetcher.skip_ssl_verification → unverified://api.example.com"]],
  [{ fetcher: { skip_ssl_verification: false } }, []],
  [{ url: 7 }, ["params.url → unreadable address 7"]],
])(".http %j leads to %j", async (params, expected) => {
  expect(hosts(hostsInParams(await entry(".http"), { url: "https://api.example.com" }, params))).toEqual(expected);
});

test("where the config is not shown, no host is its own", async () => {
  expect(hosts(hostsInParams(await entry(".http"), undefined, { url: "https://api.example.com" }))).toEqual([
    "params.url → api.example.com",
  ]);
});

test("an unknown type's params are read in time linear in their length", () => {
  const time = (text: string) => {
    const start = performance.now();
    hostsInParams(undefined, {}, { text });
    return performance.now() - start;
  };
  for (const piece of ["a", "/", "://", "a://", ":", "https://"]) expect(time(piece.repeat(60_000)), piece).toBeLessThan(2_000);
});

test.each<[config: Record<string, unknown>, params: Record<string, unknown>, path: string]>([
  [{ url: "https://good.example.com" }, { path: ".evil.example.net/x" }, "/.evil.example.net/x"],
  [{ url: "https://good.example.com" }, { path: "\u3002evil.example.net" }, "/\u3002evil.example.net"],
  [{ url: "https://good.example.com" }, { path: "-x.evil.example.net" }, "/-x.evil.example.net"],
  [{ url: "https://good.example.com:8" }, { path: "443/x" }, "/443/x"],
  [{ url: "https://good.example.com" }, { path: "items:8443/x" }, "/items:8443/x"],
  [{ url: "https://good.example.com" }, { path: "%2eevil.example.net" }, "/%2eevil.example.net"],
  [{}, { url: "https://good.example.com", path: "x.evil.example.net" }, "/x.evil.example.net"],
  [{ url: "https://good.example.com" }, { path: "/items" }, "/items"],
  [{ url: "https://good.example.com/" }, { path: "items" }, "items"],
  [{ url: "https://good.example.com/api" }, { path: "items" }, "items"],
  [{ url: "https://good.example.com" }, { path: "@evil.example.net" }, "@evil.example.net"],
  [{ url: "https://good.example.com" }, { path: "https://evil.example.net" }, "https://evil.example.net"],
])("with %j and %j the path is separate from the host", async (config, params, path) => {
  expect(withPathApart(await entry(".http"), config, params).path).toBe(path);
});
