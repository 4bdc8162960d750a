import { expect, test } from "vitest";
import { fromNetwork } from "../../src/kibana/errors.ts";
import { seal } from "../../src/sealed.ts";

const url = "https://kibana.example.com:5601";
const proxy = {
  address: "http://proxy.corp:8080",
  uri: seal("http://u:canary@proxy.corp:8080/", "x"),
  password: undefined,
  variable: "HTTPS_PROXY",
};
const coded = (code: string) => Object.assign(new Error("x"), { code });
const refused = (status: number) =>
  new Error("outer", {
    cause: Object.assign(new Error(`Proxy response (${status}) !== 200 when HTTP Tunneling`), { code: "UND_ERR_ABORTED" }),
  });

test.each<[string, Error, "no" | "maybe", RegExp, RegExp]>([
  ["dead", coded("ECONNREFUSED"), "no", /is not reached: nothing listens at that address .* Kibana was not asked/, /^Correct HTTPS_PROXY/],
  ["unknown", coded("ENOTFOUND"), "no", /is not reached: its host name is not known/, /^Correct HTTPS_PROXY/],
  ["far", coded("UND_ERR_CONNECT_TIMEOUT"), "no", /is not reached: no connection in time/, /NO_PROXY/],
  ["refusing", refused(403), "no", /refuses to connect to kibana\.example\.com:5601 \(403\)/, /allow CONNECT to kibana/],
  ["asking for credentials", refused(407), "no", /wants credentials/, /http:\/\/user:password@/],
  ["unable to go on", refused(504), "no", /could not reach kibana\.example\.com:5601 \(504\)/, /as the proxy sees them/],
  ["cutting", coded("UND_ERR_SOCKET"), "maybe", /ended the connection to kibana\.example\.com:5601/, /ask whoever runs the proxy/],
  [
    "silent",
    new DOMException("x", "TimeoutError"),
    "maybe",
    /the proxy does not pass the connection on, or Kibana behind it is slow/,
    /KIBANA_TIMEOUT/,
  ],
  [
    "looking inside",
    coded("SELF_SIGNED_CERT_IN_CHAIN"),
    "no",
    /certificate that comes through the proxy/,
    /KIBANA_CA_FILE: Kibana's own, or the proxy's/,
  ],
])("a proxy that is %s is told as the proxy", (_what, error, applied, message, fix) => {
  const told = fromNetwork(error, url, proxy);
  expect(told).toMatchObject({ code: "kibana_unreachable", applied });
  expect(told.message).toMatch(message);
  expect(told.message).toContain("http://proxy.corp:8080 (HTTPS_PROXY)");
  expect(told.fix).toMatch(fix);
  expect(JSON.stringify([told.message, told.fix, told.detail])).not.toContain("canary");
});

test("what is Kibana's own stays Kibana's", () => {
  expect(fromNetwork(coded("CERT_HAS_EXPIRED"), url, proxy).message).toBe(
    `No answer from Kibana at ${url}: its certificate has expired (CERT_HAS_EXPIRED).`,
  );
});

test("a proxy that is named by https:// and speaks no TLS", () => {
  const secure = { ...proxy, address: "https://proxy.corp:8080" };
  expect(fromNetwork(coded("ERR_SSL_WRONG_VERSION_NUMBER"), url, secure).fix).toMatch(/^Write http:\/\/ in HTTPS_PROXY/);
});
