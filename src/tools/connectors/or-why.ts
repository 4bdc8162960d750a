import { ToolError } from "../../errors.ts";
import { plainText } from "../../plain-text.ts";

/**
 * What was read, or in at most `most` characters why it could not be.
 * @throws what is no ToolError, and the end of the call
 */
export async function orWhy<T>(reading: Promise<T>, most: number): Promise<T | string> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return plainText(error.message, most);
  }
}
