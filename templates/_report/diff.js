(function () {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const cards = all(".change").map((card) => ({ card, head: card.firstElementChild, text: null }));
  const search = byId("search");
  const found = byId("found");
  byId("controls").hidden = false;

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

  // Search and filters.
  const plain = (text) => text.normalize("NFC").toLowerCase().replace(/\s+/g, " ");
  const opened = new Set();  // what the search opened, it closes again
  const FEW = 30;
  const pressed = (filter) => all(`[data-filter="${filter}"][aria-pressed="true"]`).map((button) => button.dataset.value);

  function matches(entry, terms, kinds, hows) {
    const { kind, how } = entry.card.dataset;
    if (kinds.length && !kinds.includes(kind)) return false;
    if (hows.length && !hows.includes(how)) return false;
    if (!terms.length) return true;
    if (entry.text === null) entry.text = plain(entry.card.textContent);
    return terms.every((term) => entry.text.includes(term));
  }

  function filter() {
    const terms = plain(search.value).split(" ").filter(Boolean);
    const kinds = pressed("kind"), hows = pressed("how");
    const shown = [];
    for (const entry of cards) {
      const fits = matches(entry, terms, kinds, hows);
      entry.card.hidden = !fits;
      if (fits) shown.push(entry);
    }
    for (const card of opened) card.open = false;
    opened.clear();
    if (terms.length && shown.length <= FEW) {
      for (const { card, head } of shown) {
        if (card.open === false && !terms.every((term) => plain(head.textContent).includes(term))) {
          card.open = true;
          opened.add(card);
        }
      }
    }
    byId("nothing").hidden = shown.length > 0;
    const narrowed = terms.length || kinds.length || hows.length;
    found.textContent = narrowed ? `${shown.length} of ${cards.length} ${cards.length === 1 ? "change" : "changes"}` : "";
    highlight(terms, shown);
  }

  function highlight(terms, shown) {
    if (!window.CSS || !CSS.highlights) return;
    CSS.highlights.delete("found");
    if (!terms.length) return;
    const ranges = [];
    for (const { card } of shown) {
      const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
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

  function showAll() {
    search.value = "";
    for (const button of all("[data-filter]")) button.setAttribute("aria-pressed", "false");
    filter();
  }

  // Going from change to change.
  const visible = () => cards.filter(({ card }) => !card.hidden);
  let last = null;

  function go(step) {
    const list = visible();
    if (!list.length) return;
    const here = list.findIndex(({ card }) => card.contains(document.activeElement));
    const from = here >= 0 ? here : list.findIndex((entry) => entry === last);
    const to = from < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, from + step));
    focus(list[to]);
  }

  function focus(entry) {
    last = entry;
    entry.head.focus({ preventScroll: true });
    entry.card.scrollIntoView({ block: "start" });
  }

  function reveal(hash) {
    const entry = cards.find(({ card }) => `#${card.id}` === hash);
    if (!entry) return;
    if (entry.card.hidden) showAll();
    if (entry.card.open === false) entry.card.open = true;
    focus(entry);
  }

  function openAll(open) {
    opened.clear();
    for (const { card } of visible()) if (typeof card.open === "boolean") card.open = open;
  }

  const anyClosed = () => visible().some(({ card }) => card.open === false);

  // Keys.
  const help = byId("keys");
  const KEYS = {
    j: () => go(1),
    k: () => go(-1),
    e: () => openAll(anyClosed()),
    t: nextTheme,
    "?": () => help.showModal(),
    "/": () => { search.focus(); search.select(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    const typing = event.target === search;
    if (event.key === "Escape") {
      if (typing) { search.value = ""; filter(); }
      document.activeElement.blur();
    } else if (typing && event.key === "Enter") {
      go(1);
      event.preventDefault();
    } else if (!typing && Object.hasOwn(KEYS, event.key) && (search || "t?".includes(event.key))) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
  byId("theme").addEventListener("click", nextTheme);
  byId("help").addEventListener("click", () => help.showModal());
  byId("leave").addEventListener("click", () => help.close());

  if (!search) return;  // no change: nothing to find

  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, cards.length > 200 ? 150 : 0);
  });
  for (const button of all("[data-filter]")) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  byId("clear").addEventListener("click", () => { showAll(); search.focus(); });
  byId("expand").addEventListener("click", () => openAll(true));
  byId("collapse").addEventListener("click", () => openAll(false));
  document.addEventListener("focusin", (event) => {
    last = cards.find(({ card }) => card.contains(event.target)) || last;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#c"]');
    if (link) setTimeout(() => reveal(link.hash));
  });
  window.addEventListener("hashchange", () => reveal(location.hash));
  window.addEventListener("load", () => setTimeout(() => reveal(location.hash)));  // after the browser's own going there

  // On a wide window the filters stand open, on a narrow one they fold.
  const narrow = window.matchMedia("(max-width: 900px)");
  const fold = () => { byId("filters").open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();

  // On paper nothing can be opened.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("main details:not([open])");
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
})();
