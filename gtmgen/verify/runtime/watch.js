// Runs before anything else in a page of the browser: keeps the facts, and tells when the page has come to rest.
(function () {
  if (window !== window.top) return;
  const setTimeout = window.setTimeout;
  const clearTimeout = window.clearTimeout;
  const hide = (name, value) => Object.defineProperty(window, name, { value, configurable: true });
  const facts = [];
  const page = `${Date.now()}.${Math.random()}`;
  hide("__gtmFacts", facts);
  hide("__gtmPage", page);
  hide("__gtmLog", (fact) => {
    const text = JSON.stringify(fact);
    facts.push(text);
    window.__gtmTell(page, facts.length - 1, text); // for when this page is left
  });

  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    window.__gtmLog({ kind: "error", source: "content security policy", message: `${effectiveDirective} refuses ${blockedURI || "this"}` });
  });

  // Requests that outlive the page: those of its last moments are seen by nobody outside (gtm-runtime.md 8.4), so they are told here,
  // and whoever sees the others takes out what came by both ways.
  const tellSent = (url, method, body) => {
    const text = JSON.stringify({ kind: "sent", url: new URL(url, document.baseURI).href, method, body: plain(body) });
    window.__gtmTell(page, -1, text);
  };
  const blobs = new WeakMap(); // a blob cannot be read at once: its parts are remembered
  const plain = (body) => {
    if (body === undefined || body === null) return null;
    if (body instanceof Blob) return blobs.has(body) ? blobs.get(body) : `[${body.size} bytes]`;
    if (body instanceof FormData) return `[form data]`;
    return ArrayBuffer.isView(body) || body instanceof ArrayBuffer ? new TextDecoder().decode(body) : String(body);
  };
  window.Blob = new Proxy(window.Blob, {
    construct(target, args, maker) {
      const blob = Reflect.construct(target, args, maker);
      const parts = Array.isArray(args[0]) ? args[0] : [];
      if (parts.every((part) => typeof part === "string")) blobs.set(blob, parts.join(""));
      return blob;
    },
  });
  const sendBeacon = navigator.sendBeacon;
  navigator.sendBeacon = function (url, body) {
    tellSent(url, "POST", body);
    return sendBeacon.apply(navigator, arguments);
  };
  const fetch = window.fetch;
  window.fetch = function (input, given) {
    const request = input instanceof Request ? input : null;
    if ((given && given.keepalive) || (request && request.keepalive)) {
      const method = (given && given.method) || (request && request.method) || "GET";
      tellSent(request ? request.url : String(input), method.toUpperCase(), given && given.body);
    }
    return fetch.apply(window, arguments);
  };

  // Timers that will run soon.
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
    if (!(delay > 1000)) soon.add(id);
    return id;
  };
  window.clearTimeout = function (id) {
    soon.delete(id);
    clearTimeout(id);
  };

  // Three frames without a new fact: observers have had their turn.
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  hide("__gtmRest", async (loading, limit) => {
    const giveUp = Date.now() + limit;
    for (;;) {
      const before = facts.length;
      for (let i = 0; i < 3; i++) await frame();
      if (before === facts.length && soon.size === 0 && (loading || document.readyState === "complete")) return true;
      if (Date.now() > giveUp) return false;
    }
  });
})();
