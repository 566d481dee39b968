// A page without a DOM, for V8 alone: the globals that tags and variables of ordinary containers touch, and a virtual clock.
//
// makePage(setup) defines them on the global object and returns what drives them. `setup`: url, referrer, cookies, local,
// session (plain objects), blocked (names whose access throws), scripts ([prefix, source | null]), scriptDelay, seed, now.

function makePage(setup) {
  const window = globalThis;
  const facts = [];
  const log = (fact) => facts.push(JSON.stringify(fact));
  const clock = makeClock(setup.now);
  const define = (name, value) => Object.defineProperty(window, name, { value, writable: true, configurable: true, enumerable: false });
  const targets = (owner) => Object.assign(owner, makeTarget());

  Object.assign(window, targets({}));
  for (const name of ["setTimeout", "clearTimeout", "setInterval", "clearInterval"]) window[name] = clock[name];
  define("Date", clock.Date);
  Math.random = makeRandom(setup.seed);
  for (const name of ["window", "self", "top", "parent"]) define(name, window);
  define("URL", PageUrl);
  const location = makeLocation(setup.url, log, window);
  Object.defineProperty(window, "location", { configurable: true, get: () => location.api, set: (url) => location.api.assign(url) });
  define("history", makeHistory(location));
  define("navigator", {
    userAgent: "no browser",
    language: "en",
    sendBeacon: (url, body) => (log({ kind: "request", url: String(url), body: body === undefined ? null : String(body) }), true),
  });
  define("fetch", (url, given) => {
    log({ kind: "request", url: String(url), body: given && given.body !== undefined ? String(given.body) : null });
    return Promise.resolve({ ok: true, status: 200, json: () => Promise.resolve({}), text: () => Promise.resolve("") });
  });

  const local = makeStorage(setup.local);
  const session = makeStorage(setup.session);
  const guarded = (name, api) =>
    Object.defineProperty(window, name, {
      configurable: true,
      get() {
        if (setup.blocked.includes(name)) throw new Error(`SecurityError: ${name} is blocked`);
        return api;
      },
    });
  guarded("localStorage", local.api);
  guarded("sessionStorage", session.api);

  const load = (element) => {
    const url = element.src;
    log({ kind: "request", url });
    if (element.tagName !== "SCRIPT") return;
    const match = setup.scripts.find(([prefix]) => url.startsWith(prefix));
    clock.setTimeout(() => {
      if (match && match[1] === null) {
        if (element.onerror) element.onerror(new Error("blocked"));
        return;
      }
      document.currentScript = element;
      runScript(match ? match[1] : "", url);
      document.currentScript = null;
      if (element.onload) element.onload({});
    }, setup.scriptDelay);
  };
  const runScript = (code, source) => {
    try {
      (0, eval)(code);
    } catch (error) {
      log({ kind: "error", source, message: String(error) });
    }
  };
  const document = makeDocument(setup, load, runScript, targets);
  define("document", document);
  document.location = location.api;
  define("Image", function () {
    return makeElement("img", load, runScript);
  });

  const host = {
    window,
    document,
    log,
    send: (url, { method, body }) => log({ kind: "request", url, method, body: body === undefined ? null : body }),
    loadScript(url, done) {
      const script = makeElement("script", load, runScript);
      script.onload = () => done(true);
      script.onerror = () => done(false);
      script.src = url;
      script.begin();
    },
    loadFrame(url, done) {
      log({ kind: "request", url: String(url) });
      clock.setTimeout(() => done(true), 0);
    },
    image(url, done) {
      log({ kind: "request", url: String(url) });
      clock.setTimeout(() => done(true), 0);
    },
    // Runs the scripts of a markup in order; one with src is waited for.
    insertHtml(html, who, done) {
      const nodes = Array.from(html.matchAll(/<!--[\s\S]*?-->|<script\b([^>]*)>([\s\S]*?)<\/script\s*>|<img\b([^>]*)>/gi));
      const next = () => {
        const node = nodes.shift();
        if (!node) {
          done(true);
          return;
        }
        const src = /\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(node[1] || node[3] || "");
        const type = /\btype\s*=\s*["']?([^\s"'>]+)/i.exec(node[1] || "");
        const element = makeElement(node[3] === undefined ? "script" : "img", load, runScript);
        if (src && (node[1] !== undefined || node[3] !== undefined)) {
          element.onload = next;
          element.onerror = () => done(false);
          element.src = unescapeHtml(src[1] || src[2] || src[3] || "");
          if (node[3] === undefined) {
            element.begin();
            return;
          }
        } else if (node[2] !== undefined && (!type || /javascript|gtmscript|module/i.test(type[1]))) {
          try {
            (0, eval)(node[2]);
          } catch (error) {
            log({ kind: "error", event: who.event, source: who.source, message: String(error) });
          }
        }
        next();
      };
      next();
    },
  };

  return {
    host,
    clock,
    facts,
    // the stages of a page's life
    showBody: () => (document.body = makeElement("body", load, runScript)),
    ready() {
      document.readyState = "interactive";
      document.dispatchEvent({ type: "DOMContentLoaded" });
    },
    loaded() {
      document.readyState = "complete";
      window.dispatchEvent({ type: "load" });
    },
    storage: () => ({ cookies: Object.assign({}, document.jar), local: local.rows(), session: session.rows() }),
  };
}

function makeClock(now) {
  const RealDate = Date;
  let time = now;
  let last = 0;
  let timers = [];
  const add = (fn, delay, args, every) => {
    last += 1;
    timers.push({ id: last, at: time + Math.max(0, Number(delay) || 0), fn, args, every });
    return last;
  };
  const clear = (id) => (timers = timers.filter((timer) => timer.id !== id));
  class PageDate extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(time);
      else super(...args);
    }
    static now() {
      return time;
    }
  }
  return {
    Date: PageDate,
    setTimeout: (fn, delay, ...args) => add(fn, delay, args, null),
    setInterval: (fn, delay, ...args) => add(fn, delay, args, Math.max(1, Number(delay) || 0)),
    clearTimeout: clear,
    clearInterval: clear,
    // Runs the next timer that is due within `horizon`; says whether there was one.
    step(horizon) {
      let next = null;
      for (const timer of timers) if (timer.at <= horizon && (next === null || timer.at < next.at)) next = timer;
      if (next === null) return false;
      time = Math.max(time, next.at);
      if (next.every === null) clear(next.id);
      else next.at = time + next.every;
      if (typeof next.fn === "function") next.fn(...next.args);
      return true;
    },
    now: () => time,
    moveTo: (to) => (time = Math.max(time, to)),
  };
}

// Deterministic: a failing property test fails again.
function makeRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function makeTarget() {
  const listeners = [];
  return {
    addEventListener: (type, listener) => listeners.push([type, listener]),
    removeEventListener(type, listener) {
      const at = listeners.findIndex(([t, l]) => t === type && l === listener);
      if (at >= 0) listeners.splice(at, 1);
    },
    dispatchEvent(event) {
      for (const [type, listener] of listeners.slice()) if (type === event.type) listener(event);
      return true;
    },
  };
}

function makeStorage(rows) {
  const held = new Map(Object.entries(rows));
  const api = {
    getItem: (key) => (held.has(String(key)) ? held.get(String(key)) : null),
    setItem: (key, value) => void held.set(String(key), String(value)),
    removeItem: (key) => void held.delete(String(key)),
    clear: () => held.clear(),
    key: (index) => Array.from(held.keys())[index] || null,
    get length() {
      return held.size;
    },
  };
  return { api, rows: () => Object.fromEntries(held) };
}

function makeLocation(start, log, window) {
  let url = new PageUrl(start);
  const go = (text) => {
    const next = new PageUrl(text, url.href);
    const onlyHash = next.href.replace(/#.*/, "") === url.href.replace(/#.*/, "") && next.hash !== "";
    if (!onlyHash) {
      log({ kind: "navigation", url: next.href }); // a page of its own is another run's work
      return;
    }
    const changed = next.href !== url.href;
    url = next;
    if (changed) window.setTimeout(() => window.dispatchEvent({ type: "hashchange" }), 0);
  };
  const api = { assign: go, replace: go, reload: () => log({ kind: "navigation", url: url.href }), toString: () => url.href };
  for (const part of ["protocol", "host", "hostname", "port", "pathname", "search", "origin"]) {
    Object.defineProperty(api, part, { get: () => url[part], enumerable: true });
  }
  Object.defineProperty(api, "href", { get: () => url.href, set: go, enumerable: true });
  Object.defineProperty(api, "hash", { get: () => url.hash, set: (text) => go("#" + String(text).replace(/^#/, "")), enumerable: true });
  return { api, move: (text) => (url = new PageUrl(text, url.href)) };
}

function makeHistory(location) {
  const change = function (state, title, url) {
    this.state = state;
    if (url !== undefined && url !== null) location.move(String(url));
  };
  return { state: null, length: 1, pushState: change, replaceState: change };
}

class PageUrl {
  constructor(text, base) {
    let given = String(text);
    if (!/^[a-z][a-z0-9+.-]*:/i.test(given)) {
      if (base === undefined) throw new TypeError("Invalid URL");
      const { protocol, host, pathname, search } = new PageUrl(base);
      if (given.startsWith("//")) given = protocol + given;
      else if (given.startsWith("/")) given = `${protocol}//${host}${given}`;
      else if (given.startsWith("?")) given = `${protocol}//${host}${pathname}${given}`;
      else if (given.startsWith("#") || given === "") given = `${protocol}//${host}${pathname}${search}${given}`;
      else given = `${protocol}//${host}${pathname.replace(/[^/]*$/, "")}${given}`;
    }
    const parts = /^([a-z][a-z0-9+.-]*:)(?:\/\/(?:[^/?#@]*@)?([^/?#:]*)(?::(\d+))?)?([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(given);
    if (!parts) throw new TypeError("Invalid URL");
    this.protocol = parts[1].toLowerCase();
    this.hostname = (parts[2] || "").toLowerCase();
    const usual = { "https:": "443", "http:": "80" }[this.protocol];
    this.port = parts[3] && parts[3] !== usual ? parts[3] : "";
    this.host = this.hostname + (this.port && ":" + this.port);
    this.pathname = encodeSpaces(parts[4] || (usual ? "/" : ""));
    this.search = parts[5] && parts[5] !== "?" ? encodeSpaces(parts[5]) : "";
    this.hash = parts[6] && parts[6] !== "#" ? encodeSpaces(parts[6]) : "";
    this.origin = `${this.protocol}//${this.host}`;
    this.href = (usual ? this.origin : this.protocol) + this.pathname + this.search + this.hash;
  }

  toString() {
    return this.href;
  }
}

const encodeSpaces = (text) => text.replace(/[^\x21-\x7e]/gu, (c) => encodeURIComponent(c));
const unescapeHtml = (text) => text.replace(/&#(\d+);/g, (all, code) => String.fromCharCode(Number(code))).replace(/&amp;/g, "&");

function makeElement(tag, load, runScript) {
  const attributes = {};
  let src = "";
  const element = {
    nodeType: 1,
    tagName: tag.toUpperCase(),
    style: {},
    children: [],
    parentNode: null,
    begin() {
      if (element.begun || element.tagName !== "SCRIPT") return;
      element.begun = true;
      if (src) load(element);
      else if (element.text || element.textContent || element.innerHTML) runScript(element.text || element.textContent || element.innerHTML, "script");
    },
    appendChild(child) {
      child.parentNode = element;
      element.children.push(child);
      if (child.begin) child.begin();
      return child;
    },
    insertBefore: (child) => element.appendChild(child),
    removeChild(child) {
      element.children = element.children.filter((one) => one !== child);
      return child;
    },
    setAttribute(name, value) {
      attributes[name] = String(value);
      if (name === "src") element.src = value;
    },
    getAttribute: (name) => (hasOwn(attributes, name) ? attributes[name] : null),
    hasAttribute: (name) => hasOwn(attributes, name),
    querySelector: () => null,
    querySelectorAll: () => [],
    matches: () => false,
  };
  Object.assign(element, makeTarget());
  Object.defineProperty(element, "src", {
    get: () => src,
    set(value) {
      src = String(value);
      if (element.tagName === "IMG") load(element);
    },
  });
  return element;
}

function makeDocument(setup, load, runScript, targets) {
  const make = (tag) => makeElement(tag, load, runScript);
  const root = make("html");
  const head = make("head");
  const snippet = make("script"); // a page has at least one: loaders insert before it
  root.appendChild(head);
  head.appendChild(snippet);
  const jar = Object.assign({}, setup.cookies);
  const document = targets({
    nodeType: 9,
    readyState: "loading",
    referrer: setup.referrer,
    title: "",
    hidden: false,
    visibilityState: "visible",
    documentElement: root,
    head,
    body: null,
    currentScript: null,
    jar,
    createElement: make,
    createTextNode: (text) => ({ nodeType: 3, textContent: text }),
    getElementById: () => null,
    querySelector: () => null,
    querySelectorAll: () => [],
    getElementsByTagName(tag) {
      if (tag === "script") return [snippet];
      if (tag === "head") return [head];
      if (tag === "body") return document.body ? [document.body] : [];
      return [];
    },
  });
  Object.defineProperty(document, "cookie", {
    get() {
      if (setup.blocked.includes("cookie")) throw new Error("SecurityError: cookies are blocked");
      return Object.keys(jar)
        .map((name) => `${name}=${jar[name]}`)
        .join("; ");
    },
    set(text) {
      if (setup.blocked.includes("cookie")) throw new Error("SecurityError: cookies are blocked");
      const [pair, ...attributes] = String(text).split(";");
      const name = pair.slice(0, pair.indexOf("=")).trim();
      const gone = attributes.some((attribute) => {
        const [key, value] = attribute.trim().split("=");
        if (/^max-age$/i.test(key)) return Number(value) <= 0;
        return /^expires$/i.test(key) && new Date(value) <= new Date();
      });
      if (gone) delete jar[name];
      else jar[name] = pair.slice(pair.indexOf("=") + 1).trim();
    },
  });
  return document;
}
