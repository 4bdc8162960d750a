/**
 * What an honest answer says of an update, a rotation and each kind of undo under every fault of the sandbox, and whether
 * Kibana did its work (`work`); written before the tests were run.
 *
 * - `put`: a new name can be read back: found is done, whatever the answer was. Not found is failed only after a complete
 *   answer of Kibana itself; without one, or with a gateway's, the request may still come. A conflict about something that
 *   is as it was does not fit: somebody may have put it back.
 * - `rotate`: nothing shows whether a secret was stored: unknown, unless Kibana refused it in words of its own.
 * - `undo_create` deletes, `undo_update` puts back, `undo_delete` creates: each can be looked for. Its conflict is that the id is taken.
 */
export const faultTable = [
  row("timeout_before", false, "unknown"),
  row("timeout_after", true, "done"),
  row("cut_before", false, "unknown"),
  row("cut_after", true, "done"),
  { ...row("conflict", false, "unknown"), undo_delete: "failed" },
  row("rate_limit", false, "failed"),
  row("error", false, "unknown"),
  row("error_after", true, "done"),
  row("html", false, "unknown"),
  row("html_502", false, "unknown"),
  row("truncated", true, "done"),
  row("unavailable", false, "failed"),
  row("slow", true, "done"),
] as const;

export type Told = "done" | "failed" | "unknown";

function row(fault: string, work: boolean, seen: Told) {
  const rotate: Told = "unknown";
  return { fault, work, put: seen, rotate, undo_create: seen, undo_update: seen, undo_delete: seen };
}
