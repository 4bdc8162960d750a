import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { startServer, yes } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";

/** Servers with one journal, one after the other. */
async function world() {
  const { url, close } = await startSandbox({ empty: true });
  onTestFinished(close);
  const journal = `${await freshFolder()}/journal`;
  const at = async (address: string) => {
    const server = await startServer({ env: { KIBANA_URL: address, CONNECTORS_JOURNAL_DIR: journal }, person: yes });
    onTestFinished(() => server.close());
    return server;
  };
  return { url, other: url.replace("127.0.0.1", "localhost"), at };
}

test("of changes that are recorded under another address of Kibana, list_changes and undo_change say so", async () => {
  const { url, other, at } = await world();
  const { change } = (await (await at(url)).call("create_connector", { name: "Log", type: ".server-log" })).body;
  const server = await at(other);
  const then = `for "${url}", and this is "${other}". If that is the same Kibana, the operator sets KIBANA_URL and its label as they were then.`;
  expect((await server.call("list_changes")).body.warnings).toEqual([`The journal has changes ${then}`]);
  const message = async (asked: string) => (await server.call("undo_change", { change: asked })).body.error.message;
  expect(await message(change)).toContain(`The change "${change}" is recorded ${then}`);
  expect(await message("last")).toContain(`The journal has changes ${then}`);
});

test("nothing is said where there are changes here, or none at all", async () => {
  const { url, other, at } = await world();
  const first = await at(url);
  expect((await first.call("list_changes")).body.warnings).toBeUndefined();
  await first.call("create_connector", { name: "Log", type: ".server-log" });
  const server = await at(other);
  await server.call("create_connector", { name: "Two", type: ".server-log" });
  expect((await server.call("list_changes")).body.warnings).toBeUndefined();
  expect((await server.call("list_changes", { id: "nothing" })).body.warnings.join()).not.toContain("same Kibana");
});
