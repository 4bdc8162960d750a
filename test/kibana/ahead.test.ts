import { expect, test } from "vitest";
import type { Get, Query } from "../../src/kibana/http.ts";
import { createReader } from "../../src/kibana/reader.ts";

/** A Kibana with a number that grows with each answer, and what it was asked. */
function counting(fails: (path: string) => boolean = () => false) {
  const asked: string[] = [];
  const get: Get = async ({ path }) => {
    asked.push(path);
    if (fails(path)) throw new Error("no answer");
    return { username: `answer ${asked.length}` };
  };
  const query: Query = async () => ({});
  return { asked, reader: createReader(get, query) };
}

test("what was begun serves the next read of the same, once; who asks a second time asks Kibana", async () => {
  const { asked, reader } = counting();
  reader.begin((ahead) => [ahead.userName()]);
  expect(asked).toHaveLength(1);
  expect([await reader.userName(), await reader.userName()]).toEqual(["answer 1", "answer 2"]);
});

test("what is begun twice, or is being read, is asked for once", async () => {
  const { asked, reader } = counting();
  reader.begin((ahead) => [ahead.userName(), ahead.userName()]);
  const reading = reader.userName();
  reader.begin((ahead) => [ahead.userName()]);
  expect(await reading).toBe("answer 1");
  expect(asked).toHaveLength(1);
});

test("a failure goes to whoever takes it, and to nobody else", async () => {
  const { reader } = counting(() => true);
  reader.begin((ahead) => [ahead.userName(), ahead.rule("default", "..")]);
  await new Promise((resolve) => setImmediate(resolve));
  await expect(reader.userName()).rejects.toThrow("no answer");
});

test("the same work a second time reads all of the first anew, and nothing that was begun before and not taken", async () => {
  const { asked, reader } = counting();
  const next = reader.repeatable();
  const first = next();
  first.begin((ahead) => [ahead.userName(), ahead.connectors("default")]);
  expect(await first.userName()).toBe("answer 1");
  asked.length = 0;
  const second = next();
  expect(asked).toEqual(["/internal/security/me"]);
  expect(await second.userName()).toBe("answer 1");
  await second.connectors("default").catch(() => undefined);
  expect(asked).toEqual(["/internal/security/me", "/api/actions/connectors"]);
});

test("another call's reader takes nothing of it", async () => {
  const { reader } = counting();
  reader.begin((ahead) => [ahead.userName()]);
  expect(await reader.until(new AbortController().signal).userName()).toBe("answer 2");
});
