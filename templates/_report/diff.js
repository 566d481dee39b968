(function () {
  "use strict";
  const { byId, all, plain, highlight, nextTheme, help } = Page;
  const cards = all(".change").map((card) => ({ card, head: card.firstElementChild, text: null }));
  const search = byId("search");
  const found = byId("found");
  byId("controls").hidden = false;

  // Search and filters.
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
    highlight(terms, shown.map(({ card }) => card));
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
})();
