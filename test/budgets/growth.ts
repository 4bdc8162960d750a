/** Milliseconds that this process worked: what else the machine does is none of it. */
export function since(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** How many times as long work takes on `many` as on `few`; less than six milliseconds cannot be told from other work of the machine. */
export async function timesAsLong(work: (count: number) => unknown, few: number, many: number): Promise<number> {
  const quickest = async (count: number) => {
    const times: number[] = [];
    for (let n = 0; n < 3; n++) {
      const began = process.cpuUsage();
      await work(count);
      times.push(since(began));
    }
    return Math.max(6, Math.min(...times));
  };
  return (await quickest(many)) / (await quickest(few));
}
