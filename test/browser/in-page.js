// Runs in the page: functions that tests call by name. Read as text, since the tests know no DOM.

const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);

function luminance(color) {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function behind(element) {
  if (!element) return "rgb(255, 255, 255)";
  const color = getComputedStyle(element).backgroundColor;
  return channels(color)[3] === 0 ? behind(element.parentElement) : color;
}

/** The texts that are harder to read than 4.5 : 1 on what stands behind them, with the ratio. */
function poorContrast() {
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    if (!own && !["INPUT", "TEXTAREA"].includes(element.tagName)) continue;
    const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName} "${element.textContent?.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
  }
  return poor;
}

/** `text: user` */
function focused() {
  const one = document.activeElement;
  return [one?.type, one?.getAttribute("aria-label") ?? one?.labels?.[0]?.textContent ?? one?.textContent].join(": ");
}

function shape() {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const pointers = ["aria-describedby", "aria-labelledby", "for"];
  return {
    lang: document.documentElement.lang,
    title: document.title,
    main: all("main").length,
    h1: all("h1").length,
    levels: all("h1,h2,h3,h4").map((one) => Number(one.tagName.slice(1))),
    ids: all("[id]").map((one) => one.id),
    points: all("*").flatMap((one) => pointers.flatMap((key) => one.getAttribute(key)?.split(" ").filter(Boolean) ?? [])),
  };
}

const focusStyle = () => getComputedStyle(document.activeElement).outlineStyle;
const background = () => channels(getComputedStyle(document.body).backgroundColor);
const width = () => document.documentElement.scrollWidth;
const styleOf = (id, property) => getComputedStyle(document.getElementById(id)).getPropertyValue(property);

/** A script of another site that tries to answer or to read the page at `url`. */
const post = (url, mode) =>
  fetch(url, { method: "POST", mode, body: new URLSearchParams({ answer: "approve" }) }).then(
    () => "sent",
    () => "refused",
  );
const read = (url) =>
  fetch(url).then(
    (answer) => answer.text(),
    () => "refused",
  );

({ poorContrast, focused, shape, focusStyle, background, width, styleOf, post, read });
