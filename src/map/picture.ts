import { plainText } from "../plain-text.ts";
import { type MapGroup, total } from "./by-tag.ts";

/** Boxes of each side. */
const most = 10;
const [width, height, gap] = [240, 30, 10];
const [left, right] = [10, 470];
/** Characters of a name; what is wider than its box is cut by it, before the number. */
const longest = 24;
const thickest = 18;

/** A drawing of tags and the connectors that they lead to: lengths in its own units, texts plain. */
export interface MapPicture {
  width: number;
  height: number;
  box: { width: number; height: number };
  /** Tags on the left, or spaces in brackets; connectors on the right. `y` is the middle of the box. */
  boxes: { x: number; y: number; text: string; rules: number }[];
  lines: { path: string; thickness: number }[];
  groups: number;
  connectors: number;
}

/** Which tags lead to which connectors, the more rules the thicker. @returns undefined where no rule reaches one */
export function pictureOf(all: readonly MapGroup[]): MapPicture | undefined {
  const shown = all.filter(({ connectors }) => connectors.length > 0).slice(0, most);
  const rules = new Map<string, number>();
  for (const { connectors } of shown) for (const one of connectors) rules.set(one.name, (rules.get(one.name) ?? 0) + one.rules);
  const ends = [...rules].sort(([, one], [, other]) => other - one).slice(0, most);
  if (ends.length === 0) return undefined;
  const highest = Math.max(...shown.flatMap(({ connectors }) => connectors.map((one) => one.rules)));
  const middle = (index: number) => gap + index * (height + gap) + height / 2;
  const at = new Map(ends.map(([name], index) => [name, middle(index)]));
  const lines = shown.flatMap(({ connectors }, index) =>
    connectors.flatMap(({ name, rules: number }) => {
      const to = at.get(name);
      if (to === undefined) return [];
      const [from, x, half] = [middle(index), left + width, (left + width + right) / 2];
      const path = `M${x} ${from} C${half} ${from} ${half} ${to} ${right} ${to}`;
      return [{ path, thickness: Math.max(1.5, Number(((number / highest) * thickest).toFixed(1))) }];
    }),
  );
  return {
    width: right + width + left,
    height: gap + Math.max(shown.length, ends.length) * (height + gap),
    box: { width, height },
    boxes: [
      ...shown.map(({ tag, space, counts }, index) => ({
        x: left,
        y: middle(index),
        text: tag === undefined ? `(${plainText(space, longest - 2)})` : plainText(tag, longest),
        rules: total(counts),
      })),
      ...ends.map(([name, number], index) => ({ x: right, y: middle(index), text: plainText(name, longest), rules: number })),
    ],
    lines,
    groups: shown.length,
    connectors: ends.length,
  };
}
