import type { Config, ConnectorType, Credentials, Params, Probe, SubAction, When } from "./connector-type.ts";
import { withDefaults } from "./shared/fields.ts";

/** Whether a config, with the type's defaults filled in, holds what a `When` asks for. */
export function holds(when: When, config: Config): boolean {
  return Object.entries(when).every(([field, value]) => config[field] === value);
}

/** `hasAuth: false`, for people. */
export function whenText(when: When): string {
  return Object.entries(when)
    .map(([field, value]) => `${field}: ${value}`)
    .join(", ");
}

/**
 * The ways to authenticate that are open to a connector with this config: the first whose `when` holds or whose name the
 * config has, or else all without a `when`. Empty: the type has no secrets, or the config fits no way.
 */
export function credentialsFor(type: ConnectorType, config: Config): readonly Credentials[] {
  const full = withDefaults(type.schemas().config, config);
  const ways = type.credentials.filter((way) => !way.beside);
  const named = type.wayField === undefined ? undefined : full[type.wayField];
  const decided = ways.find((way) => (way.when !== undefined && holds(way.when, full)) || way.name === named);
  const open = decided ? [decided] : ways.filter((way) => way.when === undefined);
  const beside = type.credentials.filter((way) => way.beside);
  return open.map((way) => beside.reduce((sum, more) => together(sum, more, holds(more.when ?? {}, full)), way));
}

function together(way: Credentials, more: Credentials, needed: boolean): Credentials {
  if (!needed) return { ...way, optional: [...(way.optional ?? []), ...more.fields] };
  return { ...way, name: `${way.name} and ${more.name}`, fields: [...way.fields, ...more.fields] };
}

/** The ways to choose from: none that signs in with nothing until another field makes it one of the others. */
export function waysToChoose({ credentials }: ConnectorType): readonly Credentials[] {
  const isPart = (one: When, other: When) => one !== other && Object.entries(one).every(([field, value]) => other[field] === value);
  return credentials.filter(
    ({ fields, when }) => fields.length > 0 || !when || !credentials.some((other) => other.when && isPart(when, other.when)),
  );
}

/** The tests that hold for a connector with this config. */
export function probesFor(type: ConnectorType, config: Config): { safe?: Probe; near_safe?: Probe; loud?: Probe } {
  const { safeWhen, ...probes } = type.tests;
  return safeWhen && holds(safeWhen.when, withDefaults(type.schemas().config, config)) ? { ...probes, safe: safeWhen.probe } : probes;
}

/** The type as a version of Kibana has it. @param isAtLeast whether that Kibana is of this version or newer */
export function asOfVersion(type: ConnectorType, isAtLeast: (version: string) => boolean): ConnectorType {
  const { recovery, ...rest } = type;
  if (recovery?.since === undefined || isAtLeast(recovery.since)) return type;
  return { ...rest, recoveryHint: `Kibana ${recovery.since} and later can close in ${type.name}.` };
}

/** What a call with these params does to the outside world; the worst where it is not known. */
export function effectOf(type: ConnectorType, params: Params): SubAction {
  const unknown = { effect: "executes" } as const;
  if (!type.subActions) return type.effect === undefined ? unknown : { effect: type.effect };
  const name = params.subAction;
  return (typeof name === "string" && Object.hasOwn(type.subActions, name) ? type.subActions[name] : undefined) ?? unknown;
}
