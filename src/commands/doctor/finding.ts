import { ToolError } from "../../errors.ts";
import type { Settings } from "../../settings/index.ts";

/** One line of the doctor's report. */
export interface Finding {
  check: string;
  /** `not_checked`: it could not be checked, which never means that it is fine. */
  result: "ok" | "warning" | "failed" | "not_checked";
  message: string;
  fix?: string;
  /** A key with the privileges of the recipe would fix it. */
  wantsKey?: true;
}

export const ok = (check: string, message: string): Finding => ({ check, result: "ok", message });
export const warning = (check: string, message: string, fix: string): Finding => ({ check, result: "warning", message, fix });
export const failed = (check: string, message: string, fix: string): Finding => ({ check, result: "failed", message, fix });
export const notChecked = (check: string, message: string): Finding => ({ check, result: "not_checked", message });

export const wantingKey = (finding: Finding): Finding => ({ ...finding, wantsKey: true });

/** A failed request as a finding; its message already explains what Kibana said. */
export function failure(check: string, error: unknown): Finding {
  if (error instanceof ToolError) return failed(check, error.message, error.fix);
  throw error;
}

/** What counts for nothing, of those settings and variables that a check is about. */
export function doubtful({ doubts }: Settings, check: "settings" | "secrets"): Finding[] {
  return doubts.filter((one) => one.check === check).map(({ problem, fix }) => warning(check, problem, fix));
}
