import type { Job } from "../job.ts";

/** Which rules notify whom, and retirement. */
export const routing: readonly Job[] = [];
