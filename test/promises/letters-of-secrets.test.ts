import { afterAll, beforeAll, expect, test } from "vitest";
import { answeringProxy } from "../support/answering-proxy.ts";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";

/** Characters, and how HTML calls them. */
const names: Record<string, string> = {
  ...{ ä: "auml", é: "eacute", à: "agrave", í: "iacute", Á: "Aacute", ß: "szlig", "£": "pound", "°": "deg" },
  ...{ "€": "euro", "–": "ndash", "—": "mdash", "…": "hellip", "’": "rsquo", "“": "ldquo", "„": "bdquo", "•": "bull", "™": "trade" },
  ...{ Š: "Scaron", š: "scaron", œ: "oelig", Ÿ: "Yuml", ƒ: "fnof", "‰": "permil", "‹": "lsaquo", "†": "dagger" },
  ...{ ł: "lstrok", č: "ccaron", ő: "odblac", İ: "Idot", ğ: "gbreve", ř: "rcaron", Ω: "Omega", π: "pi", я: "yacy", Ж: "ZHcy" },
  ...{ "←": "larr", "∞": "infin", "≠": "ne", "≤": "le", "♥": "hearts", fj: "fjlig", "⊋︀": "vsupne" },
};
const secretWith = (letter: string) => `Sommer-${letter}-Regen${letter.codePointAt(0)}`;
const windows: Record<number, string> = Object.fromEntries(
  [..."€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"].map((one, at) => [0x80 + at, one]),
);
const forms: Record<string, (value: string, letter: string) => string> = {
  "as it is": (value) => value,
  "by its name": (value, letter) => value.replace(letter, `&${names[letter]};`),
  "by its name, within a URL": (value, letter) => encodeURIComponent(value.replace(letter, `&${names[letter]};`)),
  "by its name, twice": (value, letter) => value.replace(letter, `&amp;${names[letter]};`),
  "each byte a character of Latin-1": (value) => Buffer.from(value).toString("latin1"),
  "each byte a character of Windows": (value) => [...Buffer.from(value)].map((byte) => windows[byte] ?? String.fromCharCode(byte)).join(""),
  "the same, without those that nobody sees": (value) =>
    [...Buffer.from(value)]
      .map((byte) => windows[byte] ?? String.fromCharCode(byte))
      .join("")
      .replace(/[\x81\x8d\x8f\x90\x9d\xa0\xad]/g, ""),
};

let server: Started;
let said = "";
let stop: () => Promise<void>;
beforeAll(async () => {
  const sandbox = await startSandboxWith();
  stop = sandbox.stop;
  const answer = (path: string) =>
    path.endsWith("/_execute") ? JSON.stringify({ status: "error", connector_id: "deploy-hook", message: said, retry: false }) : undefined;
  const env = {
    KIBANA_URL: await answeringProxy(sandbox.url, answer, afterAll),
    KIBANA_API_KEY: "any",
    CONNECTORS_MAX_CHANGES_PER_HOUR: "500",
  };
  const secrets = Object.keys(names).map((letter, at) => [`CONNECTOR_SECRET_L${at}`, secretWith(letter)]);
  server = await startServer({ person: yes, env: { ...env, ...Object.fromEntries(secrets) } });
});
afterAll(async () => {
  await server.close();
  await stop();
});

test.each(Object.keys(names))(
  "a known value with %s in it is hidden however that is written, and one with another letter is not",
  async (letter) => {
    const shown: string[] = [];
    for (const [form, write] of Object.entries(forms)) {
      said = `No such login: ${write(secretWith(letter), letter)} there`;
      const { body } = await server.call("execute_connector", { id: "deploy-hook", params: { body: "x" } });
      if (!JSON.stringify(body).includes("No such login: [redacted] there")) shown.push(`${form}: ${JSON.stringify(body)}`);
    }
    expect(shown).toEqual([]);
    said = `No such login: ${secretWith(letter).replace(letter, "&middot;")} there`;
    const { body } = await server.call("execute_connector", { id: "deploy-hook", params: { body: "x" } });
    expect(JSON.stringify(body)).toContain("Sommer-");
  },
);
