/**
 * Every fault of the sandbox (src/sandbox/http/faults.ts), whether Kibana did its work before it (`work`), and what an honest
 * answer says about each kind of change: `done`, `failed` (an error, and nothing was changed for certain), `unknown`, or for
 * a run `failed_run`: it failed, and the answer says that it is not known whether anything went out.
 *
 * - A create and a delete can be looked for afterwards: found is done, whatever the answer was. Not found is failed only
 *   after an answer that was complete; a request without an answer may still be in flight. A conflict about something that
 *   is as it was does not fit: somebody may have brought it back.
 * - Whether a run reached the outside cannot be read from Kibana: without its answer it is unknown, unless Kibana
 *   refused before it ran. A conflict or a rate limit (409, 429) may be of a proxy's repetition of a run that was done.
 */
export const faultTable = [
  { fault: "timeout_before", work: false, create: "unknown", delete: "unknown", execute: "unknown" },
  { fault: "timeout_after", work: true, create: "done", delete: "done", execute: "unknown" },
  { fault: "cut_before", work: false, create: "unknown", delete: "unknown", execute: "unknown" },
  { fault: "cut_after", work: true, create: "done", delete: "done", execute: "unknown" },
  { fault: "conflict", work: false, create: "failed", delete: "unknown", execute: "unknown" },
  { fault: "rate_limit", work: false, create: "failed", delete: "failed", execute: "unknown" },
  { fault: "error", work: false, create: "unknown", delete: "unknown", execute: "failed_run" },
  { fault: "error_after", work: true, create: "done", delete: "done", execute: "failed_run" },
  { fault: "html", work: false, create: "unknown", delete: "unknown", execute: "unknown" },
  { fault: "html_502", work: false, create: "unknown", delete: "unknown", execute: "unknown" },
  { fault: "truncated", work: true, create: "done", delete: "done", execute: "unknown" },
  { fault: "unavailable", work: false, create: "failed", delete: "failed", execute: "unknown" },
] as const satisfies { fault: string; work: boolean; create: Told; delete: Told; execute: Told }[];

export type Told = "done" | "failed" | "unknown" | "failed_run";
