import { plainText, quoted } from "../plain-text.ts";
import type { ToolContext } from "./define.ts";
import { ConnectorNotHere } from "./find-connector.ts";

/** Spaces that are looked through. */
const looked = 20;
const shown = 5;

interface Place {
  space: string;
  id: string;
}

const callAgain = ({ space }: Place) => `If that one is meant, call again with space "${space}".`;
const whole = ({ id, space }: Place) => `from: ${JSON.stringify({ id, space })}`;
/** A rule and the connectors that it uses are in one space. */
const ofRules = (place: Place) =>
  `Rules use connectors of their own space alone. If the rules are in "${place.space}" too, call again with space "${place.space}"; else copy it to them first: create_connector with ${whole(place)}.`;

/** What helps with each tool that does not simply take another \`space\`. */
const ways: Record<string, (place: Place, asked: string) => string> = {
  safe_delete_connector: ({ id, space }) =>
    `If that one is meant, delete it with a call of its own: ids ${JSON.stringify([id])}, space "${space}".`,
  create_connector: (place) => `If that one is meant, say where it is: ${whole(place)}.`,
  attach_connector: ofRules,
  replace_connector: ofRules,
  export_connectors: ({ space }, asked) => `If that one is meant, call again with space "${[...asked.split(", "), space].join(",")}".`,
};

/** An error as it is, or with the other spaces in which the connector is that was not found. @param tool the one that was called */
export async function withPlaces<E>(
  error: E,
  tool: string,
  { kibana, spaces, principal, signal }: ToolContext,
): Promise<E | ConnectorNotHere> {
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
    (ways[tool] ?? callAgain)(first, space),
    { elsewhere: places },
  );
}
