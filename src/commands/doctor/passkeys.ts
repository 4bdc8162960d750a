import type { Clock } from "../../change/clock.ts";
import { ToolError } from "../../errors.ts";
import type { Settings } from "../../settings/index.ts";
import { openPasskeys, problemsOf } from "../open-passkeys.ts";
import { type Finding, failed, failure, ok, warning } from "./finding.ts";

/** Whose passkeys approve, and whether the file of them is the one that the journal knows. */
export async function passkeyFindings(settings: Settings, clock: Clock): Promise<Finding[]> {
  try {
    const opened = await openPasskeys(settings, clock);
    await opened.close();
    const { keyring, noted, unnoted } = opened;
    const wrong = problemsOf(opened).map(({ problem, fix }) => failed("passkeys", problem, fix));
    const sound = [...keyring.found].filter(([principal, { active }]) => active.length > 0 && !keyring.problems.has(principal));
    if (wrong.length === 0 && sound.length === 0)
      return [
        failed(
          "passkeys",
          "None is enrolled: nobody can approve what needs one.",
          "A person runs kibana-connectors-mcp enroll, then restarts the server.",
        ),
      ];
    const of = sound.map(([principal, { active }]) => {
      const names = `Of ${principal}: ${active.map(({ name, at }) => `${name} (since ${at.slice(0, 10)})`).join(", ")}.`;
      const over = noted.find((one) => one.principal === principal)?.startedOver;
      if (over !== undefined)
        return warning("passkeys", `${names} Started over at ${over}, without the agreement of an earlier one.`, ifNotYou);
      if (unnoted.includes(principal)) return warning("passkeys", `${names} The journal does not know them.`, ifNotYou);
      return ok("passkeys", names);
    });
    return [...wrong, ...of];
  } catch (error) {
    if (error instanceof ToolError) return [failure("passkeys", error)];
    throw error;
  }
}

const ifNotYou = "If it was not you, find out who can write here as this user.";
