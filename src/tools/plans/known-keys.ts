import type { ConnectorType } from "../../catalog/connector-type.ts";
import { checkPart, firstUnread } from "../../catalog/validate.ts";
import { ToolError } from "../../errors.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { valueAt } from "../../plain-object.ts";

/**
 * Refuses keys of a config that this Kibana refuses: up to the versions whose schemas were read, these are closed. Whatever a newer one
 * may know is passed on, and so is what is stored already.
 * @throws ToolError invalid_config
 */
export function assertKnownKeys(
  entry: ConnectorType | undefined,
  { config, stored = {} }: { config: Record<string, unknown>; stored?: Record<string, unknown> | undefined },
  status: Status,
): void {
  if (!entry || entry.fromKibana || isAtLeast(status, firstUnread)) return;
  const { errors, unknownKeys = [], warnings } = checkPart(entry, "config", config);
  // Where more is wrong, the check of the whole says all at once.
  if (errors.length > 0) return;
  const problems = unknownKeys
    .filter((path) => valueAt(stored, path.split(".").slice(1)) === undefined)
    .map((path) => ({ path, problem: `is not a field of ${entry.id} config`, ...suggestionFor(path) }));
  if (problems.length === 0) return;
  const said = problems.map((one) => `${one.path} ${one.problem}${one.suggestion === undefined ? "" : ` (${one.suggestion})`}`);
  throw new ToolError(
    "invalid_config",
    `Kibana would refuse it: ${said.join("; ")}.`,
    `Leave these out or correct them; describe_connector_types with types ["${entry.id}"] lists the fields.`,
    { problems },
  );

  function suggestionFor(path: string): { suggestion?: string } {
    const { suggestion } = warnings.find((one) => one.path === path) ?? {};
    return suggestion === undefined ? {} : { suggestion };
  }
}
