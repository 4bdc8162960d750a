import { plainText, quoted } from "../plain-text.ts";
import type { ToolContext } from "./define.ts";
import { ConnectorNotHere } from "./find-connector.ts";

/** Spaces that are looked through. */
const looked = 20;
const shown = 5;

/** An error as it is, or with the other spaces in which the connector is that was not found. */
export async function withPlaces(error: unknown, { kibana, spaces, principal, signal }: ToolContext): Promise<unknown> {
  if (!(error instanceof ConnectorNotHere)) return error;
  const { asked, space } = error;
  // What may not be read here leaves the error as it was: it says where to look.
  const [listed] = await Promise.allSettled([spaces.list(principal, signal)]);
  const others = listed.status === "fulfilled" ? listed.value.map(({ id }) => id).filter((id) => !space.split(", ").includes(id)) : [];
  const lists = await Promise.allSettled(
    others.slice(0, looked).map(async (id) => (await kibana.connectors(id, signal)).map((one) => ({ one, space: id }))),
  );
  const places = lists
    .flatMap((list) => (list.status === "fulfilled" ? list.value : []))
    .filter(({ one }) => one.id === asked || one.name === asked)
    .map(({ one, space }) => ({ space, id: one.id, name: plainText(one.name, 80), type: one.type }))
    .slice(0, shown);
  const [first] = places;
  if (!first) return error;
  const names = [...new Set(places.map((place) => quoted(place.space)))];
  return new ConnectorNotHere(
    { asked, space },
    `${error.message} It is in the space${names.length > 1 ? "s" : ""} ${names.join(", ")}.`,
    `If that one is meant, call again with space "${first.space}".`,
    { elsewhere: places },
  );
}
