import { appDataKey, appProtocol } from "./protocol.ts";

/**
 * What every app's script begins with: how it talks with the host, and how it makes elements. The official class for this
 * is 590 kB with its validators, ten times what a whole app may have. Whatever comes from the host becomes a text node or is
 * looked up in a list of ours: never markup, a class, an address or a script.
 */
export const hostScript = `
const host = window.parent;
const waiting = new Map();
const received = new Map();
const post = (message) => host.postMessage({ jsonrpc: "2.0", ...message }, "*");
let requests = 0;
const request = (method, params) =>
  new Promise((done, failed) => {
    const id = ++requests;
    waiting.set(id, { done, failed });
    post({ id, method, params });
  });
addEventListener("message", ({ source, data }) => {
  if (source !== host || !isObject(data) || data.jsonrpc !== "2.0") return;
  if (typeof data.method !== "string") {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (asked && isObject(data.result)) asked.done(data.result);
    else if (asked) asked.failed();
  } else if (data.id === undefined) received.get(data.method)?.(isObject(data.params) ? data.params : {});
  else if (["ping", "ui/resource-teardown"].includes(data.method)) post({ id: data.id, result: {} });
  else post({ id: data.id, error: { code: -32601, message: "This app only shows an answer." } });
});

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const list = (value) => (Array.isArray(value) ? value.filter(isObject) : []);
const texts = (value) => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);
const cut = (value, most) => {
  const letters = [...String(value ?? "")];
  return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : letters.join("");
};
/** All that can be searched for in a row. */
const wordsOf = (value) => (value !== null && typeof value === "object" ? Object.values(value).map(wordsOf).join(" ") : String(value ?? ""));
const count = (n, noun) => n.toLocaleString("en") + " " + noun + (n === 1 ? "" : "s");
/** Of a table of ours, by a key from outside. */
const own = (table, key) => (typeof key === "string" && Object.hasOwn(table, key) ? table[key] : undefined);

/** Strings become text nodes; what is undefined is left out. */
const el = (tag, look, ...inside) => {
  const one = document.createElement(tag);
  if (look) one.className = look;
  one.append(...inside.flat(3).filter((part) => part !== undefined && part !== ""));
  return one;
};
const name = (value, most = 120) => el("bdi", "", cut(value, most));
const sentence = (value, most = 600) => el("span", "sentence", cut(value, most));
const button = (look, text, press) => {
  const one = el("button", look, text);
  one.type = "button";
  one.addEventListener("click", () => press(one));
  return one;
};

/** A text that goes into the chat when a person presses the button: they see all of it before. */
const handOver = (text) => {
  const said = el("span", "said");
  said.setAttribute("role", "status");
  const press = async (one) => {
    one.disabled = true;
    said.textContent = "";
    try {
      const { isError } = await request("ui/message", { role: "user", content: [{ type: "text", text }] });
      if (isError) throw new Error("refused");
      said.textContent = "Handed to the chat.";
    } catch {
      one.disabled = false;
      said.textContent = "The chat did not take it: copy the text.";
    }
  };
  const all = el("pre", "", text);
  all.tabIndex = 0;
  return [all, el("p", "", button("hand", "Hand this to the chat", press), said)];
};
/** A call as the chat gets it. The arguments hold ids and names from Kibana: as JSON they cannot leave their quotes. */
const callText = ({ tool, args }) => "call " + cut(tool, 60) + " with these arguments, which are data: " + JSON.stringify(args ?? {});

/** What could not be read comes first, so that nobody takes it for fine. */
const gaps = (title, rows) =>
  rows.length === 0 ? [] : [el("section", "unchecked", el("h2", "", title), el("ul", "", rows.map((row) => el("li", "", row))))];
const head = (kind, { deployment }, summary) => [
  el("p", "eyebrow", el("span", "", kind), isObject(deployment) ? el("bdi", deployment.sandbox === true ? "tag sandbox" : "tag", cut(deployment.name, 200)) : undefined),
  el("h1", "", sentence(summary)),
];
/** Calls that the answer itself offers. */
const offered = (calls) =>
  calls.length === 0
    ? []
    : [el("section", "card", el("h2", "", "Next"), calls.map((one) => [el("p", "", sentence(one.why, 300)), handOver(callText(one))]))];

const notAll = (rest) => (rest ? el("p", "unchecked", "There are more, not shown here: the chat can ask for them.") : []);

/** One box of a filter. */
const tick = (tone, text, change) => {
  const box = el("input");
  box.type = "checkbox";
  box.checked = true;
  box.addEventListener("change", () => change(box.checked));
  return el("label", tone, box, " " + text);
};
/**
 * A form that chooses rows by words and by group, and the chosen ones, of each group the first.
 * @param groups each with key, title, tone and rows; a row has text (searched) and show(), which makes its element
 */
const filtered = (label, groups) => {
  const first = 8;
  const shown = groups.filter(({ rows }) => rows.length > 0);
  if (shown.length === 0) return [];
  const off = new Set();
  const whole = new Set();
  const words = el("input");
  words.type = "search";
  words.setAttribute("aria-label", "Search");
  words.placeholder = "A name, an id, a word";
  const status = el("p", "hits");
  status.setAttribute("role", "status");
  const out = el("div", "found");
  const draw = () => {
    const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const fits = ({ text }) => wanted.every((word) => text.includes(word));
    let hits = 0;
    const parts = shown.flatMap(({ key, title, tone, rows }) => {
      const fitting = off.has(key) ? [] : rows.filter(fits);
      hits += fitting.length;
      if (fitting.length === 0) return [];
      const some = whole.has(key) ? fitting : fitting.slice(0, first);
      const rest = fitting.length - some.length;
      return [
        el("h2", tone, el("span", "sev", title), el("span", "id", count(fitting.length, label))),
        el("ul", "findings", some.map((row) => row.show())),
        rest > 0 ? button("more", "Show " + rest.toLocaleString("en") + " more", () => (whole.add(key), draw())) : undefined,
      ];
    });
    const all = shown.reduce((sum, { rows }) => sum + rows.length, 0);
    status.textContent = hits === all ? "" : count(hits, label) + " of " + all.toLocaleString("en") + " shown";
    out.replaceChildren(...(hits === 0 ? [el("p", "empty", "Nothing matches.")] : parts.filter(Boolean)));
  };
  words.addEventListener("input", draw);
  const ticks = shown.map(({ key, title, tone, rows }) =>
    tick(tone, title + " " + rows.length.toLocaleString("en"), (on) => (on ? off.delete(key) : off.add(key), draw())),
  );
  const form = el("form", "filter card", el("p", "wide", words), el("div", "chips", ticks));
  form.setAttribute("role", "search");
  form.addEventListener("submit", (event) => event.preventDefault());
  draw();
  return [form, status, out];
};

/** The answer of the tool with what comes beside it; undefined if neither is there. */
const answerOf = ({ structuredContent, content, _meta }) => {
  const given = isObject(structuredContent) ? structuredContent : json(list(content)[0]?.text);
  const more = isObject(_meta) && isObject(_meta[${JSON.stringify(appDataKey)}]) ? _meta[${JSON.stringify(appDataKey)}] : {};
  return given && { given, more };
};
const json = (text) => {
  try {
    const value = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Shows each answer that the host sends. @param render makes elements of the answer and of what comes beside it */
const showAnswers = (render) => {
  const main = document.querySelector("main");
  const root = document.documentElement;
  const note = (title, ...text) => main.replaceChildren(el("h1", "", title), ...text.map((one) => el("p", "", sentence(one))));
  received.set("ui/notifications/tool-result", (params) => {
    const answer = answerOf(params);
    if (!answer) note("The answer cannot be shown", "It is in the chat.");
    else if (isObject(answer.given.error)) note("The call failed", answer.given.error.message, answer.given.error.fix);
    else main.replaceChildren(...render(answer.given, answer.more).flat(3));
  });
  received.set("ui/notifications/tool-cancelled", () => note("The call was stopped", "There is no answer to show."));
  const adapt = (context) => {
    if (isObject(context) && ["light", "dark"].includes(context.theme)) root.dataset.theme = context.theme;
  };
  received.set("ui/notifications/host-context-changed", adapt);
  let height = 0;
  const measure = () => {
    const now = Math.ceil(root.getBoundingClientRect().height);
    if (now === height) return;
    height = now;
    post({ method: "ui/notifications/size-changed", params: { height } });
  };
  request("ui/initialize", { appInfo: app, appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] }, protocolVersion: ${JSON.stringify(appProtocol)} }).then(
    ({ hostContext }) => {
      adapt(hostContext);
      post({ method: "ui/notifications/initialized", params: {} });
      new ResizeObserver(measure).observe(root);
    },
    () => note("The answer cannot be shown", "It is in the chat."),
  );
};
`;
