import * as z from "zod";
import { isDeeperThan } from "../../json-depth.ts";
import { isPlainObject } from "../../plain-object.ts";
import { readUrl } from "../../read-url.ts";
import type { Config } from "../connector-type.ts";

/** A secret that may be left out: null is what Kibana stores then. */
export function optionalSecret(note?: string) {
  const field = z.string().nullable().default(null);
  return note === undefined ? field : field.describe(note);
}

/** A URL that Kibana itself parses when the connector is saved, so an unreadable one is refused. */
export function parsedUrl(note?: string) {
  return urlText(note).refine((text) => text === "" || readUrl(text) !== undefined, {
    error: "must be a full URL such as https://host.example.com/path",
  });
}

/** A URL that Kibana only compares with its allowed hosts: an unreadable one is saved and fails when it is used. */
export function urlText(note?: string) {
  const field = z.string().meta({ format: "uri" });
  return note === undefined ? field : field.describe(note);
}

/** A host that is looked up as it is: Kibana saves any text, and this server refuses what is no name or address (validate.ts). */
export function hostText(note: string) {
  return z.string().meta({ format: "hostname" }).describe(note);
}

/** A record that may also be given as its JSON text, as with the older `@kbn/config-schema`. Source: common/utils/coerced.ts. */
export function recordOrJsonText(note: string) {
  return z
    .preprocess((value) => (typeof value === "string" ? parseJson(value) : value), z.record(z.string(), z.unknown()))
    .describe(`${note}; an object or its JSON text`);
}

/** Levels of nesting, as arguments have at the most. */
const deepest = 64;

/** The value of a JSON text, or the text itself where it is none. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeperThan(deepest, value) ? text : value;
  } catch {
    return text;
  }
}

/** Adds one problem at a field (dotted path from the part). */
export type Report = (field: string, problem: string) => void;

/**
 * Rules over several fields of one part. They also run where a single field is wrong, so that all problems show at
 * once; so a rule reads its fields as unknown values and keeps quiet about types, which the fields report themselves.
 */
export function withRules<S extends z.ZodType>(schema: S, rules: (value: Config, report: Report) => void): S {
  return schema.superRefine(
    (value, ctx) => {
      if (!isPlainObject(value)) return;
      rules(value, (field, message) => ctx.addIssue({ code: "custom", path: field === "" ? [] : field.split("."), message }));
    },
    { when: () => true },
  );
}

/** A URL that Kibana refuses unless it is http or https with a host. Source: sub_action_framework/helpers/validators.ts. */
export function httpUrl(note?: string) {
  return urlText(note).refine((text) => text === "" || /^https?:$/.test(readUrl(text)?.protocol ?? ""), {
    error: "must be a full http or https URL such as https://host.example.com/path",
  });
}

/** The value as Kibana would store it, or as it is where Kibana would refuse it. */
export function withDefaults(schema: z.ZodType<Config>, value: Config): Config {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : value;
}
