import { describe, expect, test } from "vitest";
import { unseal } from "../src/sealed.ts";
import { bypasses, proxyFor } from "../src/settings/proxy.ts";

const http = "http://kibana.example.com:5601";
const https = "https://kibana.example.com:5601";

function read(url: string, env: Record<string, string>) {
  const problems: string[] = [];
  const unfilled: string[] = [];
  return { proxy: proxyFor(url, env, problems, unfilled), problems, unfilled };
}

test.each<[string, Record<string, string>, string | undefined]>([
  [http, {}, undefined],
  [http, { HTTP_PROXY: "proxy.corp:8080" }, "http://proxy.corp:8080/"],
  [http, { HTTP_PROXY: "proxy.corp" }, "http://proxy.corp/"],
  [http, { HTTP_PROXY: "//proxy.corp:8080" }, "http://proxy.corp:8080/"],
  [http, { HTTP_PROXY: ' "proxy.corp:8080" ' }, "http://proxy.corp:8080/"],
  [http, { HTTP_PROXY: "10.0.0.1:3128" }, "http://10.0.0.1:3128/"],
  [http, { HTTP_PROXY: "me:secret-word@proxy.corp:8080" }, "http://me:secret-word@proxy.corp:8080/"],
  [http, { HTTP_PROXY: "https://proxy.corp:8443" }, "https://proxy.corp:8443/"],
  [http, { http_proxy: "small:1", HTTP_PROXY: "capital:1" }, "http://small:1/"],
  [http, { http_proxy: "", HTTP_PROXY: "capital:1" }, "http://capital:1/"],
  [http, { HTTPS_PROXY: "proxy.corp:8080" }, undefined],
  [https, { HTTPS_PROXY: "proxy.corp:8080", HTTP_PROXY: "other:1" }, "http://proxy.corp:8080/"],
  [https, { HTTP_PROXY: "proxy.corp:8080" }, "http://proxy.corp:8080/"],
  [http, { HTTP_PROXY: "proxy.corp:8080", NO_PROXY: "kibana.example.com" }, undefined],
  [http, { HTTP_PROXY: "nonsense:port", NO_PROXY: "*" }, undefined],
])("for %s, %j gives %s", (url, env, expected) => {
  const { proxy, problems } = read(url, env);
  expect(problems).toEqual([]);
  expect(proxy && unseal(proxy.uri)).toBe(expected);
});

test.each(["proxy.corp:99999", "http://", "ftp://proxy.corp", "http://proxy.corp/wpad.pac", "proxy corp:8080", "http://u:p%@proxy.corp:1"])(
  "%s cannot be read, and the variable is named, not the value",
  (value) => {
    for (const variable of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"])
      expect(read(http, { [variable]: value })).toMatchObject({
        proxy: undefined,
        problems: [`${variable} cannot be read: it must be a proxy's address, such as http://proxy.example.com:8080.`],
      });
  },
);

test("what people see has no password", () => {
  const { proxy } = read(http, { HTTP_PROXY: "me:canary-word@proxy.corp:8080" });
  expect(proxy).toMatchObject({ address: "http://proxy.corp:8080", variable: "HTTP_PROXY" });
  expect(JSON.stringify(proxy)).not.toContain("canary");
});

const hole = ["$", "{HTTP_PROXY}"].join("");

test("a placeholder is no proxy, and is told", () => {
  expect(read(http, { HTTP_PROXY: hole })).toEqual({
    proxy: undefined,
    problems: [],
    unfilled: [`HTTP_PROXY holds ${hole}, which nobody filled in: it counts as not set.`],
  });
});

describe("who is asked without a proxy", () => {
  test.each([
    ["*", http, true],
    ["kibana.example.com", http, true],
    ["KIBANA.example.com", http, true],
    ["other, kibana.example.com", http, true],
    ["other kibana.example.com", http, true],
    ["example.com", http, true],
    [".example.com", http, true],
    ["*.example.com", http, true],
    ["ample.com", http, false],
    ["kibana.*", http, true],
    ["kibana.example.com:5601", http, true],
    ["kibana.example.com:443", http, false],
    ["kibana.example.com:443", "https://kibana.example.com", true],
    ["http://kibana.example.com", http, true],
    ["localhost,127.0.0.1", "http://127.0.0.1:5601", true],
    ["10.0.0.0/8", "http://10.2.3.4:5601", true],
    ["10.0.0.0/8", "http://11.2.3.4:5601", false],
    ["10.0.0.0/8", http, false],
    ["10.0.0.0/99", "http://10.2.3.4:5601", false],
    ["10.*", "http://10.2.3.4:5601", true],
    ["::1", "http://[::1]:5601", true],
    ["[::1]", "http://[::1]:5601", true],
    ["[::1]:5601", "http://[::1]:5601", true],
    ["fd00::/8", "http://[fd00::7]:5601", true],
    ["<local>", "http://kibana:5601", true],
    ["<local>", http, false],
    ["", http, false],
  ])("NO_PROXY=%s and %s: %s", (list, url, expected) => {
    expect(bypasses(list, url)).toBe(expected);
  });
});
