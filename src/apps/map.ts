import { verdicts } from "../map/route.ts";
import { verdictWords } from "../map/words.ts";
import type { App } from "./page.ts";

const kinds = verdicts.map((verdict) => ({ key: verdict, title: verdictWords[verdict].title, tone: verdictWords[verdict].tone }));
const losses = [
  { key: "would_be_silent", title: "Would be silent", tone: "critical" },
  { key: "would_lose_route", title: "Would lose a route", tone: "medium" },
];

const script = `
const verdicts = ${JSON.stringify(kinds)};
const losses = ${JSON.stringify(losses)};
const svg = (tag, attributes, ...inside) => {
  const one = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  one.append(...inside);
  return one;
};
const number = (value) => (typeof value === "number" ? value : 0);

const drawn = ({ width, height, box, boxes, lines }) => {
  const { width: wide, height: high } = isObject(box) ? box : {};
  const label = "Which tags of rules lead to which connectors";
  const scroll = el(
      "div",
      "scroll flow",
      svg(
        "svg",
        { viewBox: [0, 0, number(width), number(height)].join(" "), role: "img", "aria-label": label },
        ...list(lines)
          .filter(({ path }) => typeof path === "string" && /^[MC\\d. ]+$/.test(path))
          .map(({ path, thickness }) => svg("path", { d: path, "stroke-width": number(thickness) })),
        ...list(boxes).flatMap(({ x, y, text, rules }) => {
          const [left, top] = [number(x), number(y) - number(high) / 2];
          return [
            svg("rect", { class: "box", x: left, y: top, width: number(wide), height: number(high), rx: 6 }),
            svg("svg", { x: left + 10, y: top, width: number(wide) - 55, height: number(high) }, svg("text", { x: 0, y: 20 }, cut(text, 24))),
            svg("text", { class: "soft", x: left + number(wide) - 8, y: top + 20, "text-anchor": "end" }, number(rules).toLocaleString("en")),
          ];
        }),
      ),
    );
  // It may be wider than the chat: the keyboard has to reach it.
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", label);
  return el(
    "section",
    "card",
    el("h2", "", "From tags to connectors"),
    scroll,
    el("p", "evidence", "Left: rules by tag, or by space (in brackets) where they have none. Right: the connectors that they reach now, with how many."),
  );
};

const shownRoute = (route) =>
  el(
    "p",
    "route",
    [...texts(route.via), [route.connector, route.type && "(" + cut(route.type, 60) + ")"].filter(Boolean).map((one) => cut(one, 120)).join(" "), route.to]
      .filter(Boolean)
      .map((step) => ["→ ", el("bdi", "end", cut(step, 160)), " "]),
    route.on ? ["on ", name(route.on)] : undefined,
    [route.verdict === "recorded" && "only recorded", ...texts(route.in_the_way)].filter(Boolean).map((text) => el("span", "stop", " · ", sentence(text, 200))),
  );

const entry = (row, tone) => {
  const about = [row.kind !== "rule" && row.kind, row.type, row.every && "every " + cut(row.every, 20), row.key_owner && "key of " + cut(row.key_owner, 60)];
  const routes = list(row.routes);
  return {
    text: wordsOf(row).toLowerCase(),
    show: () =>
      el(
        "li",
        "finding " + tone,
        el("p", "who", name(row.name ?? row.id), " ", el("span", "type", "in ", name(row.space, 60)), row.enabled === false ? [" ", el("span", "mark", "off")] : undefined),
        el("p", "evidence", about.filter(Boolean).map((part, at) => [at > 0 ? " · " : "", name(part, 100)])),
        texts(row.in_the_way).map((text) => el("p", "", sentence(text, 200))),
        routes.map(shownRoute),
        number(row.more_routes) > 0 ? el("p", "route", "and " + count(row.more_routes, "more route")) : undefined,
      ),
  };
};

showAnswers((given, more) => {
  const rows = list(more.rules ?? given.rules);
  const lost = given.rules === undefined;
  const of = ({ key }) => (lost ? list(given[key]) : rows.filter(({ verdict }) => verdict === key));
  const groups = (lost ? losses : verdicts).map((one) => ({ ...one, rows: of(one).map((row) => entry(row, one.tone)) }));
  const unseen = list(given.not_seen).map((one) => [
    one.space === "*" ? "All spaces" : name(one.space),
    ": ",
    name(one.what),
    ". ",
    sentence(one.why, 300),
    " ",
    sentence(one.fix, 300),
  ]);
  return [
    head("Map of notifications", more, given.summary),
    gaps("Not everything was seen", unseen),
    isObject(more.picture) ? drawn(more.picture) : [],
    filtered(lost ? "user" : "rule", groups),
    notAll(more.rules ? more.rest === true : given.cursor),
    offered(list(given.next)),
    texts(given.warnings).map((one) => el("p", "evidence", sentence(one))),
  ];
});
`;

export const mapApp: App = {
  name: "map",
  title: "Map of notifications",
  description: "The rules of map_notifications by whom they tell, with their routes. It only shows.",
  tool: "map_notifications",
  script,
};
