import type { Settings } from "../../settings/index.ts";
import type { Plan } from "../plan.ts";

/** Who may approve a call. */
export interface Approvers {
  names: string[];
  /** They are named by the operator: the caller is none of them. */
  named: boolean;
}

/**
 * Who may approve this plan of a caller: everybody their own calls, unless the operator names approvers for that caller. Then
 * only these may, and what none of them may approve nobody may.
 */
export function approversOf(plan: Plan, { caller, tool }: { caller: string; tool: string }, { http }: Settings): Approvers {
  const concerned = (http?.approvers ?? []).filter((one) => one.for === undefined || one.for.includes(caller));
  if (concerned.length === 0) return { names: [caller], named: false };
  const able = concerned.filter(
    ({ name, tools, spaces }) =>
      name !== caller &&
      (tools === undefined || tools.includes(tool)) &&
      (spaces === undefined || plan.ops.every(({ space }) => spaces.includes(space))),
  );
  return { names: [...new Set(able.map(({ name }) => name))], named: true };
}
