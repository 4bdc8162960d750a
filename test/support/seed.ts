import fc from "fast-check";

/** A gate is no lottery: the same inputs at every run. `FUZZ_SEED=random` looks further, and a failure prints its seed. */
export const seed = process.env.FUZZ_SEED === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(process.env.FUZZ_SEED ?? 20_261_129);

fc.configureGlobal({ seed });
