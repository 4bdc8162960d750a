import { type Stored, stored } from "../catalog/examples.ts";
import type { Shape } from "./canaries.ts";

/** A connector with every secret of one way to authenticate: by field, or by field and name. */
export interface Case {
  type: string;
  way: string;
  config: Record<string, unknown>;
  secrets: Record<string, Shape | Record<string, Shape>>;
}

/** Every type that can be created and holds secrets, in each of its ways; files of certificates as PEM and as what Kibana takes. */
export const cases: readonly Case[] = stored.filter(({ secrets }) => Object.keys(secrets).length > 0).flatMap(casesOf);

/** Of those that hold the same shapes of secrets, the first. */
export const oneOfEachShape = cases.filter((one, n) => cases.findIndex((other) => shapesIn(other) === shapesIn(one)) === n);

function shapesIn({ secrets }: Case): string {
  return JSON.stringify(Object.values(secrets).sort());
}

function casesOf({ type, way, config, secrets }: Stored): Case[] {
  const shaped = (file: Shape) =>
    Object.fromEntries(
      Object.entries(secrets).map(([field, value]) => [field, typeof value === "string" ? shapeOf(value, file) : namedShapes(value)]),
    );
  const one = { type, way, config, secrets: shaped("pemFile") };
  const hasFile = Object.values(one.secrets).includes("pemFile");
  return hasFile ? [one, { ...one, way: `${way}, encoded`, secrets: shaped("pem64") }] : [one];
}

function namedShapes(values: unknown): Record<string, Shape> {
  return Object.fromEntries(Object.entries(Object(values)).map(([name, value]) => [name, shapeOf(String(value), "pemFile")]));
}

/** @param file how base64 of PEM is given */
function shapeOf(value: string, file: Shape): Shape {
  const bytes = Buffer.from(value, "base64");
  if (value.startsWith("-----BEGIN ")) return "pem";
  if (bytes.toString().startsWith("-----BEGIN ")) return file;
  // DER, as a PKCS #12 container is.
  if (bytes[0] === 0x30 && bytes[1] === 0x82) return "base64";
  if (value.startsWith("{")) return "json";
  return URL.canParse(value) ? "url" : "text";
}
