// Expressions of the program: ["macro", n], ["template", …], ["escape", value, how …], ["list", …], ["map", key, value, …];
// anything else stands for itself. `value(n)` is what a reference to the n-th variable hands over.

function resolve(expression, value, page) {
  if (!Array.isArray(expression)) return expression;
  const [kind, ...rest] = expression;
  switch (kind) {
    case "macro":
      return value(rest[0]);
    case "template": // undefined and null are empty in a text
      return rest.map((part) => resolve(part, value, page)).join("");
    case "escape":
      return rest.slice(1).reduce((found, how) => ESCAPES[how](found, page), resolve(rest[0], value, page));
    case "list":
      return rest.map((part) => resolve(part, value, page));
    case "map": {
      const found = {};
      for (let i = 0; i < rest.length; i += 2) found[rest[i]] = resolve(rest[i + 1], value, page);
      return found;
    }
    default:
      throw new Error(`no such expression: ${kind}`);
  }
}

// The parameters of a macro or a tag: its keys that begin with vtp_.
function resolveGiven(entry, value, page) {
  const found = {};
  for (const key of Object.keys(entry)) if (key.startsWith("vtp_")) found[key.slice(4)] = resolve(entry[key], value, page);
  return found;
}

const isTrue = (value) => value === true || value === "true";
