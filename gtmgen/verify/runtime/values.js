// What GTM takes for plain data, and how it copies it.

const hasOwn = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
const typeName = (value) => Object.prototype.toString.call(value).slice(8, -1);

// Class instances, DOM nodes, dates and the window are not plain: they are kept by reference.
function isPlainObject(value) {
  if (value === null || typeof value !== "object" || typeName(value) !== "Object") return false;
  if (value === value.window || value.nodeType) return false;
  const maker = value.constructor;
  if (maker && !hasOwn(value, "constructor") && !(maker.prototype && hasOwn(maker.prototype, "isPrototypeOf"))) return false;
  let last;
  for (last in value);
  return last === undefined || hasOwn(value, last);
}

function isArguments(value) {
  return typeName(value) === "Arguments" && hasOwn(value, "callee");
}

// What a reference to a variable hands over (measured on the cores of 2025 and 2026): plain objects and arrays as deep
// copies, everything else as it is. A function stays callable; what it returns is a copy without methods.
function handOver(value, methods = true, seen = new Map()) {
  if (typeof value === "function") return methods ? callable(value) : undefined;
  if (value === null || typeof value !== "object") return value;
  if (seen.has(value)) return seen.get(value);
  if (Array.isArray(value)) {
    const copy = [];
    seen.set(value, copy);
    for (let i = 0; i < value.length; i++) copy[i] = handOver(value[i], methods, seen);
    return copy;
  }
  if (!isPlainObject(value)) return value;
  const copy = {};
  seen.set(value, copy);
  for (const key of Object.keys(value)) {
    if (methods || typeof value[key] !== "function") copy[key] = handOver(value[key], methods, seen);
  }
  return copy;
}

function callable(target) {
  return function () {
    const result = target.apply(this, arguments);
    return typeof result === "function" ? callable(result) : handOver(result, false);
  };
}

// A value as a reader of the record wants to see it.
function show(value) {
  if (typeof value === "string") return value;
  try {
    if (Array.isArray(value) || isPlainObject(value)) return JSON.stringify(value);
    return String(value);
  } catch (error) {
    return typeName(value);
  }
}
