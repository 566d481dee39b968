// gtm.elementVisibility: elements that come into view, or onto the page.

const POLL = 100; // milliseconds

// `name` is the trigger's: what it waits for and does not see is told.
function onVisible(page, given, name) {
  const { window, document, push } = page;
  const uid = given.uniqueTriggerId;
  if (!window.IntersectionObserver) return;
  const least = Number(given.onScreenRatio || 50) / 100;
  const stay = given.useOnScreenDuration ? Number(given.onScreenDuration || 0) : 0;
  const often = given.firingFrequency || "ONCE";
  const watched = new Map(); // element to {fired, since, on, ratio, timer, stop, why, number}
  let over = false;

  const tell = (element, ratio) => {
    const state = watched.get(element);
    if (over || (state.fired && often !== "MANY_PER_ELEMENT")) return;
    state.fired = true;
    if (often === "ONCE") over = true;
    const now = Date.now();
    push(
      Object.assign(elementKeys("gtm.elementVisibility", element), {
        "gtm.visibleRatio": Math.round(ratio * 1000) / 10,
        "gtm.visibleTime": now - state.since,
        "gtm.visibleFirstTime": state.since,
        "gtm.visibleLastTime": now,
        "gtm.triggers": uid,
      }),
    );
  };
  // What is on the screen may still be hidden (opacity, visibility) and come in later, which no observer tells: it is looked at again
  // and again (gtm-runtime.md 3.2).
  const judge = (element) => {
    const state = watched.get(element);
    const seen = state.on && hasBox(element) && shown(window, document, element);
    const why = seen ? "" : hasBox(element) && !state.on ? "away" : "hidden";
    if (why !== state.why) page.note({ kind: "watched", trigger: name, element: state.number, why });
    state.why = why;
    if (!seen) {
      window.clearTimeout(state.timer);
      state.timer = undefined;
    } else if (state.timer === undefined) {
      state.since = Date.now();
      if (stay > 0) state.timer = window.setTimeout(() => tell(element, state.ratio), stay);
      else state.timer = (tell(element, state.ratio), null);
    }
    const waits = state.on && !over && (!state.fired || often === "MANY_PER_ELEMENT");
    if (waits && !state.stop) state.stop = every(window, POLL, () => judge(element));
    if (!waits && state.stop) state.stop = void state.stop();
  };
  const observer = new window.IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, intersectionRatio } of entries) {
        Object.assign(watched.get(target), { on: isIntersecting && intersectionRatio >= least, ratio: intersectionRatio });
        judge(target);
      }
    },
    { threshold: [0, least] },
  );
  const look = () => {
    for (const element of find(document, given)) {
      if (watched.has(element)) continue;
      watched.set(element, { fired: false, why: "", number: watched.size });
      observer.observe(element);
    }
  };
  const begin = () => {
    look();
    if (given.useDomChangeListener) new window.MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
}


function hasBox(element) {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0;
}

// Calls a function again and again until what this returns is called. A page that is watched (`watch.js`) counts it for its rest.
function every(window, interval, fn) {
  if (window.__gtmEvery) return window.__gtmEvery(interval, fn);
  const timer = window.setInterval(fn, interval);
  return () => window.clearInterval(timer);
}
