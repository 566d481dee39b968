// Auto-event triggers: listeners that push gtm.click, gtm.linkClick and so on. They start with the gtm.js event; a trigger's
// "enable when" conditions are asked then. One message per DOM event, whatever number of triggers and containers listen;
// visibility and timer triggers push a message each.

const MAX_ANCESTORS = 100;

function closest(node, names) {
  for (let i = 0; node && i <= MAX_ANCESTORS; i++, node = node.parentElement || node.parentNode) {
    if (node.tagName && names.includes(node.tagName.toLowerCase())) return node;
  }
  return null;
}

// The keys that every auto event carries of its element. Attributes, since an input named "id" hides form.id.
function elementKeys(eventName, element, url) {
  const attribute = (name) => (element.getAttribute && element.getAttribute(name)) || "";
  return {
    event: eventName,
    "gtm.element": element,
    "gtm.elementClasses": attribute("class"),
    "gtm.elementId": attribute("for") || attribute("id"),
    "gtm.elementTarget": attribute("formtarget") || attribute("target"),
    "gtm.elementUrl": url === undefined ? elementUrl(element) : url,
  };
}

function elementUrl(element) {
  if (element.hasAttribute && element.hasAttribute("formaction")) return element.formAction;
  for (const key of ["action", "href", "src", "code", "codebase"]) {
    const found = element[key];
    if (typeof found === "string" && found) return found;
  }
  return "";
}

class Listeners {
  constructor(page, triggers, variables) {
    Object.assign(this, { page, triggers, variables });
  }

  start(event) {
    for (const trigger of this.triggers.all.values()) {
      const kind = LISTEN[trigger.type];
      if (!kind || this.triggers.firstFailing(trigger.enable, event) !== null) continue;
      const given = resolveParameters(trigger.given, (name) => this.variables.reference(name, event));
      const all = this.page.shared.listening;
      const first = !all[trigger.type];
      const group = (all[trigger.type] = all[trigger.type] || []);
      const own = { uid: trigger.uid, entry: trigger.entry, event: trigger.event, given };
      group.push(own);
      if (kind.each) kind.each(this.page, own);
      else if (first) kind.once(this.page, group);
    }
  }
}

// Which triggers a click or a submit is for: those with "check validation" only if nobody prevented it.
function addressees(group, domEvent) {
  const prevented = domEvent && (domEvent.defaultPrevented || domEvent.returnValue === false);
  return group.filter((one) => !(prevented && scalar(one.entry.checkValidation) === "true")).map((one) => one.uid);
}

function onClick({ document, push }) {
  // capture: a handler that stops the event does not hide it
  document.addEventListener("click", (domEvent) => push(elementKeys("gtm.click", domEvent.target)), true);
}

function onLinkClick({ document, push }, group) {
  const heard = (domEvent) => {
    if (domEvent.button === 2) return;
    const link = closest(domEvent.target, ["a", "area"]);
    const ids = link ? addressees(group, domEvent) : [];
    if (ids.length > 0) push(Object.assign(elementKeys("gtm.linkClick", link), { "gtm.triggers": ids.join(",") }));
  };
  document.addEventListener("click", heard, false);
  document.addEventListener("auxclick", heard, false);
}

function onFormSubmit({ window, document, push }, group) {
  const tell = (form, ids) => {
    const url = form.getAttribute("action") === null ? window.location.href : new URL(form.getAttribute("action"), window.location.href).href;
    if (ids.length > 0) push(Object.assign(elementKeys("gtm.formSubmit", form, url), { "gtm.triggers": ids.join(",") }));
  };
  document.addEventListener("submit", (domEvent) => tell(closest(domEvent.target, ["form"]), addressees(group, domEvent)), false);
  const prototype = window.HTMLFormElement && window.HTMLFormElement.prototype;
  if (!prototype) return;
  const native = prototype.submit;
  prototype.submit = function () {
    tell(this, addressees(group, null)); // form.submit() makes no submit event
    return native.call(this);
  };
}

function onHistoryChange({ window, push }) {
  const { history, location } = window;
  const now = (source) => ({ source, state: history.state, url: location.href, fragment: location.hash.replace(/^#/, "") });
  let last = now(null);
  const tell = (source) => {
    const next = now(source);
    // one step back or one new hash makes both a popstate and a hashchange
    const same = next.url === last.url && next.state === last.state;
    if (same && (source === "popstate" || source === "hashchange")) return;
    const message = {
      event: "gtm.historyChange",
      "gtm.historyChangeSource": source,
      "gtm.oldUrlFragment": last.fragment,
      "gtm.newUrlFragment": next.fragment,
      "gtm.oldHistoryState": last.state,
      "gtm.newHistoryState": next.state,
      "gtm.oldUrl": last.url,
      "gtm.newUrl": next.url,
    };
    last = next;
    push(message);
  };
  for (const method of ["pushState", "replaceState"]) {
    const native = history[method];
    history[method] = function () {
      const result = native.apply(history, arguments);
      tell(method);
      return result;
    };
  }
  window.addEventListener("popstate", () => tell("popstate"));
  window.addEventListener("hashchange", () => tell("hashchange"));
}

function onError({ window, push }) {
  window.addEventListener("error", (error) => {
    if (error.message === undefined) return; // a resource, not a script
    push({
      event: "gtm.pageError",
      "gtm.errorMessage": error.message,
      "gtm.errorUrl": error.filename,
      "gtm.errorLineNumber": error.lineno,
    });
  });
}

function onTimer({ window, push }, { uid, entry, event }) {
  const interval = Number(scalar(entry.interval, 0));
  const limit = Number(scalar(entry.limit, 0));
  const begun = Date.now();
  let number = 0;
  const timer = window.setInterval(() => {
    number += 1;
    if (limit > 0 && number >= limit) window.clearInterval(timer);
    push({
      event,
      "gtm.timerId": uid,
      "gtm.timerEventNumber": number,
      "gtm.timerInterval": interval,
      "gtm.timerLimit": limit,
      "gtm.timerStartTime": begun,
      "gtm.timerCurrentTime": Date.now(),
      "gtm.timerElapsedTime": Date.now() - begun,
      "gtm.triggers": uid,
    });
  }, interval);
}

function onVisible(page, { uid, given }) {
  const { window, document, push } = page;
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
    const found = given.selectorType === "ID" ? [document.getElementById(given.elementId)] : document.querySelectorAll(given.elementSelector || "x-none");
    for (const element of found) {
      if (!element || watched.has(element)) continue;
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

function shown(window, document, element) {
  if (document.hidden) return false;
  for (let node = element; node && node.nodeType === 1; node = node.parentElement) {
    const style = window.getComputedStyle(node);
    if (style.display === "none" || style.opacity === "0" || (node === element && style.visibility === "hidden")) return false;
  }
  return true;
}

function onScroll(page, group) {
  const { window, document, push } = page;
  const reached = new Set();
  const axes = [
    { direction: "vertical", on: "verticalThresholdOn", units: "verticalThresholdUnits", percent: "verticalThresholdsPercent", pixels: "verticalThresholdsPixels" },
    { direction: "horizontal", on: "horizontalThresholdOn", units: "horizontalThresholdUnits", percent: "horizontalThresholdsPercent", pixels: "horizontalThresholdsPixels" },
  ];
  const seenOf = (direction) => {
    const root = document.scrollingElement || document.documentElement;
    const seen = direction === "vertical" ? root.scrollTop + window.innerHeight : root.scrollLeft + window.innerWidth;
    return { seen, whole: direction === "vertical" ? root.scrollHeight : root.scrollWidth };
  };
  const check = () => {
    for (const { direction, on, units, percent, pixels } of axes) {
      const { seen, whole } = seenOf(direction);
      const due = new Map(); // threshold to the triggers that want it: one message per threshold
      for (const { uid, given } of group) {
        if (!given[on]) continue;
        const inPixels = given[units] === "PIXELS";
        for (const text of String(given[inPixels ? pixels : percent] || "").split(",")) {
          const threshold = Number(text);
          const key = `${uid} ${direction} ${text}`;
          if (reached.has(key) || text.trim() === "" || (inPixels ? seen : (seen / whole) * 100) < threshold) continue;
          reached.add(key);
          const shape = `${threshold} ${inPixels ? "pixels" : "percent"}`;
          due.set(shape, (due.get(shape) || []).concat(uid));
        }
      }
      for (const [shape, ids] of due) {
        const [threshold, unit] = shape.split(" ");
        push({
          event: "gtm.scrollDepth",
          "gtm.scrollThreshold": Number(threshold),
          "gtm.scrollUnits": unit,
          "gtm.scrollDirection": direction,
          "gtm.triggers": ids.join(","),
        });
      }
    }
  };
  let pending = false;
  window.addEventListener("scroll", () => {
    if (pending) return;
    pending = true;
    window.setTimeout(() => {
      pending = false;
      check();
    }, 50);
  });
  if (document.readyState === "complete") window.setTimeout(check, 0);
  else window.addEventListener("load", check);
}

const LISTEN = {
  CLICK: { once: onClick },
  LINK_CLICK: { once: onLinkClick },
  FORM_SUBMISSION: { once: onFormSubmit },
  HISTORY_CHANGE: { once: onHistoryChange },
  JS_ERROR: { once: onError },
  SCROLL_DEPTH: { once: onScroll },
  TIMER: { each: onTimer },
  ELEMENT_VISIBILITY: { each: onVisible },
};
