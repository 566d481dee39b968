// The APIs that web and server templates have in common: by name, each made for one run (gtm-runtime facts, 6.4; server-side facts, 5.2).

const pick = (object, names) => Object.fromEntries(names.map((name) => [name, object[name]]));

const SHARED_APIS = {
  JSON: () => ({ parse: fromJson, stringify: toJson }),
  Math: () => pick(Math, ["abs", "ceil", "floor", "round", "max", "min", "pow", "sqrt"]),
  Object: () => ({
    keys: Object.keys,
    values: Object.values,
    entries: Object.entries,
    freeze: Object.freeze,
    delete: (object, key) => delete object[key],
  }),
  getType: () => typeOf,
  makeString: () => makeString,
  makeNumber: () => makeNumber,
  makeInteger: () => makeInteger,
  makeTableMap: () => makeTableMap,
  encodeUri: () => (text) => decoded(String(text), encodeURI),
  encodeUriComponent: () => (text) => decoded(String(text), encodeURIComponent),
  decodeUri: () => (text) => decoded(String(text), decodeURI),
  decodeUriComponent: () => (text) => decoded(String(text), decodeURIComponent),
  toBase64: () => (text) => base64(utf8(text)),
  fromBase64: () => fromBase64,
  parseUrl: () => parseAddress,
  sha256: (box) => (text, success, failure, options) => {
    // the failure's place may hold the options: server templates write both
    const settings = typeof failure === "object" && failure ? failure : options;
    box.later(() => success(sha256Text(text, settings)));
  },
  getTimestamp: (box) => () => Math.floor(box.host.now()),
  getTimestampMillis: (box) => () => Math.floor(box.host.now()),
  generateRandom: (box) => (min, max) => min + Math.floor(box.host.random() * (max - min + 1)),
  callLater: (box) => (work) => box.later(work),
  // what the permission allows in preview alone is logged too: whoever looks at a run here is at a preview
  logToConsole: (box) => (...values) => {
    box.need("logging");
    box.report.log.push(values.map((value) => (typeof value === "string" ? value : shown(value))).join(" "));
    if (box.host.log) box.host.log(...values.map((value) => deepCopy(value)));
  },
  getContainerVersion: (box) => () => {
    box.need("read_container_data");
    return Object.assign(
      { containerId: "GTM-TEST", version: "1", environmentName: "Live", environmentMode: false, debugMode: false, previewMode: false },
      deepCopy(box.host.container),
    );
  },
  addEventCallback: (box) => (callback) => {
    box.need("read_event_metadata");
    box.hostMust("eventCallback")((id, event) => box.enter(() => callback(id, deepCopy(event))));
  },
  queryPermission: (box) => (permission, ...args) => allowed(box.program.permissions, permission, args),
  getCookieValues: (box) => (name, noDecode) => {
    box.need("get_cookies", name);
    const values = (box.host.cookies ? box.host.cookies() : []).filter((cookie) => cookie.name === name);
    return values.map(({ value }) => {
      const read = noDecode ? value : decoded(value, decodeURIComponent);
      return read === undefined ? value : read;
    });
  },
  setCookie: (box) => (name, value, options, noEncode) => {
    box.need("set_cookies", name, options);
    const raw = noEncode ? makeString(value) : encodeURIComponent(makeString(value));
    const cookie = { name: String(name), value: raw, options: deepCopy(options) || {} };
    cookie.text = cookieText(cookie);
    box.report.cookies.push(cookie);
    if (box.host.setCookie) box.host.setCookie(cookie);
  },
};

// A cookie as document.cookie and a Set-Cookie header take it. max-age is in seconds and goes before expires.
// GTM writes `auto` as the site's registrable domain; here it is left out, and the cookie is the host's own.
function cookieText({ name, value, options }) {
  const parts = [`${name}=${value}`];
  const add = (key, written) => {
    if (written !== undefined && written !== null && written !== "") parts.push(`${key}=${written}`);
  };
  if (options.domain !== "auto") add("Domain", options.domain);
  add("Path", options.path);
  if (options["max-age"] !== undefined) add("Max-Age", options["max-age"]);
  else add("Expires", options.expires);
  add("SameSite", options.samesite || options.sameSite);
  if (options.secure) parts.push("Secure");
  if (options.httpOnly) parts.push("HttpOnly");
  return parts.join("; ");
}

// Values that outlive a run: kept in `shared`, which the host hands to every run on one page or in one server process.
function storage(box, name) {
  const all = box.host.shared[name] || (box.host.shared[name] = {});
  const items = all[box.program.id] || (all[box.program.id] = new Map());
  const guarded = (action) => (...args) => {
    box.need("access_template_storage");
    return action(...args);
  };
  return { items, guarded };
}
