import type { Job } from "../job.ts";

/** Changes of what is there. */
export const upkeep: readonly Job[] = [];
