import * as z from "zod";
import { callParams } from "./llm.ts";

/** Params of the sub-actions that take messages one by one. Source: openai/schemas/v1.ts. */
export function invokeParams() {
  return z.strictObject({
    messages: z.array(message()),
    model: z.string().optional(),
    tools: z
      .array(
        z.looseObject({
          type: z.literal("function"),
          function: z.looseObject({
            name: z.string(),
            description: z.string().optional(),
            parameters: z.looseObject({}),
            strict: z.boolean().optional(),
          }),
        }),
      )
      .optional(),
    tool_choice: z
      .union([
        z.enum(["none", "auto", "required"]),
        z.object({ type: z.literal("function"), function: z.looseObject({ name: z.string() }) }),
      ])
      .optional(),
    functions: z
      .array(
        z.looseObject({
          name: z.string(),
          description: z.string(),
          parameters: z.looseObject({
            type: z.string(),
            properties: z.looseObject({}),
            additionalProperties: z.boolean(),
            $schema: z.string(),
          }),
        }),
      )
      .optional()
      .describe("Deprecated: tools"),
    function_call: z
      .union([z.enum(["none", "auto"]), z.object({ name: z.string() })])
      .optional()
      .describe("Deprecated: tool_choice"),
    n: z.coerce.number().optional(),
    stop: z
      .union([z.string(), z.array(z.string())])
      .nullable()
      .optional(),
    temperature: z.coerce.number().optional(),
    response_format: z.unknown().optional(),
    ...callParams(),
  });
}

function message() {
  return z.strictObject({
    role: z.string(),
    content: z.string(),
    name: z.string().optional(),
    function_call: functionCall().optional(),
    tool_calls: z.array(z.strictObject({ id: z.string(), type: z.string(), function: functionCall() })).optional(),
    tool_call_id: z.string().optional(),
  });
}

function functionCall() {
  return z.strictObject({ name: z.string(), arguments: z.string() });
}
