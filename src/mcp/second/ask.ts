import type { Ask } from "../../change/consent/ask.ts";

export function createAsk(): Ask {
  return { showsForms: () => false, confirm: async () => ({ action: "unavailable" }), show: async () => "unavailable" };
}
