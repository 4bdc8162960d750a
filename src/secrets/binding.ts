import { ToolError } from "../errors.ts";
import { type Binding, bindingSuffix } from "../settings/bindings.ts";
import type { Bound } from "./reserved-values.ts";

/** Whether a bound secret may go with this type to these hosts: each has to be one that it is bound to. */
export function isBoundTo(bindings: readonly Binding[], type: string, hosts: readonly string[]): boolean {
  const fitting = bindings.filter((binding) => binding.type === undefined || binding.type === type);
  return hosts.length > 0 && hosts.every((host) => fitting.some((binding) => host === binding.host));
}

/**
 * Stops a bound secret where it may not go with this type to these hosts.
 * @throws ToolError secret_refused
 */
export function assertBound(source: string, bindings: readonly Binding[], type: string, hosts: readonly string[]): void {
  if (isBoundTo(bindings, type, hosts)) return;
  throw new ToolError(
    "secret_refused",
    `${source} is bound to ${inWords(bindings)}; here it would go with ${where(type, hosts)}.`,
    `Use it for what it is meant for, or ask the operator, who sets ${source}${bindingSuffix}.`,
    { source },
  );
}

/**
 * The same for a value that is bound under another name.
 * @param field where it would be
 * @param bound what it is called there
 * @throws ToolError secret_refused
 */
export function assertValueBound(field: string, { source: bound, bindings }: Bound, type: string, hosts: readonly string[]): void {
  if (isBoundTo(bindings, type, hosts)) return;
  const problem = `has the value of ${bound}, which is bound to ${inWords(bindings)}, or holds it; here it would go with ${where(type, hosts)}`;
  const fix = `Use a secret that is meant for this host, or ask the operator, who binds a variable with that value to it (NAME${bindingSuffix}).`;
  throw new ToolError("secret_refused", `${field} ${problem}.`, fix, {
    path: field,
    problems: [{ path: field, problem, suggestion: fix }],
  });
}

function inWords(bindings: readonly Binding[]): string {
  return bindings.map(({ type, host }) => [type && `type ${type}`, `host ${host}`].filter(Boolean).join(" at ")).join(" or ");
}

function where(type: string, hosts: readonly string[]): string {
  return `type ${type} to ${hosts.join(", ") || "a host that is not known beforehand"}`;
}
