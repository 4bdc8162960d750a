import type { ConnectorType, Problem } from "../../catalog/connector-type.ts";
import { checkPart, checkTogether } from "../../catalog/validate.ts";
import { credentialsFor } from "../../catalog/when.ts";
import { ToolError } from "../../errors.ts";
import { isPlainObject } from "../../plain-object.ts";
import { examine, Sealed, type SealedRecord, seal } from "../../sealed.ts";
import type { Resolved } from "../../secrets/resolve.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { noneInstead } from "../secrets/explicit-no-auth.ts";
import { nameMeant, placeholder, proposalInWords, proposedSecrets, type Subject } from "../secrets/proposed-secrets.ts";
import { withGiven } from "../secrets/with-given.ts";

/**
 * Checks config and sealed secrets of a new connector against its type, all at once.
 * @returns warnings
 * @throws ToolError secrets_needed if only secrets are missing, otherwise invalid_config with every problem
 */
export async function checkNew(
  type: ConnectorType,
  config: Record<string, unknown>,
  { secrets, asked }: Pick<Resolved, "secrets" | "asked">,
  subject: Subject,
  source: SecretSource,
): Promise<string[]> {
  const ofConfig = checkPart(type, "config", config);
  const warnings = [...ofConfig.warnings];
  const whole = withPlaceholders(secrets, asked);
  const ofSecrets = examine(whole, (plain) => {
    const verdict = checkPart(type, "secrets", plain);
    warnings.push(...verdict.warnings);
    return verdict.errors.filter(({ path }) => !asked.some((one) => one === path || one.startsWith(`${path}.`)));
  });
  const together =
    ofConfig.errors.length + ofSecrets.length === 0
      ? examine(whole, (plain) => checkTogether(type, config, isPlainObject(plain) ? plain : {}).errors)
      : [];
  const hints = warnings.filter((warning) => warning.suggestion);
  // A secret in the wrong shape is reported first, whatever else is missing.
  const misshapen = ofSecrets.filter(({ path }) => Object.hasOwn(whole, path.split(".")[1] ?? ""));
  const open = misshapen.length > 0 ? undefined : missingSecrets(type, config, whole);
  if (ofConfig.errors.length === 0 && open) {
    const proposal = withGiven(await proposedSecrets(open.required, type, subject, source), { secrets, asked }, source);
    throw new ToolError(
      "secrets_needed",
      `${type.id} needs ${open.required.join(" and ")}${open.mode ? ` (authentication: ${open.mode})` : ""}.${hints.map((hint) => ` ${inWords(hint)}.`).join("")}`,
      `Pass ${proposalInWords(proposal, source, subject)}.${noneInstead(type, subject, open.required)}`,
      {
        required: open.required,
        possible: open.possible,
        ...(open.mode ? { auth_mode: open.mode } : {}),
        problems: [...ofSecrets, ...together, ...hints],
        ...proposal,
      },
    );
  }
  const errors = [...ofConfig.errors, ...ofSecrets.map((one) => asMap(one, source)), ...together];
  if (errors.length > 0) {
    throw new ToolError(
      "invalid_config",
      `Kibana would refuse it: ${[...errors, ...hints].map(inWords).join("; ")}.`,
      `Correct these; describe_connector_types with types ["${type.id}"] lists the fields.`,
      { problems: [...errors, ...hints] },
    );
  }
  return [...warnings.map(inWords), ...unused(type, config, whole), ...withoutSecrets(type, config, whole)];
}

/** Secrets that the way to authenticate does not send, though Kibana stores them. */
function unused(type: ConnectorType, config: Record<string, unknown>, secrets: SealedRecord): string[] {
  const ways = credentialsFor(type, config);
  const sent = new Set(
    ways.flatMap(({ fields, optional = [], unsent = [] }) => [...fields, ...optional].filter((one) => !unsent.includes(one))),
  );
  const known = new Set(type.credentials.flatMap((way) => [...way.fields, ...(way.optional ?? [])]));
  const left = Object.keys(secrets).filter((field) => secrets[field] != null && known.has(field) && !sent.has(field));
  if (ways.length === 0 || left.length === 0) return [];
  return [
    `secrets.${left.join(" and secrets.")} would be stored and not used (authentication: ${ways.map(({ name }) => name).join(" or ")}).`,
  ];
}

/** What a config says that signs in in no way, where no secret is given that would. */
function withoutSecrets(type: ConnectorType, config: Record<string, unknown>, secrets: SealedRecord): string[] {
  const isGiven = (field: string) => secrets[field] != null;
  return credentialsFor(type, config).flatMap(({ optional = [], unlessGiven }) =>
    unlessGiven === undefined || optional.some(isGiven) ? [] : [unlessGiven],
  );
}

/** Shows what a map of secrets looks like if a single reference was given instead. */
function asMap(problem: Problem, { noPage, prefix }: SecretSource): Problem {
  if (problem.problem !== "must be an object, not text") return problem;
  return {
    ...problem,
    suggestion: `a map of names to references: {"${placeholder}": ${noPage ? `{"$env": "${prefix}…"}` : '{"$ask": true}'}}${nameMeant({ [placeholder]: 0 })}`,
  };
}

/** The fields of the best matching authentication method that are not given; undefined if none is missing. */
function missingSecrets(type: ConnectorType, config: Record<string, unknown>, secrets: SealedRecord) {
  const ways = credentialsFor(type, config);
  const given = Object.keys(secrets).filter((field) => secrets[field] != null && field !== type.wayField);
  const known = new Set(ways.flatMap((way) => [...way.fields, ...(way.optional ?? [])]));
  if (given.some((field) => !known.has(field))) return undefined;
  const best = ways
    .map((way) => ({ way, required: way.fields.filter((field) => !given.includes(field)) }))
    .sort((a, b) => a.required.length - b.required.length)[0];
  if (!best || best.required.length === 0) return undefined;
  return {
    required: best.required,
    possible: [...(best.way.optional ?? [])],
    mode: ways.length > 1 || type.credentials.length > 1 ? best.way.name : undefined,
  };
}

/** A problem as part of a sentence. */
export function inWords({ path, problem, suggestion }: Problem): string {
  return `${path} ${problem}${suggestion ? ` (${suggestion})` : ""}`;
}

/**
 * The secrets as Kibana gets them, which is sent none for null, with placeholders for those that a person has yet to type: they are
 * not missing, and are checked once typed.
 */
function withPlaceholders(secrets: SealedRecord, asked: readonly string[]): SealedRecord {
  const whole: SealedRecord = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== null));
  for (const path of asked) {
    const [, field = path, ...rest] = path.split(".");
    const placeholder = seal("to-be-typed", "to be typed");
    const inner = rest.length > 0 ? { [rest.join(".")]: placeholder } : placeholder;
    const there = whole[field];
    whole[field] = rest.length > 0 && isPlainObject(there) && !(there instanceof Sealed) ? { ...there, ...inner } : inner;
  }
  return whole;
}
