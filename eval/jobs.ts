import type { Job } from "./job.ts";
import { audits } from "./jobs/audits.ts";
import { limits } from "./jobs/limits.ts";
import { migrations } from "./jobs/migrations.ts";
import { restoring } from "./jobs/restoring.ts";
import { retirement } from "./jobs/retirement.ts";
import { routing } from "./jobs/routing.ts";
import { setUp } from "./jobs/set-up.ts";
import { traps } from "./jobs/traps.ts";
import { trapsInHaste } from "./jobs/traps-in-haste.ts";
import { upkeep } from "./jobs/upkeep.ts";

/** All jobs, in the order in which they are told. */
export const jobs: readonly Job[] = [
  ...setUp,
  ...upkeep,
  ...restoring,
  ...routing,
  ...migrations,
  ...retirement,
  ...audits,
  ...limits,
  ...traps,
  ...trapsInHaste,
];
