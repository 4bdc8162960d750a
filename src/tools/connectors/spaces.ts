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
  check(id: string, principal: Principal, options: { fresh: boolean; signal: AbortSignal }): Promise<string>;
  /** The spaces that the key and the settings show. */
  list(principal: Principal, signal: AbortSignal): Promise<{ id: string; name: string }[]>;
}

const trusted = 60_000;

export function createSpaceCheck(reader: Reader, clock: Clock): SpaceCheck {
  const seen = new Map<string, number>();

  async function list(principal: Principal, signal: AbortSignal) {
    return (await reader.spaces(signal)).filter((space) => maySee(principal, space.id)).map(({ id, name }) => ({ id, name }));
  }

  return {
    list,
    async check(id, principal, { fresh, signal }) {
      if (!maySee(principal, id)) {
        throw new ToolError(
          "forbidden",
          `The space "${id}" is not one that this server may use.`,
          `It may use: ${principal.spaces?.join(", ")}.`,
        );
      }
      if (!fresh && clock.now() - (seen.get(id) ?? Number.NEGATIVE_INFINITY) < trusted) return id;
      const state = await reader.space(id, signal);
      if (state === "exists") {
        seen.set(id, clock.now());
        return id;
      }
      const spaces = (await list(principal, signal).catch(() => [])).map((space) => space.id);
      const meant = didYouMean(id, spaces);
      throw new ToolError(
        "space_not_found",
        state === "hidden" ? `The key may not see the space "${id}", or it does not exist.` : `There is no space "${id}".`,
        meant
          ? `Did you mean "${meant}"?`
          : spaces.length > 0
            ? "Use one of the spaces in `spaces`."
            : "Ask the operator which space to use.",
        { spaces: spaces.slice(0, 30) },
      );
    },
  };
}
