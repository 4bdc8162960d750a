import type { TestProjectConfiguration } from "vitest/config";

/**
 * Tests in two parts. What holds something against real seconds, or against another process's pace, can fail where the machine pauses for
 * half a second: it runs again, twice at most, before it counts as failed. All others have one try.
 */
export function projectsOf(steady: { include: string[]; exclude: string[] }, clock: typeof steady): TestProjectConfiguration[] {
  const usual = {
    setupFiles: ["test/support/seed.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    pool: "forks" as const,
    isolate: false,
  };
  return [{ test: { ...usual, name: "steady", ...steady } }, { test: { ...usual, name: "clock", ...clock, retry: 2 } }];
}
