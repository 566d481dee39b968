// What happened, as a list of plain facts that only grows: the host's `log` takes each as JSON.

// A value as JSON can carry it.
function wire(value) {
  const seen = new Set();
  const text = JSON.stringify(value, (key, found) => {
    if (typeof found === "function") return "[function]";
    if (found === null || typeof found !== "object") return found;
    if (seen.has(found)) return "[again]";
    if (typeof found.toJSON === "function") return found;
    if (!Array.isArray(found) && !isPlainObject(found)) return `[${typeName(found)}]`;
    seen.add(found);
    return found;
  });
  return text === undefined ? undefined : JSON.parse(text);
}
