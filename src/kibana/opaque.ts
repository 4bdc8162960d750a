import * as z from "zod";
import { isPlainObject } from "../plain-object.ts";

/** An object of somebody else's that is handed on as it came. Not z.record, which copies each: there are up to 10,000 of them. */
export const opaque = z.custom<Record<string, unknown>>(isPlainObject);
