// The page of a verification: one panel at a time, chosen in the timeline by click, key, search or address.
(function () {
  "use strict";
  const { byId, all, plain, highlight, nextTheme, help } = Page;
  const search = byId("search");
  const found = byId("found");
  const many = document.querySelector("nav.many") !== null;

  // An item of the timeline, and what it stands for: a panel, or an event within one.
  const items = all("nav .item").map((link) => {
    const target = byId(link.hash.slice(1));
    const panel = target.closest(".panel");
    return { link, target, panel, step: link.closest(".step"), isEvent: target !== panel, text: null };
  });
  const byTarget = new Map(items.map((item) => [item.target, item]));
  const overview = items[0];
  let chosen = null;

  document.documentElement.classList.add("js");
  byId("controls").hidden = false;
  byId("find").hidden = false;

  function choose(item, jump = true) {
    if (chosen) {
      chosen.link.removeAttribute("aria-current");
      chosen.panel.classList.remove("chosen");
      chosen.target.classList.remove("chosen");
      if (many && chosen.step && chosen.step !== item.step) chosen.step.classList.remove("open");
    }
    chosen = item;
    item.link.setAttribute("aria-current", "true");
    item.panel.classList.add("chosen");
    if (item.step) item.step.classList.add("open");
    if (item.isEvent) {
      item.target.classList.add("chosen");
      item.target.open = true;
    }
    highlight(terms(), [item.panel]);
    const narrow = window.matchMedia("(max-width: 900px)").matches;
    if (jump && (item.isEvent || narrow)) item.target.scrollIntoView({ block: "start" });
    else if (jump) window.scrollTo(0, 0);
    if (!narrow) item.link.scrollIntoView({ block: "nearest" });
  }

  // Where the address leads: to an item, or to something inside its panel.
  function reveal(hash) {
    const target = hash.length > 1 ? byId(decodeURIComponent(hash.slice(1))) : null;
    const item = target && (byTarget.get(target) || byTarget.get(target.closest(".panel")));
    choose(item || overview);
  }

  function remember(item) {
    try { history.replaceState(null, "", item.link.hash); } catch { /* some places of a file have no history */ }
  }

  // Search: every word, anywhere in a step; its events are narrowed to those that hold them all.
  const terms = () => plain(search.value).split(" ").filter(Boolean);
  const holds = (item, words) => {
    if (item.text === null) item.text = plain(`${item.link.textContent} ${item.target.textContent}`);
    return words.every((word) => item.text.includes(word));
  };

  function filter() {
    const words = terms();
    let steps = 0;
    const inside = new Map();  // of a step: whether any of its events holds them all
    for (const item of items) if (item.isEvent && words.length && holds(item, words)) inside.set(item.step, true);
    for (const item of items) {
      if (item === overview) continue;
      if (item.isEvent) {
        item.link.parentElement.hidden = inside.has(item.step) && !holds(item, words);
      } else {
        item.step.hidden = words.length > 0 && !holds(item, words);
        if (!item.step.hidden) steps += 1;
      }
    }
    for (const visit of all(".visit")) visit.hidden = words.length > 0 && !visit.querySelector(".step:not([hidden])");
    const every = items.filter((item) => item !== overview && !item.isEvent).length;
    found.textContent = words.length ? `${steps} of ${every} ${every === 1 ? "step" : "steps"}` : "";
    highlight(words, [chosen.panel]);
  }

  // Going through the timeline.
  const visible = () => items.filter(({ link }) => link.checkVisibility ? link.checkVisibility() : link.offsetParent);

  function go(item) {
    if (!item) return;
    choose(item);
    item.link.focus({ preventScroll: true });
    remember(item);
  }

  function walk(step) {
    const list = visible();
    const here = list.indexOf(chosen);
    go(list[Math.min(list.length - 1, Math.max(0, here + step))]);
  }

  function nextFailure() {
    const wrong = items.filter(({ link }) => link.classList.contains("wrong"));
    const here = items.indexOf(chosen);
    go(wrong.find((item) => items.indexOf(item) > here) || wrong[0]);
  }

  const KEYS = {
    ArrowDown: () => walk(1),
    ArrowUp: () => walk(-1),
    ArrowRight: () => { if (chosen.step && !chosen.isEvent) go(items.find((item) => item.isEvent && item.step === chosen.step)); },
    ArrowLeft: () => go(chosen.isEvent ? byTarget.get(chosen.panel) : overview),
    n: nextFailure,
    o: () => go(overview),
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
    } else if (typing && (event.key === "Enter" || event.key === "ArrowDown")) {
      event.preventDefault();
      go(visible().find((item) => item !== overview));
    } else if (!typing && Object.hasOwn(KEYS, event.key)) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });

  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, many ? 150 : 0);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) reveal(link.hash);  // the address stays, so nobody else would say it
  });
  window.addEventListener("hashchange", () => reveal(location.hash));
  if (location.hash) reveal(location.hash);
  else choose(overview, false);
  window.addEventListener("load", () => { if (location.hash) setTimeout(() => reveal(location.hash)); });  // after the browser's own going there
})();
