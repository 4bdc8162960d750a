import { afterAll, beforeAll, expect, test } from "vitest";
import { checkPart, checkTogether } from "../../src/catalog/validate.ts";
import { startSandboxWith } from "../support/built-server.ts";
import { stored } from "./examples.ts";
import { entry } from "./type-examples.ts";

let kibana: { url: string; stop(): Promise<void> };
beforeAll(async () => {
  kibana = await startSandboxWith(["--empty"]);
});
afterAll(() => kibana.stop());

type Dict = Record<string, unknown>;
const odd: unknown[] = [
  "",
  "  ",
  null,
  5,
  true,
  [],
  {},
  "x",
  ["", "a"],
  { X: "" },
  { X: " " },
  [{ id: "a", name: " " }],
  "https://[::1",
  "a@@b.c",
  "null",
];

function* mutated(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) for (const other of mutations(item)) yield value.map((one, n) => (n === at ? other : one));
    yield [...value, ""];
    yield [...value, {}];
  } else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) {
      for (const other of mutations(item)) yield { ...value, [key]: other };
      const { [key]: _gone, ...rest } = value as Dict;
      yield rest;
    }
    yield { ...value, unheardOf: "x" };
  }
}
function* mutations(value: unknown): Generator<unknown> {
  yield* odd;
  yield* mutated(value);
}

/** Kibana saves it, and it never works: refused here on purpose. */
const onPurpose = [
  /^\.email config\.host must be a host name/,
  /^\.xmatters secrets .*every run would fail/,
  /^\.http config\.proxyUrl must be a full URL/,
];

test("what Kibana refuses of a connector is refused before it is asked, and nothing else", { timeout: 120_000 }, async () => {
  const differ: string[] = [];
  let compared = 0;
  for (const { type, config, secrets } of stored) {
    const known = await entry(type);
    const cases: [Dict, Dict][] = [
      ...[...mutated(config)].map((one): [Dict, Dict] => [one as Dict, secrets]),
      ...[...mutated(secrets)].map((one): [Dict, Dict] => [config, one as Dict]),
    ];
    for (const [ofConfig, ofSecrets] of cases) {
      const id = `case-${compared++}`;
      const url = `${kibana.url}/api/actions/connector/${id}`;
      const answer = await fetch(url, {
        method: "POST",
        headers: { "kbn-xsrf": "x", "content-type": "application/json" },
        body: JSON.stringify({ name: "Case", connector_type_id: type, config: ofConfig, secrets: ofSecrets }),
      });
      const { message = "" } = (await answer.json()) as { message?: string };
      // Its inference endpoint would be in the way of the next one.
      if (answer.ok && "inferenceId" in ofConfig) await fetch(url, { method: "DELETE", headers: { "kbn-xsrf": "x" } });
      // Versions know different keys: a warning says so.
      if (message.includes("Unrecognized key")) continue;
      const parts = [checkPart(known, "config", ofConfig), checkPart(known, "secrets", ofSecrets)];
      const alone = parts.flatMap(({ errors }) => errors);
      const errors = (alone.length > 0 ? alone : checkTogether(known, ofConfig, ofSecrets).errors).map(
        ({ path, problem }) => `${path} ${problem}`,
      );
      const isRefusedHere = errors.length > 0;
      if (isRefusedHere === (answer.status !== 200)) continue;
      if (isRefusedHere && errors.every((one) => onPurpose.some((reason) => reason.test(`${type} ${one}`)))) continue;
      differ.push(`${type} ${JSON.stringify([ofConfig, ofSecrets])}: Kibana ${answer.status} ${message}; here ${errors.join("; ")}`);
    }
  }
  expect(differ).toEqual([]);
  expect(compared).toBeGreaterThan(5_000);
});
