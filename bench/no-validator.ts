/** In place of the second SDK's own module: without ajv, which our build leaves out too. */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("no JSON Schema validator in this bundle");
  }
}

const { process } = globalThis;

export { process };
