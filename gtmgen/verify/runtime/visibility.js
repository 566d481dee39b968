// gtm.elementVisibility: elements that come into view, or onto the page.

function onVisible(page, given) {
  const { window, document, push } = page;
  const uid = given.uniqueTriggerId;
  if (!window.IntersectionObserver) return;
  const least = Number(given.onScreenRatio || 50) / 100;
  const stay = given.useOnScreenDuration ? Number(given.onScreenDuration || 0) : 0;
  const often = given.firingFrequency || "ONCE";
  const watched = new Map(); // element to {fired, since}
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
  const observer = new window.IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, intersectionRatio } of entries) {
        const state = watched.get(target);
        const seen = isIntersecting && intersectionRatio >= least && shown(window, document, target);
        if (!seen) {
          window.clearTimeout(state.timer);
          state.timer = undefined;
        } else if (state.timer === undefined) {
          state.since = Date.now();
          if (stay > 0) state.timer = window.setTimeout(() => tell(target, intersectionRatio), stay);
          else state.timer = (tell(target, intersectionRatio), null);
        }
      }
    },
    { threshold: [0, least] },
  );
  const look = () => {
    for (const element of find(document, given)) {
      if (watched.has(element)) continue;
      watched.set(element, { fired: false });
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

