import type { Check } from "../check.ts";
import { ambiguousName } from "./ambiguous-name.ts";
import { danglingReference } from "./dangling-reference.ts";
import { deprecated } from "./deprecated.ts";
import { deprecatedRuleNotify } from "./deprecated-rule-notify.ts";
import { drift } from "./drift.ts";
import { duplicateTarget } from "./duplicate-target.ts";
import { endOfLife } from "./end-of-life.ts";
import { failing } from "./failing.ts";
import { genericName } from "./generic-name.ts";
import { insecureUrl } from "./insecure-url.ts";
import { leftOverTest } from "./left-over-test.ts";
import { missingSecrets } from "./missing-secrets.ts";
import { neverRun } from "./never-run.ts";
import { noDedupKey } from "./no-dedup-key.ts";
import { noRecoveryAction } from "./no-recovery-action.ts";
import { noisyFrequency } from "./noisy-frequency.ts";
import { notifiesNobody } from "./notifies-nobody.ts";
import { paramsRefused } from "./params-refused.ts";
import { preconfiguredCandidate } from "./preconfigured-candidate.ts";
import { ruleKeyOwner } from "./rule-key-owner.ts";
import { secretInConfig } from "./secret-in-config.ts";
import { sharedDedupKey } from "./shared-dedup-key.ts";
import { silentForLong } from "./silent-for-long.ts";
import { typeUnusable } from "./type-unusable.ts";
import { unused } from "./unused.ts";
import { unusedAsFarAsSeen } from "./unused-as-far-as-seen.ts";
import { webhookWithoutAuth } from "./webhook-without-auth.ts";
import { workflowOff } from "./workflow-off.ts";

/** In the order in which a report has them. */
export const checks: readonly Check[] = [
  missingSecrets,
  typeUnusable,
  danglingReference,
  workflowOff,
  ambiguousName,
  failing,
  paramsRefused,
  notifiesNobody,
  silentForLong,
  neverRun,
  deprecated,
  endOfLife,
  noRecoveryAction,
  noDedupKey,
  sharedDedupKey,
  deprecatedRuleNotify,
  ruleKeyOwner,
  secretInConfig,
  insecureUrl,
  webhookWithoutAuth,
  noisyFrequency,
  unused,
  unusedAsFarAsSeen,
  leftOverTest,
  duplicateTarget,
  drift,
  genericName,
  preconfiguredCandidate,
];

export const checkNames: readonly string[] = checks.map(({ name }) => name);
