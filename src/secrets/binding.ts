import { ToolError } from "../errors.ts";
import { exactHost } from "../host-name.ts";
import { type Binding, bindingSuffix } from "../settings/bindings.ts";
import type { Bound } from "./reserved-values.ts";

/** Whether a bound secret may go with this type to these hosts: each of them has to be bound. */
export function isBoundTo(bindings: readonly Binding[], type: string, hosts: readonly string[]): boolean {
  return hosts.length > 0 && hosts.every((host) => isBoundToOne(bindings, type, host));
}

function isBoundToOne(bindings: readonly Binding[], type: string, host: string): boolean {
  return bindings.some((binding) => (binding.type === undefined || binding.type === type) && binding.host === host);
}

/**
 * Stops a bound secret where it may not go with this type to these hosts.
 * @throws ToolError secret_refused
 */
export function assertBound(source: string, bindings: readonly Binding[], type: string, hosts: readonly string[]): void {
  if (isBoundTo(bindings, type, hosts)) return;
  const more = hosts.filter((host) => !isBoundToOne(bindings, type, host)).map((host) => ({ type, host }));
  throw new ToolError(
    "secret_refused",
    `${source} is bound to ${inWords(bindings)}; here it would go with ${where(type, hosts)}.`,
    cannotBeBound(hosts) ??
      `Use it for what it is meant for. If it is meant for all of these, ask the operator to set ${source}${bindingSuffix}=${asWritten([...bindings, ...more])} and restart the server.`,
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
  const all = asWritten(hosts.map((host) => ({ type, host })));
  const fix =
    cannotBeBound(hosts) ??
    `Use a secret that is meant for this host, or ask the operator, who binds a variable with that value to it (NAME${bindingSuffix}=${all}) and restarts the server.`;
  throw new ToolError("secret_refused", `${field} ${problem}.`, fix, {
    path: field,
    problems: [{ path: field, problem, suggestion: fix }],
  });
}

/** What to do where a host has no name that a binding could say; undefined where each has one. */
function cannotBeBound(hosts: readonly string[]): string | undefined {
  const [unread] = hosts.filter((host) => exactHost(host) !== host);
  if (unread === undefined && hosts.length > 0) return undefined;
  return `Use it for what it is meant for: no binding can name ${unread ?? unknown}, so only a secret without one can go there.`;
}

/** As the operator writes it. */
function asWritten(bindings: readonly Binding[]): string {
  return bindings.map(({ type = "", host }) => `${type}@${host}`).join(",");
}

function inWords(bindings: readonly Binding[]): string {
  return bindings.map(({ type, host }) => [type && `type ${type}`, `host ${host}`].filter(Boolean).join(" at ")).join(" or ");
}

const unknown = "a host that is not known beforehand";

function where(type: string, hosts: readonly string[]): string {
  return `type ${type} to ${hosts.join(", ") || unknown}`;
}
