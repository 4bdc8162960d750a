import type { Check } from "../check.ts";
import type { CheckName } from "../finding.ts";
import { danglingReference } from "./dangling-reference.ts";
import { deprecated } from "./deprecated.ts";
import { failing } from "./failing.ts";
import { missingSecrets } from "./missing-secrets.ts";
import { typeUnusable } from "./type-unusable.ts";

const checks: readonly Check[] = [missingSecrets, typeUnusable, danglingReference, failing, deprecated];

/** The checks of these names, in the order of the list. */
export function checksNamed(names: readonly CheckName[]): Check[] {
  return checks.filter((check) => names.includes(check.name));
}
