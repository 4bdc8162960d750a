import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";

/** Lets the sandbox's queued runs end: they count as references for 0.4 seconds from when they are first counted. */
export async function endQueuedRuns(sandboxUrl: string): Promise<void> {
  const spaces = ["default", "security", "team-payments"];
  const listed = await Promise.all(spaces.map((space) => fetch(`${sandboxUrl}/s/${space}/api/actions/connectors`)));
  expect(listed.map(({ status }) => status)).toEqual(spaces.map(() => 200));
  await setTimeout(450);
}
