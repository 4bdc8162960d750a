/** Makes changes of the same target wait for each other within this process. */
export function createLocks() {
  const tails = new Map<string, Promise<void>>();
  /** Runs `task` alone on all `keys`; tells it whether it had to wait. */
  return async function alone<T>(keys: readonly string[], task: (waited: boolean) => Promise<T>): Promise<T> {
    const mine = [...new Set(keys)];
    const before = mine.map((key) => tails.get(key)).filter((tail) => tail !== undefined);
    let release = () => {};
    const tail = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (const key of mine) tails.set(key, tail);
    try {
      await Promise.all(before);
      return await task(before.length > 0);
    } finally {
      release();
      for (const key of mine) if (tails.get(key) === tail) tails.delete(key);
    }
  };
}

export type Alone = ReturnType<typeof createLocks>;
