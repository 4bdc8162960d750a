import { expect, test } from "vitest";
import { fromNetwork } from "../../src/kibana/network-failure.ts";
import { ProxyFailed } from "../../src/kibana/tunnel.ts";
import { seal } from "../../src/sealed.ts";

const url = "https://kibana.example.com:5601";
const proxy = {
  address: "http://proxy.corp:8080",
  uri: seal("http://u:canary@proxy.corp:8080/", "x"),
  password: undefined,
  variable: "HTTPS_PROXY",
};
const coded = (code: string) => Object.assign(new Error("x"), { code });
const noWay = (code: string) => new ProxyFailed(code);
const refused = (status: number) => new ProxyFailed(String(status), status);

test.each<[string, Error, "no" | "maybe", RegExp, RegExp]>([
  [
    "dead",
    noWay("ECONNREFUSED"),
    "no",
    /cannot be reached: nothing listens at that address .* Nothing was sent to Kibana/,
    /^Correct HTTPS_PROXY/,
  ],
  ["unknown", noWay("ENOTFOUND"), "no", /cannot be reached: its host name is not known/, /^Correct HTTPS_PROXY/],
  ["far", noWay("ETIMEDOUT"), "no", /does not answer in time \(ETIMEDOUT\)\. Nothing was sent to Kibana/, /NO_PROXY/],
  [
    "dropping",
    noWay("ECONNRESET"),
    "no",
    /closed the connection before it connected to kibana\.example\.com:5601/,
    /ask whoever runs the proxy/,
  ],
  ["another program", noWay("HPE_INVALID_CONSTANT"), "no", /does not answer like a proxy \(HPE_INVALID_CONSTANT\)/, /^Correct HTTPS_PROXY/],
  ["refusing", refused(403), "no", /refuses to connect to kibana\.example\.com:5601 \(403\)/, /allow CONNECT to kibana/],
  ["asking for credentials", refused(407), "no", /requires credentials/, /http:\/\/user:password@/],
  ["unable to go on", refused(504), "no", /could not reach kibana\.example\.com:5601 \(504\)/, /as the proxy sees them/],
  ["cutting", coded("UND_ERR_SOCKET"), "maybe", /closed the connection to kibana\.example\.com:5601/, /ask whoever runs the proxy/],
  ["cutting again and again", coded("ECONNABORTED"), "no", /closed the connection to kibana/, /ask whoever runs the proxy/],
  ["in silence", coded("UND_ERR_CONNECT_TIMEOUT"), "no", /the proxy does not pass the connection on/, /KIBANA_TIMEOUT/],
  [
    "silent",
    new DOMException("x", "TimeoutError"),
    "maybe",
    /the proxy does not pass the connection on, or Kibana behind it is slow/,
    /KIBANA_TIMEOUT/,
  ],
  ["looking inside", coded("SELF_SIGNED_CERT_IN_CHAIN"), "no", /certificate received through the proxy/, /Kibana's own, or the proxy's/],
])("a proxy that is %s is reported as the proxy's failure", (_what, error, applied, message, fix) => {
  const told = fromNetwork(error, url, proxy);
  expect(told).toMatchObject({ code: "kibana_unreachable", applied });
  expect(told.message).toMatch(message);
  expect(told.message).toContain("http://proxy.corp:8080 (HTTPS_PROXY)");
  expect(told.fix).toMatch(fix);
  expect(JSON.stringify([told.message, told.fix, told.detail])).not.toContain("canary");
});

test("a failure of Kibana's own is not blamed on the proxy", () => {
  expect(fromNetwork(coded("CERT_HAS_EXPIRED"), url, proxy).message).toBe(
    `No answer from Kibana at ${url} through the proxy http://proxy.corp:8080 (HTTPS_PROXY): its certificate has expired (CERT_HAS_EXPIRED).`,
  );
});

test.each<[string, RegExp, RegExp]>([
  ["ERR_SSL_WRONG_VERSION_NUMBER", /does not speak TLS on that port/, /^Use http:\/\/ in HTTPS_PROXY/],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", /has a certificate from an authority unknown here/, /NODE_EXTRA_CA_CERTS/],
])("TLS to a proxy that is named by https:// fails with %s", (code, message, fix) => {
  const told = fromNetwork(noWay(code), url, { ...proxy, address: "https://proxy.corp:8080" });
  expect([told.message, told.fix]).toEqual([expect.stringMatching(message), expect.stringMatching(fix)]);
});
