import type { State } from "./types.ts";

export interface SeedSize {
  spaces: number;
  connectors: number;
  rules: number;
  seed: number;
}

export function generate(_state: State, _size: SeedSize): void {}
