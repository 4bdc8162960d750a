import { expect, test } from "vitest";
import { didYouMean } from "../src/did-you-mean.ts";

const settings = ["KIBANA_URL", "KIBANA_API_KEY", "KIBANA_SPACE", "CONNECTORS_ACCESS", "CONNECTORS_READ_ONLY"];
const args = ["space", "type", "text", "state", "limit", "cursor"];

test.each<[string, string[], string | undefined]>([
  ["kibana-url", settings, "KIBANA_URL"],
  ["KIBANA_APIKEY", settings, "KIBANA_API_KEY"],
  ["CONNECTORS_READONLY", settings, "CONNECTORS_READ_ONLY"],
  ["CONNECTORS_ACESS", settings, "CONNECTORS_ACCESS"],
  ["spcae", args, "space"],
  ["tpye", args, "type"],
  ["psace", args, "space"],
  ["spaces", args, "space"],
  ["cursors", args, "cursor"],
  ["zzz", args, undefined],
  ["secrets", args, undefined],
  ["", args, undefined],
  ["space", [], undefined],
])("%s among %j: %s", (word, candidates, expected) => {
  expect(didYouMean(word, candidates)).toBe(expected);
});
