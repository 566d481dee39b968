// The parameters of an export's entities, cut once and resolved whenever something asks.

function cutParameter(parameter) {
  if (parameter.type === "LIST") return { list: (parameter.list || []).map(cutParameter) };
  if (parameter.type === "MAP") return { map: cutParameters(parameter.map) };
  return { type: parameter.type, parts: cut(parameter.value === undefined ? "" : String(parameter.value)) };
}

function cutParameters(list) {
  return (list || []).filter((parameter) => parameter.key !== undefined).map((parameter) => [parameter.key, cutParameter(parameter)]);
}

function resolveParameter(node, value) {
  if (node.list) return node.list.map((entry) => resolveParameter(entry, value));
  if (node.map) return resolveParameters(node.map, value);
  const found = fill(node.parts, value);
  if (node.type === "BOOLEAN") return found === "true" || found === true;
  if (node.type === "INTEGER") return Number(found);
  return found;
}

function resolveParameters(entries, value) {
  const resolved = {};
  for (const [key, node] of entries) resolved[key] = resolveParameter(node, value);
  return resolved;
}
