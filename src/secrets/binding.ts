import { ToolError } from "../errors.ts";
import { type Binding, bindingSuffix } from "../settings/bindings.ts";

/** Whether a bound secret may go with this type to these hosts. */
export function isBoundTo(bindings: readonly Binding[], type: string, hosts: readonly string[]): boolean {
  return bindings.some(
    (binding) => (binding.type === undefined || binding.type === type) && hosts.length > 0 && hosts.every((host) => host === binding.host),
  );
}

/**
 * Stops a bound secret where it may not go with this type to these hosts.
 * @throws ToolError secret_refused
 */
export function assertBound(source: string, bindings: readonly Binding[], type: string, hosts: readonly string[]): void {
  if (isBoundTo(bindings, type, hosts)) return;
  const words = bindings.map(({ type: only, host }) => [only && `type ${only}`, `host ${host}`].filter(Boolean).join(" at ")).join(" or ");
  throw new ToolError(
    "secret_refused",
    `${source} is bound to ${words}; here it would go with type ${type} to ${hosts.join(", ") || "a host that is not known beforehand"}.`,
    `Use it for what it is meant for, or ask the operator, who sets ${source}${bindingSuffix}.`,
    { source },
  );
}
