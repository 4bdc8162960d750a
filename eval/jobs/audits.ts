import type { Job } from "../job.ts";

/** Questions with an exact answer. */
export const audits: readonly Job[] = [];
