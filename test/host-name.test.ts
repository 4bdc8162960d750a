import fc from "fast-check";
import { expect, test } from "vitest";
import { asUrlsAreRead, canonicalHost, exactHost, isHostName, isHostWithPort, matchesHost, readHostPattern } from "../src/host-name.ts";

test.each([
  ["https://Host.Example.com./x", "host.example.com"],
  ["host.example.com:443", "host.example.com"],
  ["http://host.example.com:80", "http://host.example.com"],
  ["http:host.example.com", "http://host.example.com"],
  ["ht\ntp://host.example.com", "http://host.example.com"],
  ["smtp://host.example.com:587", "smtp://host.example.com"],
  ["smtp://host.example.com:2600", "smtp://host.example.com:2600"],
  ["ftp://host.example.com", "ftp://host.example.com"],
  ["https://host.example.com\\@evil.example", "host.example.com"],
  ["https://[2001:DB8:0::1]:9243", "[2001:db8::1]:9243"],
  ["https://0x7f.1/", "127.0.0.1"],
  ["https://{{host}}/", undefined],
  ["https://{{user}}@host.example.com/", undefined],
  ["{{user}}@host.example.com/", undefined],
  ["https:{{x}}@host.example.com", undefined],
  ["https://host.example.com/{{path}}?{{query}}#{{hash}}", "host.example.com"],
  ["https://*.example.com/", undefined],
  ["https://a b/", undefined],
  ["", undefined],
  [7, undefined],
])("%j is %j", (address, host) => {
  expect(canonicalHost(address)).toBe(host);
});

test.each([
  "a*.example.com",
  "*example.com",
  "?.example.com",
  "https://a.example",
  "a.example/x",
  "a@b",
  "",
  "*:x",
  "a..b",
  "[::1",
  "%2e.example",
])("%j names no hosts", (text) => {
  expect(readHostPattern(text)).toBeUndefined();
});

test("a host names itself, and only itself", () => {
  fc.assert(
    fc.property(
      fc.domain(),
      fc.domain(),
      fc.constantFrom("", "http://", "smtp://", "unverified://"),
      fc.constantFrom("", ":8443"),
      (one, other, way, port) => {
        const host = exactHost(`${way}${one}${port}`) ?? "";
        expect(matchesHost(`${way}${one.toUpperCase()}.${port}`, host)).toBe(true);
        expect(matchesHost(`${way}${other}${port}`, host)).toBe(one === other);
        for (const another of ["", "http://", "smtp://", "unverified://"])
          expect(matchesHost(`${another}*${port}`, host)).toBe(another === way);
        expect(matchesHost(`${way}*.${one}${port}`, `${way}sub.${one}${port}`)).toBe(true);
        expect(matchesHost(`${way}*.${one}${port}`, `${way}sub${one}${port}`)).toBe(false);
      },
    ),
  );
});

test("what could not be read matches nothing", () => {
  for (const pattern of ["*", "*:*", "http://*"]) expect(matchesHost(pattern, 'unreadable address "x"')).toBe(false);
});

test.each([
  ["https://good.example.com\\@evil.example.net", "https://good.example.com/@evil.example.net"],
  ["https://good.example.com:443\\@evil.example.net/x?a=\\b", "https://good.example.com:443/@evil.example.net/x?a=\\b"],
  ["https:\\\\good.example.com\\x", "https://good.example.com/x"],
  ["a path\\to and no address", "a path\\to and no address"],
])("%s is shown as readers of URLs see it", (given, shown) => {
  expect(asUrlsAreRead(given)).toBe(shown);
  if (shown.startsWith("https")) expect(canonicalHost(given)).toBe("good.example.com");
});

test.each(["a", "smtp.example.com", "SMTP.Example.com.", "_a.b-c.example", "xn--bcher-kva.example", "127.0.0.1", "::1", "[2001:DB8::1]"])(
  "%j is a host's name",
  (text) => {
    expect([isHostName(text), isHostWithPort(text)]).toEqual([true, true]);
  },
);

test.each([
  "",
  ".",
  "a..b",
  "a/b",
  "a\\b",
  "a?b",
  "a#b",
  "a@b",
  "a b",
  " a",
  "a\n",
  "%61",
  "b\u00fccher.example",
  "a\u3002b",
  "0x7f.1",
  "127.1",
  "1.2.3.4.5",
  "{{a}}",
  "https://a",
  "[a]",
  "fe80::1%eth0",
  `${"a".repeat(64)}.example`,
])("%j is no host's name", (text) => {
  expect([isHostName(text), isHostWithPort(text)]).toEqual([false, false]);
});

test("a host with a port is one only where a port may be", () => {
  expect([isHostName("a:25"), isHostWithPort("a:25"), isHostWithPort("[::1]:25"), isHostWithPort("a:25/b")]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
