// What the sandbox's values are: their types, copies, and what makes a text or a number of anything (server-side facts, 5.2).

function typeOf(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

// Plain data is copied at the sandbox's border, functions go through as they are (gtm-runtime facts, 6.3 point 2).
// What refers to itself is copied with its loops.
function deepCopy(value, seen = new Map()) {
  if (value === null || typeof value !== "object") return value;
  if (seen.has(value)) return seen.get(value);
  // an element or a window is no value of the sandbox, and leads to the whole page
  if (value.window === value || (typeof value.nodeType === "number" && typeof value.nodeName === "string")) return undefined;
  const copy = Array.isArray(value) ? [] : {};
  seen.set(value, copy);
  for (const key of Object.keys(value)) copy[key] = deepCopy(value[key], seen);
  return copy;
}

function deepEqual(a, b) {
  if (a === b || (a !== a && b !== b)) return true;
  if (typeOf(a) !== typeOf(b) || (typeOf(a) !== "array" && typeOf(a) !== "object")) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.prototype.hasOwnProperty.call(b, key) && deepEqual(a[key], b[key]));
}

// A value as a message shows it.
function shown(value) {
  if (typeof value === "function") return "a function";
  if (value === undefined) return "undefined";
  const text = toJson(value);
  return text === undefined ? String(value) : text;
}

function toJson(value, replacer, space) {
  try {
    return JSON.stringify(value, replacer, space);
  } catch (_) {
    return undefined; // it refers to itself
  }
}

function fromJson(text) {
  try {
    return JSON.parse(text);
  } catch (_) {
    return undefined;
  }
}

function makeString(value) {
  if (typeOf(value) === "object") return "[object Object]";
  return String(value);
}

function makeNumber(value) {
  return typeof value === "object" && value !== null ? NaN : Number(value);
}

function makeInteger(value) {
  const number = makeNumber(value);
  return Number.isFinite(number) ? Math.trunc(number) : number;
}

// A table field as an object, null for one without rows.
function makeTableMap(table, keyColumn, valueColumn) {
  if (typeOf(table) !== "array" || !table.length) return null;
  const map = {};
  for (const row of table) map[row[keyColumn]] = row[valueColumn];
  return map;
}

// `a.b.0.c` below a value; undefined where there is no such thing.
function atPath(value, path) {
  for (const key of String(path).split(".")) {
    if (value === null || typeof value !== "object" || !Object.prototype.hasOwnProperty.call(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

// A URL, a name or a key against a pattern in which * stands for anything.
function fits(pattern, text) {
  const parts = String(pattern).split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`).test(text);
}
