// Variables. They are evaluated at every reference; nothing is cached within an event.

// Built-in variables: what the type reads. `layer` is a data layer variable of version 1.
const layer = (name) => (page) => page.layer.get(name, 1);
const url = (component) => (page) => pageUrl(page, { component });
const BUILT_IN = {
  PAGE_URL: url("URL"),
  PAGE_HOSTNAME: url("HOST"),
  PAGE_PATH: url("PATH"),
  REFERRER: (page) => referrer(page, {}),
  EVENT: (page, event) => event.name,
  CLICK_ELEMENT: layer("gtm.element"),
  CLICK_CLASSES: layer("gtm.elementClasses"),
  CLICK_ID: layer("gtm.elementId"),
  CLICK_TARGET: layer("gtm.elementTarget"),
  CLICK_URL: layer("gtm.elementUrl"),
  CLICK_TEXT: (page, event) => elementText(event.message["gtm.element"]),
  FORM_ELEMENT: layer("gtm.element"),
  FORM_CLASSES: layer("gtm.elementClasses"),
  FORM_ID: layer("gtm.elementId"),
  FORM_TARGET: layer("gtm.elementTarget"),
  FORM_URL: layer("gtm.elementUrl"),
  FORM_TEXT: (page, event) => elementText(event.message["gtm.element"]),
  ERROR_MESSAGE: layer("gtm.errorMessage"),
  ERROR_URL: layer("gtm.errorUrl"),
  ERROR_LINE: layer("gtm.errorLineNumber"),
  NEW_HISTORY_URL: layer("gtm.newUrl"),
  OLD_HISTORY_URL: layer("gtm.oldUrl"),
  NEW_HISTORY_FRAGMENT: layer("gtm.newUrlFragment"),
  OLD_HISTORY_FRAGMENT: layer("gtm.oldUrlFragment"),
  NEW_HISTORY_STATE: layer("gtm.newHistoryState"),
  OLD_HISTORY_STATE: layer("gtm.oldHistoryState"),
  HISTORY_SOURCE: layer("gtm.historyChangeSource"),
  SCROLL_DEPTH_THRESHOLD: layer("gtm.scrollThreshold"),
  SCROLL_DEPTH_UNITS: layer("gtm.scrollUnits"),
  SCROLL_DEPTH_DIRECTION: layer("gtm.scrollDirection"),
  ELEMENT_VISIBILITY_RATIO: layer("gtm.visibleRatio"),
  ELEMENT_VISIBILITY_TIME: layer("gtm.visibleTime"),
  ELEMENT_VISIBILITY_FIRST_TIME: layer("gtm.visibleFirstTime"),
  ELEMENT_VISIBILITY_RECENT_TIME: layer("gtm.visibleLastTime"),
  CONTAINER_ID: (page) => page.publicId,
  CONTAINER_VERSION: (page) => page.version,
  DEBUG_MODE: () => false,
  RANDOM_NUMBER: () => Math.floor(Math.random() * 2147483647),
  HTML_ID: (page) => `gtm-${page.nextId()}`,
};

// Types of user-defined variables: (resolved parameters, page, event) to value. jsm is code, and stands apart.
const TYPES = {
  v(given, page) {
    const name = given.name;
    if (!name || typeof name !== "string") return false;
    const found = page.layer.get(name.replace(/\\\./g, "."), given.dataLayerVersion === 2 ? 2 : 1);
    return orDefault(found, given);
  },
  c: (given) => given.value,
  u: (given, page) => pageUrl(page, given),
  f: (given, page) => referrer(page, given),
  e: (given, page, event) => event.name,
  k: (given, page) => cookie(page.document.cookie, given.name, given.decodeCookie),
  j: (given, page) => globalValue(page.window, given.name),
  d: (given, page) => domText(page.document, given),
  aev: (given, page, event) => autoEvent(given, event),
  smm: (given) => lookup(given),
  remm: (given) => regexTable(given),
  r(given) {
    const min = Number(given.min);
    const max = Number(given.max);
    const bounded = given.min !== undefined && given.min !== "" && min <= max;
    return bounded ? Math.floor(Math.random() * (max - min + 1)) + min : Math.floor(Math.random() * 2147483648);
  },
  cid: (given, page) => page.publicId,
  ctv: (given, page) => page.version,
  dbg: () => false,
  gtes: (given) => table(given.eventSettingsTable, "parameter", "parameterValue"),
  gtcs: (given) => table(given.configSettingsTable, "parameter", "parameterValue"),
};

const orDefault = (value, given) => (value === undefined && given.setDefaultValue ? given.defaultValue : value);

function table(rows, key, value) {
  const found = {};
  for (const row of rows || []) found[row[key]] = row[value];
  return found;
}

function pageUrl(page, given) {
  const text = given.customUrlSource || page.layer.get("gtm.url", 1) || page.window.location.href;
  return urlPart(String(text), given.component, given);
}

function referrer(page, given) {
  const text = String(page.layer.get("gtm.referrer", 1) || page.document.referrer || "");
  return given.component && given.component !== "URL" ? text && urlPart(text, given.component, given) : text;
}

function cookie(jar, name, decoded) {
  for (const pair of String(jar).split(";")) {
    const at = pair.indexOf("=");
    if (pair.slice(0, at).trim() !== name) continue;
    const text = pair.slice(at + 1).trim();
    if (!decoded) return text;
    try {
      return decodeURIComponent(text);
    } catch (error) {
      return text;
    }
  }
  return undefined;
}

function globalValue(window, path) {
  let at = window;
  for (const part of String(path).split(".")) {
    if (at === undefined || at === null) return undefined;
    at = at[part];
  }
  return at;
}

function elementText(element) {
  if (!element) return undefined;
  const text = String(element.innerText || element.textContent || "").replace(/^[\s\xa0]+|[\s\xa0]+$/g, "");
  return text.replace(/\xa0+|\s{2,}|\n|\r\t/g, " ");
}

// A missing element gives the text "null", on every core measured.
function domText(document, given) {
  const element = given.selectorType === "CSS" ? document.querySelector(given.elementSelector) : document.getElementById(given.elementId);
  if (!element) return "null";
  return given.attributeName ? element.getAttribute(given.attributeName) : elementText(element);
}

const AUTO_EVENT = {
  ELEMENT: "gtm.element",
  CLASSES: "gtm.elementClasses",
  ID: "gtm.elementId",
  TARGET: "gtm.elementTarget",
  URL: "gtm.elementUrl",
  HISTORY_NEW_URL_FRAGMENT: "gtm.newUrlFragment",
  HISTORY_OLD_URL_FRAGMENT: "gtm.oldUrlFragment",
  HISTORY_NEW_STATE: "gtm.newHistoryState",
  HISTORY_OLD_STATE: "gtm.oldHistoryState",
  HISTORY_CHANGE_SOURCE: "gtm.historyChangeSource",
};

// From the event's own message, not from the model.
function autoEvent(given, event) {
  const element = event.message["gtm.element"];
  const kind = given.varType || "ELEMENT";
  let found;
  if (kind === "TEXT") found = elementText(element);
  else if (kind === "ATTRIBUTE") found = element ? element.getAttribute(given.attribute) : undefined;
  else if (kind === "TAG_NAME") found = element ? element.tagName : undefined;
  else if (hasOwn(AUTO_EVENT, kind)) found = event.message[AUTO_EVENT[kind]];
  else throw new Error(`auto-event variable ${kind} is not simulated`);
  if (kind === "URL" && found && given.component && given.component !== "URL") found = urlPart(found, given.component, given);
  return found === undefined || found === null || found === "" ? orDefault(undefined, given) : found;
}

function lookup(given) {
  const rows = table(given.map, "key", "value");
  return hasOwn(rows, given.input) ? rows[given.input] : orDefault(undefined, given);
}

function regexTable(given) {
  const input = String(given.input);
  for (const row of given.map || []) {
    const pattern = given.fullMatch ? `^${row.key}$` : String(row.key);
    if (!matchesRegex(input, pattern, given.ignoreCase)) continue;
    if (!given.replaceAfterMatch) return row.value;
    return input.replace(new RegExp(pattern, given.ignoreCase ? "gi" : "g"), row.value);
  }
  return orDefault(undefined, given);
}

// "Format value": case first, then the replacements, each on exactly its value.
function cutFormat(format) {
  const steps = [];
  const type = (format || {}).caseConversionType;
  if (type === "LOWERCASE") steps.push((found) => (typeof found === "string" ? found.toLowerCase() : found));
  if (type === "UPPERCASE") steps.push((found) => (typeof found === "string" ? found.toUpperCase() : found));
  const replace = (key, from) => {
    if (!format || !format[key]) return;
    const node = cutParameter(format[key]);
    steps.push((found, value) => (found === from ? resolveParameter(node, value) : found));
  };
  replace("convertNullToValue", null);
  replace("convertUndefinedToValue", undefined);
  replace("convertTrueToValue", true);
  replace("convertFalseToValue", false);
  return steps;
}

class Variables {
  // `page` is what variables read from: window, document, layer, publicId, version, nextId, note, keep.
  constructor(exported, page) {
    this.page = page;
    this.open = new Set();
    this.known = new Map();
    this.known.set("_event", { read: BUILT_IN.EVENT });
    for (const entry of exported.builtInVariable || []) this.known.set(entry.name, { read: BUILT_IN[entry.type] });
    for (const entry of exported.variable || []) this.known.set(entry.name, this.compile(entry));
  }

  compile(entry) {
    const format = cutFormat(entry.formatValue);
    if (entry.type === "jsm") {
      const source = (entry.parameter || []).find((parameter) => parameter.key === "javascript");
      return { code: cutCode(source ? source.value : ""), format };
    }
    return { type: TYPES[entry.type], given: cutParameters(entry.parameter), format };
  }

  // What a reference hands over.
  reference(name, event) {
    return handOver(this.value(name, event));
  }

  value(name, event) {
    const variable = this.known.get(name);
    if (!variable) throw new Error(`no variable is named {{${name}}}`);
    if (this.open.has(name)) return undefined; // a variable that needs itself
    this.open.add(name);
    try {
      const inner = (other) => this.reference(other, event);
      let found = this.evaluate(name, variable, event, inner);
      for (const step of variable.format || []) found = step(found, inner);
      return found;
    } finally {
      this.open.delete(name);
    }
  }

  evaluate(name, variable, event, inner) {
    if (variable.read) return variable.read(this.page, event);
    if (variable.code) return this.run(name, variable, inner);
    try {
      return variable.type(resolveParameters(variable.given, inner), this.page, event);
    } catch (error) {
      this.page.note({ kind: "error", event: this.page.current, source: `variable ${name}`, message: String(error) });
      return false;
    }
  }

  // Custom JavaScript: an exception makes it undefined.
  run(name, variable, inner) {
    const code = assemble(variable.code, inner, this.page.keep, this.page.publicId);
    try {
      return (0, eval)(`(${code}\n)();`);
    } catch (error) {
      this.page.note({ kind: "error", event: this.page.current, source: `variable ${name}`, message: String(error) });
      return undefined;
    }
  }
}
