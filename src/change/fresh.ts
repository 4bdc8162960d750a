import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";

/** What a plan needs new for each run. It comes with the call, so that what a person agreed to, planned again, is the same. */
export interface Fresh {
  /** Eight characters that nobody has used before. */
  word: string;
  /** When the call was first made, in milliseconds since 1970. */
  at: number;
}

export function makeFresh(clock: Clock): Fresh {
  return { word: randomBytes(4).toString("hex"), at: clock.now() };
}
