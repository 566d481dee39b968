// Runs before anything else in a page of the browser: keeps the facts, and tells when the page has come to rest.
(function () {
  if (window !== window.top) return;
  const setTimeout = window.setTimeout;
  const clearTimeout = window.clearTimeout;
  const { setInterval, clearInterval } = window;
  const hide = (name, value) => Object.defineProperty(window, name, { value, configurable: true });
  const facts = [];
  const page = `${Date.now()}.${Math.random()}`;
  hide("__gtmFacts", facts);
  hide("__gtmPage", page);
  // What a task leaves behind is told at its end, for when this page is left.
  let told = 0;
  const tell = () => {
    const from = told;
    told = facts.length;
    if (told > from) window.__gtmTell(JSON.stringify([page, from, facts.slice(from)]));
  };
  hide("__gtmLog", (fact) => {
    facts.push(JSON.stringify(fact));
    if (facts.length === told + 1) queueMicrotask(tell);
  });

  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    window.__gtmLog({ kind: "error", source: "content security policy", message: `${effectiveDirective} refuses ${blockedURI || "this"}` });
  });

  // What the browser's own validation finds in a form that it does not submit therefore.
  document.addEventListener(
    "invalid",
    ({ target }) => {
      const missing = target.validity && target.validity.valueMissing;
      window.__gtmLog({ kind: "invalid", field: target.name || target.id || target.localName, missing: Boolean(missing) });
    },
    true,
  );

  // Timers that will run soon. What takes longer is not waited for.
  const SOON = 1000; // milliseconds
  const soon = new Set();
  window.setTimeout = function (fn, delay, ...args) {
    const id = setTimeout(
      function () {
        soon.delete(id);
        if (typeof fn === "function") fn.apply(this, args);
        else (0, eval)(fn);
      },
      delay,
    );
    if (!(delay > SOON)) soon.add(id);
    return id;
  };
  window.clearTimeout = function (id) {
    soon.delete(id);
    clearTimeout(id);
  };

  // Scripts and hits on their way: the driver can hear of a request later than the page rests. What comes by innerHTML never loads, so
  // nothing is waited for longer than what is soon.
  const coming = new Map(); // to when it began
  const isScript = (node) => node.nodeName === "SCRIPT" && node.src && /^$|javascript|module/i.test(node.type);
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => Array.from(addedNodes))) {
      if (isScript(node)) coming.set(node, Date.now());
      else if (node.firstElementChild) Array.from(node.querySelectorAll("script")).filter(isScript).forEach((one) => coming.set(one, Date.now()));
    }
  }).observe(document, { childList: true, subtree: true });
  for (const end of ["load", "error"]) document.addEventListener(end, ({ target }) => coming.delete(target), true);
  const fetch = window.fetch;
  window.fetch = function (...given) {
    const answer = fetch.apply(this, given);
    const ended = () => coming.delete(answer);
    coming.set(answer, Date.now());
    answer.then(ended, ended);
    return answer;
  };
  const come = () => {
    for (const [one, since] of coming) if (Date.now() - since > SOON) coming.delete(one);
    return coming.size === 0;
  };

  // What GTM looks at again and again: the page is at rest once each of these has looked at it as it is now, and what fades in is in.
  const looks = new Map(); // to how often
  hide("__gtmEvery", (interval, fn) => {
    const id = setInterval(() => {
      looks.set(id, looks.get(id) + 1);
      fn();
    }, interval);
    looks.set(id, 0);
    return () => {
      clearInterval(id);
      looks.delete(id);
    };
  });
  const moves = ({ playState, currentTime, effect }) => playState === "running" && effect.getComputedTiming().endTime - currentTime <= SOON;
  const moving = () => looks.size > 0 && document.getAnimations().some(moves);

  // What only a frame brings: what observers see, the page's own animations, scroll events. A page without them need not wait for one.
  let framed = false;
  const requestAnimationFrame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (fn) => {
    framed = true;
    return requestAnimationFrame(fn);
  };
  for (const name of ["IntersectionObserver", "ResizeObserver"]) {
    const Observer = window[name];
    window[name] = class extends Observer {
      constructor(...given) {
        super(...given);
        framed = true;
      }
    };
  }

  // Two turns without a new fact: whatever was to happen has had its turn, and what goes on and on has shown it.
  const TURN = 6; // milliseconds
  const turn = () => new Promise((done) => (framed ? requestAnimationFrame(() => setTimeout(done, 0)) : setTimeout(done, TURN)));
  hide("__gtmRest", async (loading, limit) => {
    const giveUp = Date.now() + limit;
    if (window.scrollX || window.scrollY) framed = true; // scroll events come with a frame
    let looked = new Map(looks);
    for (;;) {
      const before = facts.length;
      for (let i = 0; i < 2; i++) await turn();
      const still = before === facts.length && !moving();
      if (!still) looked = new Map(looks);
      const all = Array.from(looks).every(([id, times]) => times > (looked.get(id) || 0));
      if (still && all && soon.size === 0 && (loading || (document.readyState === "complete" && come()))) return true;
      if (Date.now() > giveUp) return false;
    }
  });
})();
