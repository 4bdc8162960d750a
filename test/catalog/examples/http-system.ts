import { httpParams, httpParamsRefused } from "../shared/http-params.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".http-system",
  accepted: httpParams,
  refused: httpParamsRefused,
};
