import { expect, test } from "vitest";
import { createTurns, inLineOf, type Turns } from "../../src/kibana/turns.ts";

/** Takes as long as there is something, and says who began. */
function line(turns: Turns, began: string[]) {
  const held: { name: string; give: () => void }[] = [];
  return {
    held,
    ask: (name: string, signal = new AbortController().signal) =>
      inLineOf(name, () =>
        turns.take(signal).then((give) => {
          if (!give) return;
          began.push(name);
          held.push({ name, give });
        }),
      ),
  };
}
const settle = () => new Promise((done) => setImmediate(done));

test("one caller alone gets all places", async () => {
  const began: string[] = [];
  const { ask } = line(createTurns(4), began);
  for (let n = 0; n < 6; n++) void ask("carl");
  await settle();
  expect(began).toEqual(["carl", "carl", "carl", "carl"]);
});

test("where several ask, the last place waits for one who has none, and the next goes to whoever has fewest", async () => {
  const began: string[] = [];
  const { ask, held } = line(createTurns(4), began);
  void ask("bob");
  await settle();
  held.pop()?.give();
  for (let n = 0; n < 50; n++) void ask("carl");
  await settle();
  expect(began).toEqual(["bob", "carl", "carl", "carl"]);
  void ask("bob");
  void ask("bob");
  void ask("alice");
  await settle();
  expect(began.slice(4)).toEqual(["bob"]);
  held.shift()?.give();
  await settle();
  expect(began.slice(5)).toEqual(["alice"]);
  held.shift()?.give();
  held.shift()?.give();
  await settle();
  expect(began.slice(6)).toEqual(["carl"]);
});

test("who gives up while waiting takes no place", async () => {
  const began: string[] = [];
  const { ask, held } = line(createTurns(1), began);
  void ask("carl");
  const stop = new AbortController();
  void ask("carl", stop.signal);
  void ask("bob");
  await settle();
  stop.abort();
  held.pop()?.give();
  await settle();
  expect(began).toEqual(["carl", "bob"]);
});

test("after a limit of the rate one goes at a time, and one more after every sixteen that are accepted in a row", async () => {
  const began: string[] = [];
  const turns = createTurns(3);
  const { ask, held } = line(turns, began);
  for (let n = 0; n < 9; n++) void ask("carl");
  await settle();
  expect(held).toHaveLength(3);
  turns.slowDown();
  for (const left of [2, 1, 1, 1]) {
    held.shift()?.give();
    await settle();
    expect(held).toHaveLength(left);
  }
  for (let n = 0; n < 15; n++) turns.accepted();
  turns.slowDown();
  for (let n = 0; n < 15; n++) turns.accepted();
  await settle();
  expect(held).toHaveLength(1);
  turns.accepted();
  await settle();
  expect(held).toHaveLength(2);
  for (let n = 0; n < 20; n++) turns.accepted();
  await settle();
  expect(held).toHaveLength(3);
});

test("after a limit of the rate each caller has one under way, and nobody waits behind another's slow ones", async () => {
  const began: string[] = [];
  const turns = createTurns(4);
  const { ask, held } = line(turns, began);
  turns.slowDown();
  for (let n = 0; n < 5; n++) void ask("alice");
  void ask("bob");
  void ask("bob");
  await settle();
  expect(began).toEqual(["alice", "bob"]);
  held.find(({ name }) => name === "bob")?.give();
  await settle();
  expect(began).toEqual(["alice", "bob", "bob"]);
});
