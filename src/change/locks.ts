/** Makes changes of the same target wait for each other within this process. */
export interface Alone {
  /** The current moment, to pass to `on` later. */
  now(): number;
  /**
   * Runs `task` alone on all `keys`.
   * `changed` tells whether another task has ended on one of them since then: what was read before it may be stale.
   */
  on<T>(keys: readonly string[], since: number, task: (changed: boolean) => Promise<T>): Promise<T>;
}

export function createLocks(): Alone {
  const tails = new Map<string, Promise<void>>();
  /** When the last task on a key ended, in ended tasks. */
  const ended = new Map<string, number>();
  let tasks = 0;

  return {
    now: () => tasks,
    async on(keys, since, task) {
      const mine = [...new Set(keys)];
      const before = mine.map((key) => tails.get(key)).filter((tail) => tail !== undefined);
      let release = () => {};
      const tail = new Promise<void>((resolve) => {
        release = resolve;
      });
      for (const key of mine) tails.set(key, tail);
      try {
        await Promise.all(before);
        return await task(mine.some((key) => (ended.get(key) ?? 0) > since));
      } finally {
        tasks += 1;
        for (const key of mine) {
          ended.set(key, tasks);
          if (tails.get(key) === tail) tails.delete(key);
        }
        release();
      }
    },
  };
}
