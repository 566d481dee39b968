// What every report's page does: its theme, the list of its keys, the marks of a search, and paper, on which nothing can be opened.
const Page = (function () {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const plain = (text) => text.normalize("NFC").toLowerCase().replace(/\s+/g, " ");

  // Theme: auto follows the system. A file that may keep nothing (private windows) works all the same.
  const THEMES = ["auto", "light", "dark"];
  let theme = "auto";
  function setTheme(name) {
    theme = THEMES.includes(name) ? name : "auto";
    if (theme === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
    byId("theme").textContent = `Theme: ${theme}`;
  }
  function nextTheme() {
    setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]);
    try { localStorage.setItem("gtmgen-theme", theme); } catch { /* it lasts as long as the page, then */ }
  }
  try { setTheme(localStorage.getItem("gtmgen-theme")); } catch { setTheme("auto"); }
  byId("theme").addEventListener("click", nextTheme);

  const help = byId("keys");
  byId("help").addEventListener("click", () => help.showModal());
  byId("leave").addEventListener("click", () => help.close());

  // Marks every place of the terms within the elements; no terms take the marks away.
  function highlight(terms, elements) {
    if (!window.CSS || !CSS.highlights) return;
    CSS.highlights.delete("found");
    if (!terms.length) return;
    const ranges = [];
    for (const element of elements) {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node && ranges.length < 2000; node = walker.nextNode()) {
        const text = node.data.toLowerCase();
        if (text.length !== node.data.length) continue;  // a few letters grow when they are made small
        for (const term of terms) {
          for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + term.length);
            ranges.push(range);
          }
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  }

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("main details:not([open])");
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });

  return { byId, all, plain, highlight, nextTheme, help };
})();
