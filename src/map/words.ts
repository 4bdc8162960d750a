import type { Verdict } from "./route.ts";

/** Tones are those of severities. */
export const verdictWords: Record<Verdict, { title: string; tone: "critical" | "medium" | "low"; some: string; none: string }> = {
  nobody: {
    title: "Tell nobody",
    tone: "critical",
    some: "Disabled, silenced, without actions, only recorded in an index or log, or every way to somebody is blocked.",
    none: "No rule that was seen tells nobody.",
  },
  perhaps: {
    title: "Perhaps",
    tone: "medium",
    some: "Something could not be seen, or is decided when an alert is there.",
    none: "No rule is in doubt.",
  },
  told: { title: "Tell somebody", tone: "low", some: "At least one way is open.", none: "No rule surely tells somebody." },
};
