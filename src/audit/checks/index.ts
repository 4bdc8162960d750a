import type { Check } from "../check.ts";
import type { CheckName } from "../finding.ts";
import { danglingReference } from "./dangling-reference.ts";
import { deprecated } from "./deprecated.ts";
import { deprecatedRuleNotify } from "./deprecated-rule-notify.ts";
import { duplicateTarget } from "./duplicate-target.ts";
import { failing } from "./failing.ts";
import { genericName } from "./generic-name.ts";
import { insecureUrl } from "./insecure-url.ts";
import { leftOverTest } from "./left-over-test.ts";
import { missingSecrets } from "./missing-secrets.ts";
import { neverRun } from "./never-run.ts";
import { noDedupKey } from "./no-dedup-key.ts";
import { noRecoveryAction } from "./no-recovery-action.ts";
import { noisyFrequency } from "./noisy-frequency.ts";
import { preconfiguredCandidate } from "./preconfigured-candidate.ts";
import { ruleKeyOwner } from "./rule-key-owner.ts";
import { secretInConfig } from "./secret-in-config.ts";
import { typeUnusable } from "./type-unusable.ts";
import { unused } from "./unused.ts";
import { webhookWithoutAuth } from "./webhook-without-auth.ts";

const checks: Readonly<Record<CheckName, Check>> = {
  missing_secrets: missingSecrets,
  type_unusable: typeUnusable,
  dangling_reference: danglingReference,
  failing,
  never_run: neverRun,
  deprecated,
  no_recovery_action: noRecoveryAction,
  no_dedup_key: noDedupKey,
  deprecated_rule_notify: deprecatedRuleNotify,
  rule_key_owner: ruleKeyOwner,
  secret_in_config: secretInConfig,
  insecure_url: insecureUrl,
  webhook_without_auth: webhookWithoutAuth,
  noisy_frequency: noisyFrequency,
  unused,
  left_over_test: leftOverTest,
  duplicate_target: duplicateTarget,
  generic_name: genericName,
  preconfigured_candidate: preconfiguredCandidate,
};

/** The checks of these names. */
export function checksNamed(names: readonly CheckName[]): Check[] {
  return [...new Set(names)].map((name) => checks[name]);
}
