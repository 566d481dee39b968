// A trigger's conditions. Both sides are compared as text, so a missing value is the word "undefined".

const regexes = new Map();

function matchesRegex(text, pattern, ignoreCase) {
  const key = (ignoreCase ? "i" : "-") + pattern;
  if (!regexes.has(key)) {
    let regex = null;
    try {
      regex = new RegExp(pattern, ignoreCase ? "i" : "");
    } catch (error) {
      regex = null; // an invalid expression never matches
    }
    regexes.set(key, regex);
  }
  const regex = regexes.get(key);
  return regex !== null && regex.test(text);
}

function matchesSelector(element, selector) {
  try {
    return Boolean(element && element.nodeType === 1 && element.matches(selector));
  } catch (error) {
    return false;
  }
}

const OPERATORS = {
  EQUALS: (a, b) => String(a) === String(b),
  CONTAINS: (a, b) => String(a).includes(String(b)),
  STARTS_WITH: (a, b) => String(a).startsWith(String(b)),
  ENDS_WITH: (a, b) => String(a).endsWith(String(b)),
  MATCH_REGEX: (a, b, ignoreCase) => matchesRegex(String(a), String(b), ignoreCase),
  CSS_SELECTOR: (a, b) => matchesSelector(a, String(b)),
  LESS: (a, b) => Number(a) < Number(b),
  LESS_OR_EQUALS: (a, b) => Number(a) <= Number(b),
  GREATER: (a, b) => Number(a) > Number(b),
  GREATER_OR_EQUALS: (a, b) => Number(a) >= Number(b),
};

// A condition of the export, cut once. `ignore_case` counts for regular expressions only.
function readCondition(entry) {
  const given = {};
  for (const parameter of entry.parameter || []) given[parameter.key] = parameter.value === undefined ? "" : parameter.value;
  const arg0 = given.arg0 || "";
  const arg1 = given.arg1 || "";
  return {
    type: entry.type,
    arg0,
    arg1,
    left: cut(arg0),
    right: cut(arg1),
    ignoreCase: given.ignore_case === "true",
    negate: given.negate === "true",
    key: JSON.stringify([entry.type, arg0, arg1, given.ignore_case === "true"]),
  };
}

// {holds: true | false | null, left, right}: null if it cannot be told, because something threw. Negation is not applied
// here: GTM shares a predicate between the triggers that use it, and evaluates it once per event.
function evaluate(condition, event, value) {
  if (event.predicates.has(condition.key)) return event.predicates.get(condition.key);
  const outcome = { holds: null, left: undefined, right: undefined };
  try {
    outcome.left = fill(condition.left, value);
    outcome.right = fill(condition.right, value);
    outcome.holds = OPERATORS[condition.type](outcome.left, outcome.right, condition.ignoreCase);
  } catch (error) {
    outcome.error = String(error);
  }
  event.predicates.set(condition.key, outcome);
  return outcome;
}
