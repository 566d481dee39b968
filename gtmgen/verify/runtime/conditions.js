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

// By the names of the program (gtm-runtime.md 1.1, 3.3).
const OPERATORS = {
  _eq: (a, b) => String(a) === String(b),
  _cn: (a, b) => String(a).includes(String(b)),
  _sw: (a, b) => String(a).startsWith(String(b)),
  _ew: (a, b) => String(a).endsWith(String(b)),
  _re: (a, b, ignoreCase) => matchesRegex(String(a), String(b), ignoreCase),
  _css: (a, b) => matchesSelector(a, String(b)),
  _lt: (a, b) => Number(a) < Number(b),
  _le: (a, b) => Number(a) <= Number(b),
  _gt: (a, b) => Number(a) > Number(b),
  _ge: (a, b) => Number(a) >= Number(b),
};

// {holds: true | false | null, left, right}: null if it cannot be told, because something threw. Negation is not applied
// here: GTM shares a predicate between the triggers that use it, and evaluates it once per event.
function evaluate(predicate, event, value, page) {
  if (event.predicates.has(predicate)) return event.predicates.get(predicate);
  const outcome = { holds: null, left: undefined, right: undefined };
  try {
    outcome.left = resolve(predicate.arg0, value, page);
    outcome.right = resolve(predicate.arg1, value, page);
    outcome.holds = OPERATORS[predicate.function](outcome.left, outcome.right, predicate.ignore_case === true);
  } catch (error) {
    outcome.error = String(error);
  }
  event.predicates.set(predicate, outcome);
  return outcome;
}
