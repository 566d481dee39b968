// The data layer: the two models GTM keeps of it, and the queue that takes one message at a time.

const ID = "gtm.uniqueEventId";
const KEPT_MESSAGES = 1000; // the array is trimmed to its newest; measured on the cores since 2022

// Version 1 keeps the last value of each literal key; version 2 splits keys at dots and merges deeply, arrays index by index.
class Models {
  constructor() {
    this.reset();
  }

  reset() {
    this.flat = {};
    this.tree = {};
  }

  set(key, value) {
    this.flat[key] = value;
    Models.merge(Models.nest(key, value), this.tree);
  }

  forget(key) {
    delete this.flat[key];
    delete this.tree[key];
  }

  // A missing path is undefined; a path below null is `false`, as in the real runtime.
  get(name, version = 2) {
    if (version === 1) return this.flat[name];
    let at = this.tree;
    for (const part of name.split(".")) {
      if (at === null) return false;
      if (at === undefined) break;
      at = at[part];
    }
    return at;
  }

  static nest(key, value) {
    const parts = String(key).split(".");
    const root = {};
    let at = root;
    for (const part of parts.slice(0, -1)) at = at[part] = {};
    at[parts[parts.length - 1]] = value;
    return root;
  }

  static merge(from, into) {
    for (const key in from) {
      if (!hasOwn(from, key)) continue;
      const value = from[key];
      if (Array.isArray(value)) {
        if (!Array.isArray(into[key])) into[key] = [];
        Models.merge(value, into[key]);
      } else if (isPlainObject(value)) {
        if (!isPlainObject(into[key])) into[key] = {};
        Models.merge(value, into[key]);
      } else {
        into[key] = value;
      }
    }
  }
}

// gtag() commands as the messages they become; null where a command writes nothing.
const COMMANDS = {
  js: (args) => (args.length === 2 && args[1] && args[1].getTime ? { event: "gtm.js", "gtm.start": args[1].getTime() } : null),
  event(args) {
    const params = args[2];
    if (typeof args[1] !== "string" || args.length > 3 || (params != null && !isPlainObject(params))) return null;
    const message = { event: args[1] };
    if (params) {
      message.eventModel = handOver(params);
      if (params.event_callback) message.eventCallback = params.event_callback;
      if (params.event_timeout) message.eventTimeout = params.event_timeout;
    }
    return message;
  },
  set(args) {
    let keys = null;
    if (args.length === 2 && isPlainObject(args[1])) keys = handOver(args[1]);
    if (args.length === 3 && typeof args[1] === "string") keys = { [args[1]]: handOver(args[2]) };
    return keys && Object.assign(keys, { _clear: true });
  },
  config: () => null,
  get: () => null,
};
const FLOOD = 1000; // messages that tags may push while one push is being worked off; a page that needs more is in a loop

class Queue {
  // onEvent(event) runs the tags of a message with an event and says whether any was started;
  // onConsent(action, types) takes gtag("consent", …), which is no event; onFlood() is told once that tags push without end,
  // onConfig() that gtag("config", …) was called.
  constructor(name, window, { nextId, onEvent, onConsent, onFlood, onConfig }) {
    Object.assign(this, { name, window, nextId, onEvent, onConsent, onFlood, onConfig });
    this.models = new Models();
    this.waiting = [];
    this.busy = false;
    this.nested = 0; // messages that came while another was being worked off
    this.begun = false; // gtm.init_consent and gtm.init have gone before
    this.started = false; // gtm.js counts once
    this.api = {
      name,
      get: (key) => this.models.get(key, 2),
      set: (key, value) => this.models.set(key, value),
      reset: () => this.models.reset(),
    };
  }

  // Takes what is there, and wraps push: synchronous when idle, queued while tags of another message start.
  attach() {
    const array = (this.window[this.name] = this.window[this.name] || []);
    const inner = array.push;
    const queue = this;
    this.waiting.push(...array.slice(0));
    array.push = function () {
      const messages = [].slice.call(arguments);
      if (queue.takes(messages.length)) queue.waiting.push(...messages);
      const below = inner.apply(array, messages);
      while (this.length > KEPT_MESSAGES) this.shift();
      return queue.drain() && (typeof below !== "boolean" || below);
    };
    this.window.setTimeout(() => this.drain(), 0);
  }

  // A tag that pushes at each event would keep the page for ever.
  takes(count) {
    if (!this.busy) return true;
    this.nested += count;
    if (this.nested <= FLOOD) return true;
    if (this.nested - count <= FLOOD) this.onFlood(FLOOD);
    return false;
  }

  // True if no tag was started: what push() returns.
  drain() {
    let fired = false;
    if (!this.busy) this.nested = 0;
    while (!this.busy && this.waiting.length > 0) {
      if (!this.begun && Queue.begins(this.waiting[0])) {
        this.begun = true;
        this.waiting.unshift({ event: "gtm.init_consent" }, { event: "gtm.init" });
      }
      const raw = this.waiting.shift();
      this.busy = true;
      try {
        if (this.take(raw)) fired = true;
      } finally {
        this.busy = false;
      }
    }
    return !fired;
  }

  static begins(raw) {
    if (raw === null || typeof raw !== "object") return false;
    return isArguments(raw) ? ["js", "config", "event", "get"].includes(raw[0]) : Boolean(raw.event);
  }

  take(raw) {
    this.models.forget("eventModel");
    if (typeof raw === "function") return this.call(raw);
    if (raw === null || typeof raw !== "object") return false;
    if (Array.isArray(raw)) return this.invoke(raw);
    const message = isArguments(raw) ? this.command(raw) : raw;
    return message ? this.read(message, raw) : false;
  }

  call(fn) {
    try {
      fn.call(this.api);
    } catch (error) {
      // the real runtime swallows it as well
    }
    return false;
  }

  // ["path.to.method", …arguments]
  invoke(raw) {
    if (typeof raw[0] !== "string") return false;
    const path = raw[0].split(".");
    const method = path.pop();
    const target = this.models.get(path.join("."), 2);
    try {
      if (target !== null && target !== undefined) target[method](...raw.slice(1));
    } catch (error) {
      // likewise swallowed
    }
    return false;
  }

  command(args) {
    if (args[0] === "consent") {
      this.stamp(args);
      if (isPlainObject(args[2])) this.onConsent(args[1], args[2]);
      return null;
    }
    if (!hasOwn(COMMANDS, args[0])) return null;
    if (args[0] === "config") this.onConfig(args[1]);
    const id = this.stamp(args); // on the arguments object itself, since 2022
    const message = COMMANDS[args[0]](args);
    if (message && message.event) message[ID] = id;
    return message;
  }

  // An object that was stamped before (pushed twice) keeps its id.
  stamp(target) {
    if (typeof target[ID] === "number") return target[ID];
    const id = this.nextId();
    Reflect.set(target, ID, id); // a frozen message stays unstamped
    return id;
  }

  read(message, raw) {
    const event = message.event;
    const id = event ? this.stamp(message) : null;
    for (const key in message) {
      if (!hasOwn(message, key) || key === "_clear") continue;
      if (message._clear) this.models.set(key, undefined);
      this.models.set(key, message[key]);
    }
    if (!event) return false;
    this.models.set(ID, id);
    if (event === "gtm.js") {
      if (this.started) return false;
      this.started = true;
    }
    return this.onEvent({ name: String(event), id, message, raw });
  }
}
