import type { Job } from "../job.ts";

/** What cannot be done here, or not without asking back. */
export const limits: readonly Job[] = [];
