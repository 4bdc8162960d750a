import { describe, expect, test } from "vitest";
import { createLocks } from "../../src/change/locks.ts";

/** A task that continues when it is told to. */
function task(name: string, log: string[]) {
  let finish = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    finish: () => finish(),
    run: async (changed: boolean) => {
      log.push(`${name} begins${changed ? ", after a change" : ""}`);
      await done;
      log.push(`${name} ends`);
      return name;
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("changes of the same target", () => {
  test("wait for each other in the order in which they came, and are told that something happened", async () => {
    const [log, alone] = [[] as string[], createLocks()];
    const [one, two] = [task("one", log), task("two", log)];
    const since = alone.now();
    const [first, second] = [alone.on(["a"], since, one.run), alone.on(["a"], since, two.run)];
    await settle();
    expect(log).toEqual(["one begins"]);
    one.finish();
    two.finish();
    expect(await Promise.all([first, second])).toEqual(["one", "two"]);
    expect(log).toEqual(["one begins", "one ends", "two begins, after a change", "two ends"]);
  });

  test("are told of a change that ended between the plan and the write, too", async () => {
    const [log, alone] = [[] as string[], createLocks()];
    const since = alone.now();
    const [one, two] = [task("one", log), task("two", log)];
    one.finish();
    two.finish();
    await alone.on(["a"], since, one.run);
    await alone.on(["a"], since, two.run);
    expect(log).toContain("two begins, after a change");
  });

  test("continue after one that failed", async () => {
    const alone = createLocks();
    const first = alone.on(["a"], alone.now(), () => Promise.reject(new Error("no")));
    const second = alone.on(["a"], alone.now(), async () => "went on");
    await expect(first).rejects.toThrow("no");
    expect(await second).toBe("went on");
  });

  test("that share one of several keys wait; those that overlap crosswise do not deadlock", async () => {
    const alone = createLocks();
    const results = await Promise.all([
      alone.on(["a", "b"], 0, async () => 1),
      alone.on(["b", "a"], 0, async () => 2),
      alone.on(["b", "c"], 0, async () => 3),
      alone.on(["a", "a"], 0, async () => 4),
    ]);
    expect(results).toEqual([1, 2, 3, 4]);
  });
});

describe("changes of different targets", () => {
  test("do not wait, and are not told of a change", async () => {
    const [log, alone] = [[] as string[], createLocks()];
    const [one, two] = [task("one", log), task("two", log)];
    const since = alone.now();
    const both = [alone.on(["a"], since, one.run), alone.on(["b"], since, two.run)];
    await settle();
    expect(log).toEqual(["one begins", "two begins"]);
    one.finish();
    two.finish();
    await Promise.all(both);
  });
});
