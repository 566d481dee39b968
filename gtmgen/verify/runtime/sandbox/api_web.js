// The APIs that web templates alone have (gtm-runtime facts, 6.3 and 6.4).

// The object that holds a dotted path's last key, and that key; nothing where the way there is missing.
function holder(window, path) {
  const keys = String(path).split(".");
  const key = keys.pop();
  let object = window;
  for (const step of keys) {
    if (object === null || object === undefined) return null;
    object = object[step];
  }
  return object === null || object === undefined ? null : { object, key };
}

function readWindow(box, path) {
  const found = holder(box.hostMust("window"), path);
  return found ? found.object[found.key] : undefined;
}

function writeWindow(box, path, value) {
  const found = holder(box.hostMust("window"), path);
  if (found) found.object[found.key] = value;
  return Boolean(found);
}

// A list of the window, made where it is missing.
function listOf(box, key) {
  if (readWindow(box, key) === undefined) writeWindow(box, key, []);
  return readWindow(box, key);
}

// Loads once for a token; who asks later hears what became of it (gtm-runtime facts, 6.3 point 4).
function load(box, how, url, success, failure, token) {
  const cache = box.host.shared.loaded || (box.host.shared.loaded = {});
  const start = () => {
    const entry = { state: "", waiting: [] };
    box.hostMust(how)(url, ...["success", "failure"].map((state) => () => {
      if (entry.state) return;
      entry.state = state;
      for (const tell of entry.waiting.splice(0)) tell(state);
    }));
    return entry;
  };
  const tell = (state) => box.enter(() => {
    const callback = { success, failure }[state];
    if (callback) callback();
  });
  const key = `${how} ${token}`;
  const entry = token === undefined ? start() : cache[key] || (cache[key] = start());
  if (entry.state) box.later(() => tell(entry.state));
  else entry.waiting.push(tell);
}

// A part of an address as getUrl and getReferrerUrl name them; all of it where none is named.
function addressPart(address, part, queryKey) {
  const parts = parseAddress(address);
  if (part === undefined || part === null) return address;
  if (!parts) return "";
  const extension = /\.([^./]+)$/.exec(parts.pathname);
  const found = {
    protocol: parts.protocol.slice(0, -1),
    host: parts.hostname,
    port: parts.port || PORTS[parts.protocol] || "",
    path: parts.pathname,
    extension: extension ? extension[1] : "",
    query: queryKey === undefined ? parts.search.slice(1) : [].concat(parts.searchParams[queryKey])[0],
    fragment: parts.hash.slice(1),
  };
  return found[part];
}

const WEB_APIS = {
  copyFromWindow: (box) => (key) => {
    box.need("access_globals", "read", key);
    return deepCopy(readWindow(box, key));
  },
  setInWindow: (box) => (key, value, override) => {
    box.need("access_globals", "write", key);
    return (override === true || readWindow(box, key) === undefined) && writeWindow(box, key, deepCopy(value));
  },
  callInWindow: (box) => (path, ...args) => {
    box.need("access_globals", "execute", path);
    const found = holder(box.hostMust("window"), path);
    if (!found || typeof found.object[found.key] !== "function") return undefined;
    return deepCopy(found.object[found.key](...args.map((arg) => deepCopy(arg))));
  },
  aliasInWindow: (box) => (to, from) => {
    box.need("access_globals", "write", to);
    box.need("access_globals", "read", from);
    const value = readWindow(box, from);
    return value !== undefined && writeWindow(box, to, value);
  },
  createQueue: (box) => (key) => {
    box.need("access_globals", "read", key);
    box.need("access_globals", "write", key);
    listOf(box, key);
    return (value) => listOf(box, key).push(deepCopy(value));
  },
  createArgumentsQueue: (box) => (functionKey, arrayKey) => {
    for (const action of ["read", "write"]) {
      box.need("access_globals", action, functionKey);
      box.need("access_globals", action, arrayKey);
    }
    const there = readWindow(box, functionKey);
    if (there !== undefined) return there;
    const push = function () { listOf(box, arrayKey).push(arguments); };
    writeWindow(box, functionKey, push);
    listOf(box, arrayKey); // after the function: it may lie on it
    return push;
  },
  copyFromDataLayer: (box) => (key, version) => {
    box.need("read_data_layer", key);
    return deepCopy(box.hostMust("dataLayer")(key, version === undefined ? 2 : version));
  },
  injectScript: (box) => (url, success, failure, token) => {
    box.need("inject_script", url);
    box.report.requests.push({ url, kind: "script" });
    load(box, "loadScript", url, success, failure, token);
  },
  injectHiddenIframe: (box) => (url, success, token) => {
    box.need("inject_hidden_iframe", url);
    box.report.requests.push({ url, kind: "frame" });
    load(box, "loadFrame", url, success, undefined, token);
  },
  sendPixel: (box) => (url, success, failure) => {
    box.need("send_pixel", url);
    box.report.requests.push({ url, kind: "pixel" });
    load(box, "loadPixel", url, success, failure);
  },
  getUrl: (box) => (part, queryKey) => {
    box.need("get_url", part, queryKey);
    return addressPart(box.hostMust("url"), part, queryKey);
  },
  getReferrerUrl: (box) => (part, queryKey) => {
    box.need("get_referrer", part, queryKey);
    return addressPart(box.host.referrer || "", part, queryKey);
  },
  getQueryParameters: (box) => (key, all) => {
    box.need("get_url", "query", key);
    const found = (parseAddress(box.hostMust("url")) || { searchParams: {} }).searchParams[key];
    return all ? (found === undefined ? [] : [].concat(found)) : [].concat(found)[0];
  },
  getReferrerQueryParameters: (box) => (key, all) => {
    box.need("get_referrer", "query", key);
    const found = (parseAddress(box.host.referrer || "") || { searchParams: {} }).searchParams[key];
    return all ? (found === undefined ? [] : [].concat(found)) : [].concat(found)[0];
  },
  readTitle: (box) => () => {
    box.need("read_title");
    return box.host.title || "";
  },
  readCharacterSet: (box) => () => {
    box.need("read_character_set");
    return box.host.characterSet || "UTF-8";
  },
  localStorage: (box) => ({
    getItem: (key) => {
      box.need("access_local_storage", "read", key);
      return box.hostMust("storage").getItem(key);
    },
    setItem: (key, value) => {
      box.need("access_local_storage", "write", key);
      box.hostMust("storage").setItem(key, makeString(value));
      return true;
    },
    removeItem: (key) => {
      box.need("access_local_storage", "write", key);
      box.hostMust("storage").removeItem(key);
    },
  }),
  templateStorage: (box) => {
    const { items, guarded } = storage(box, "templateStorage");
    return {
      getItem: guarded((key) => (items.has(key) ? items.get(key) : null)),
      setItem: guarded((key, value) => { items.set(key, value); }),
      removeItem: guarded((key) => { items.delete(key); }),
      clear: guarded(() => items.clear()),
    };
  },
  isConsentGranted: (box) => (type) => {
    box.need("access_consent", type, "read");
    return Boolean(box.hostMust("consent").granted(type));
  },
  addConsentListener: (box) => (type, listener) => {
    box.need("access_consent", type, "read");
    box.hostMust("consent").listen(type, (changed, granted) => box.enter(() => listener(changed, granted)));
  },
  setDefaultConsentState: (box) => (settings) => {
    consentWrite(box, settings);
    box.hostMust("consent").defaults(deepCopy(settings));
  },
  updateConsentState: (box) => (settings) => {
    consentWrite(box, settings);
    box.hostMust("consent").update(deepCopy(settings));
  },
  gtagSet: (box) => (settings) => {
    for (const key of Object.keys(settings)) box.need("write_data_layer", key);
    box.hostMust("gtagSet")(deepCopy(settings));
  },
};

function consentWrite(box, settings) {
  for (const type of Object.keys(settings)) {
    if (type !== "region" && type !== "wait_for_update") box.need("access_consent", type, "write");
  }
}

const WEB_NOT_SIMULATED = ["readAnalyticsStorage"];
