import { expect, test } from "vitest";
import { readApiKey } from "../src/settings/api-key.ts";

const id = "VuaCfGcBCdbkQm-e5aOx";
const secret = "ui2lp2axTNmsyakw9tvNnw";
const encoded = Buffer.from(`${id}:${secret}`).toString("base64");

test.each([
  ["the encoded form", encoded],
  ["without its padding", encoded.replace(/=+$/, "")],
  ["in quotes", `"${encoded}"`],
  ["as a header's value", `ApiKey ${encoded}`],
  ["as a whole header", `Authorization: ApiKey ${encoded}`],
  ["under another scheme", `Bearer ${encoded}`],
  ["with white space around", ` ${encoded}\n`],
  ["in the answer that made it", JSON.stringify({ id, name: "n", api_key: secret, encoded })],
  ["in an answer of an older Elasticsearch", JSON.stringify({ id, name: "n", api_key: secret })],
  ["as id:api_key", `${id}:${secret}`],
])("a key is taken %s", (_how, given) => {
  const read = readApiKey(given);
  expect("encoded" in read && Buffer.from(read.encoded, "base64").toString()).toBe(`${id}:${secret}`);
});

test.each(["essu_VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHA=", "a-form-to-come", "any"])(
  "a form that is not known is taken as it is: %s",
  (given) => {
    expect(readApiKey(given)).toEqual({ encoded: given });
  },
);

test("an address, also of a secret store, is none", () => {
  for (const given of ["https://kibana.example.com", "op://vault/kibana/key"])
    expect(readApiKey(given)).toEqual({ problem: "is an address, not a key" });
});

test.each([
  "...",
  "…",
  "<your key>",
  "<encoded>",
  "YOUR_API_KEY",
  "YOUR_API_KEY_HERE",
  "your-api-key",
  "your key here",
  "my_api_key",
  "changeme",
  "CHANGE_ME",
  "replace-me",
  "paste here",
  "xxxx",
  "****",
  "API_KEY",
  "apikey",
  "encoded-api-key",
  "KIBANA_API_KEY",
  "[key]",
  "{key}",
  "null",
  "undefined",
  "TODO",
  "id:api_key",
  "<id>:<api_key>",
  Buffer.from("id:api_key").toString("base64"),
])("a placeholder is none: %s", (given) => {
  expect(readApiKey(given)).toEqual({ problem: "is a placeholder, not a key" });
});

test.each([
  [id, "is only the `id` of a key: the key itself is missing"],
  [secret, "is only the `api_key` part of a key: its id is missing"],
  [`${id}:`, "is only the `id` of a key: the key itself is missing"],
  [`:${secret}`, "is only the `api_key` part of a key: its id is missing"],
  [`undefined:${secret}`, "is only the `api_key` part of a key: its id is missing"],
  [Buffer.from(`${id}:undefined`).toString("base64"), "is only the `id` of a key: the key itself is missing"],
  [Buffer.from("just a text").toString("base64"), "is not an API key: decoded, it is not id:api_key"],
  [Buffer.from(id).toString("base64"), "is not an API key: decoded, it is not id:api_key"],
  [Buffer.from(encoded).toString("base64"), "is not an API key: decoded, it is not id:api_key"],
  [Buffer.from([0, 255, 3, 200, 17, 99, 140, 7, 8]).toString("base64"), "is not an API key: decoded, it is not id:api_key"],
  [Buffer.from("elastic:changeme").toString("base64"), "is a user name with a password: these go into KIBANA_USERNAME and KIBANA_PASSWORD"],
  ["elastic:changeme", "is a user name with a password: these go into KIBANA_USERNAME and KIBANA_PASSWORD"],
  ["https://kibana.example.com", "is an address, not a key"],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "is a JSON Web Token, not an API key"],
  ["two words", "contains white space or characters that no API key has"],
])("what is wrong with %s is said", (given, problem) => {
  expect(readApiKey(given)).toEqual({ problem });
});
