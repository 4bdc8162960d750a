/**
 * What an honest answer says of writing a rule under every fault of the sandbox, and whether Kibana did its work
 * (`work`); written before the tests were run. A rule's actions can be read back: found is done, whatever the answer was.
 * Not found is failed only after a complete answer of Kibana itself; without one, or with a gateway's, the request may
 * still come. It is the same for moving actions to another connector, for removing them and for taking either back.
 */
export const faultTable = [
  { fault: "timeout_before", work: false, told: "unknown" },
  { fault: "timeout_after", work: true, told: "done" },
  { fault: "cut_before", work: false, told: "unknown" },
  { fault: "cut_after", work: true, told: "done" },
  { fault: "conflict", work: false, told: "failed" },
  { fault: "rate_limit", work: false, told: "failed" },
  { fault: "error", work: false, told: "unknown" },
  { fault: "error_after", work: true, told: "done" },
  { fault: "html", work: false, told: "unknown" },
  { fault: "html_502", work: false, told: "unknown" },
  { fault: "truncated", work: true, told: "done" },
  { fault: "unavailable", work: false, told: "failed" },
  { fault: "slow", work: true, told: "done" },
] as const satisfies readonly { fault: string; work: boolean; told: "done" | "failed" | "unknown" }[];
