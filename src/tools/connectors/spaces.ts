import type { CheckedSpace } from "../../change/checked-space.ts";
import type { Clock } from "../../change/clock.ts";
import { maySee, type Principal } from "../../change/principal.ts";
import { didYouMean } from "../../did-you-mean.ts";
import { ToolError } from "../../errors.ts";
import type { Reader } from "../../kibana/reader.ts";

/** Kibana accepts calls for a space that does not exist (reference/kibana-api.md §0), so every space is checked before it is used. */
export interface SpaceCheck {
  /**
   * The id, if the space exists and may be used. Reads may trust a check that is a minute old; changes check again.
   * @throws ToolError space_not_found, forbidden
   */
  check(id: string, options: { fresh: boolean }): Promise<CheckedSpace>;
  /**
   * Reads and plans in a space while it is looked up, as `check` does. What comes out of that leaves only once the space is vouched for;
   * its error comes first.
   */
  during<T>(id: string, options: { fresh: boolean }, work: (space: CheckedSpace) => Promise<T>): Promise<T>;
  /** The spaces that the key and the settings show, as they are now. */
  list(): Promise<{ id: CheckedSpace; name: string }[]>;
}

const trusted = 60_000;

/** What all callers share: which spaces were seen of late. */
export function createSpaceChecks(clock: Clock): (reader: Reader, principal: Principal) => SpaceCheck {
  const seen = new Map<string, number>();

  return (reader, principal) => {
    async function list() {
      return (await reader.spaces()).filter((space) => maySee(principal, space.id)).map(({ id, name }) => ({ id: checked(id), name }));
    }

    function assertMaySee(id: string): void {
      if (maySee(principal, id)) return;
      throw new ToolError(
        "forbidden",
        `The space "${id}" is not one that this server may use.`,
        `It may use: ${principal.spaces?.join(", ")}.`,
      );
    }

    async function check(id: string, { fresh }: { fresh: boolean }): Promise<CheckedSpace> {
      assertMaySee(id);
      if (!fresh && clock.now() - (seen.get(id) ?? Number.NEGATIVE_INFINITY) < trusted) return checked(id);
      const state = await reader.space(id);
      if (state === "exists") {
        seen.set(id, clock.now());
        return checked(id);
      }
      const spaces = (await list().catch(() => [])).map((space) => space.id);
      const meant = didYouMean(id, spaces);
      throw new ToolError(
        "space_not_found",
        state === "hidden" ? `The key may not see the space "${id}", or it does not exist.` : `There is no space "${id}".`,
        meant
          ? `Did you mean "${meant}"?`
          : spaces.length > 0
            ? "Ask the user which of the spaces in `spaces` is meant."
            : "Ask the operator which space to use.",
        { spaces: spaces.slice(0, 30) },
      );
    }

    return {
      list,
      check,
      async during(id, options, work) {
        assertMaySee(id);
        const working = work(checked(id));
        working.catch(() => undefined);
        await check(id, options);
        return working;
      },
    };
  };
}

/** The one place that vouches for a space. */
function checked(id: string): CheckedSpace {
  return id as CheckedSpace;
}
