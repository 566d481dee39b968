// What assertThat(value) can be asked. Equality looks into lists and objects, strict equality is ===, as Google's page of the test API
// says (developers.google.com/tag-platform/tag-manager/templates/tests).

const empty = (value) => (typeOf(value) === "object" ? Object.keys(value).length === 0 : value.length === 0);
const holds = (value, one) => (typeof value === "string" ? value.includes(one) : value.some((item) => deepEqual(item, one)));
const count = (list, one) => list.filter((item) => deepEqual(item, one)).length;
const sameItems = (value, wanted) => {
  const list = typeOf(value) === "array" ? value : Object.values(value);
  return list.length === wanted.length && wanted.every((one) => count(list, one) === count(wanted, one));
};

const MATCHERS = {
  isUndefined: (value) => value === undefined,
  isDefined: (value) => value !== undefined,
  isNull: (value) => value === null,
  isNotNull: (value) => value !== null,
  isTrue: (value) => value === true,
  isFalse: (value) => value === false,
  isTruthy: (value) => Boolean(value),
  isFalsy: (value) => !value,
  isNaN: (value) => Number.isNaN(value),
  isNotNaN: (value) => !Number.isNaN(value),
  isInfinity: (value) => value === Infinity || value === -Infinity,
  isNotInfinity: (value) => value !== Infinity && value !== -Infinity,
  isEqualTo: (value, wanted) => deepEqual(value, wanted),
  isNotEqualTo: (value, wanted) => !deepEqual(value, wanted),
  isStrictlyEqualTo: (value, wanted) => value === wanted,
  isNotStrictlyEqualTo: (value, wanted) => value !== wanted,
  isAnyOf: (value, ...wanted) => wanted.some((one) => deepEqual(value, one)),
  isNoneOf: (value, ...wanted) => !wanted.some((one) => deepEqual(value, one)),
  isGreaterThan: (value, bound) => value > bound,
  isGreaterThanOrEqualTo: (value, bound) => value >= bound,
  isLessThan: (value, bound) => value < bound,
  isLessThanOrEqualTo: (value, bound) => value <= bound,
  contains: (value, ...wanted) => wanted.every((one) => holds(value, one)),
  doesNotContain: (value, ...wanted) => !wanted.some((one) => holds(value, one)),
  containsExactly: (value, ...wanted) => sameItems(value, wanted),
  doesNotContainExactly: (value, ...wanted) => !sameItems(value, wanted),
  hasLength: (value, length) => value.length === length,
  isEmpty: (value) => empty(value),
  isNotEmpty: (value) => !empty(value),
  isArray: (value) => typeOf(value) === "array",
  isBoolean: (value) => typeof value === "boolean",
  isFunction: (value) => typeof value === "function",
  isNumber: (value) => typeof value === "number",
  isObject: (value) => typeOf(value) === "object",
  isString: (value) => typeof value === "string",
};

// `fail(message)` is called where the answer is no; it throws.
function makeAssertThat(fail) {
  return (value, said) => {
    if (value && typeof value.then === "function") fail("assertThat was given a promise: assert in its then");
    const asked = {};
    for (const name of Object.keys(MATCHERS)) {
      asked[name] = (...args) => {
        let answer = false;
        try {
          answer = MATCHERS[name](value, ...args);
        } catch (_) { /* a value of another kind: the answer is no */ }
        if (!answer) fail(`${said ? `${said}: ` : ""}${shown(value)} ${name} ${args.map(shown).join(", ")}`.trim());
        return asked;
      };
    }
    return asked;
  };
}

// What assertApi(name) can be asked, of the calls that runCode led to.
function makeAssertApi(calls, fail, isKnown) {
  return (name) => {
    if (!isKnown(name)) fail(`assertApi: there is no API called ${shown(name)} for this template`);
    const made = () => calls.filter((call) => call.api === name);
    const was = (args) => made().some((call) => deepEqual(call.args, args));
    const told = () => (made().length ? `it was called with ${made().map((call) => call.args.map(shown).join(", ")).join(" | ")}` : "it was not called");
    const asked = {
      wasCalled: () => (made().length ? asked : fail(`${name} was not called`)),
      wasNotCalled: () => (made().length ? fail(`${name} was called: ${told()}`) : asked),
      wasCalledWith: (...args) => (was(args) ? asked : fail(`${name} was not called with ${args.map(shown).join(", ")}: ${told()}`)),
      wasNotCalledWith: (...args) => (was(args) ? fail(`${name} was called with ${args.map(shown).join(", ")}`) : asked),
    };
    return asked;
  };
}
