import * as z from "zod";
import { isPlainObject } from "../plain-object.ts";

/** Somebody else's object, passed on unchanged. Not z.record, which copies each one: there are up to 10,000 of them. */
export const opaque = z.custom<Record<string, unknown>>(isPlainObject);
