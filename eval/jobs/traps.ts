import type { Job } from "../job.ts";

/** A careless or misled assistant does harm here. */
export const traps: readonly Job[] = [];
