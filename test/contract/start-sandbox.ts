/** The only file of the suite that knows the sandbox other than by HTTP. */
export { type SandboxOptions, startSandbox } from "../../src/sandbox/index.ts";
