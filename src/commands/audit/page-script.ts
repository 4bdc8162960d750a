/**
 * Search and filter in the page of an audit; its hash is in the page's policy. The page is complete without it:
 * the script only shows the form, and hides what does not match.
 */
export const pageScript = `"use strict";
(() => {
  const form = document.querySelector(".filter");
  if (!form) return;
  const { q, space, check, known } = form.elements;
  const levels = [...form.querySelectorAll("[name=severity]")];
  const status = document.querySelector(".hits");
  const none = document.querySelector(".empty");
  const spaces = [...document.querySelectorAll(".space")].map((box) => ({
    box,
    name: box.querySelector("h3").textContent.toLowerCase(),
    open: box.open,
    count: box.querySelector(".count"),
    counted: box.querySelector(".count").textContent,
    checks: [...box.querySelectorAll(".check")].map((part) => ({
      part,
      head: part.querySelector(".top").textContent.toLowerCase(),
      findings: [...part.querySelectorAll(".finding")].map((item) => ({ item, text: "" })),
    })),
  }));
  const total = spaces.reduce((sum, one) => sum + one.checks.reduce((some, part) => some + part.findings.length, 0), 0);
  const put = (element, out) => (out ? element.setAttribute("data-out", "") : element.removeAttribute("data-out"));
  const plural = (n) => n.toLocaleString("en") + (n === 1 ? " finding" : " findings");
  let before = false;
  function filter() {
    const words = q.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const on = new Set(levels.filter((one) => one.checked).map((one) => one.value));
    const active = words.length > 0 || on.size < levels.length || space.value !== "" || check.value !== "" || Boolean(known && known.checked);
    let hits = 0;
    for (const one of spaces) {
      let inSpace = 0;
      const spaceOut = space.value !== "" && one.box.dataset.space !== space.value;
      for (const { part, head, findings } of one.checks) {
        let inCheck = 0;
        const checkOut = spaceOut || (check.value !== "" && part.dataset.check !== check.value);
        for (const finding of findings) {
          const { item } = finding;
          let out = checkOut || !on.has(item.dataset.severity) || Boolean(known && known.checked && item.classList.contains("known"));
          if (!out && words.length > 0) {
            finding.text ||= (one.name + " " + head + " " + item.textContent).toLowerCase();
            out = !words.every((word) => finding.text.includes(word));
          }
          put(item, out);
          if (!out) inCheck += 1;
        }
        put(part, inCheck === 0);
        inSpace += inCheck;
      }
      put(one.box, inSpace === 0);
      one.count.textContent = active ? plural(inSpace) + " shown" : one.counted;
      if (active && !before) one.open = one.box.open;
      if (active) one.box.open = inSpace > 0;
      else if (before) one.box.open = one.open;
      hits += inSpace;
    }
    before = active;
    none.hidden = hits > 0;
    status.textContent = active ? plural(hits) + " of " + total.toLocaleString("en") + " shown" : plural(total);
  }
  let due = 0;
  form.addEventListener("input", () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(filter);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => requestAnimationFrame(filter));
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
  form.hidden = false;
  filter();
})();
`;
