// A template's own tests, each with nothing left of the one before. As in GTM, what is mocked needs no permission, and fields are not
// validated (server-side facts, 5.4).
//
// scenarios(program, host) -> [{name, problem}], problem "" where it passed. The program's scenarios are
// function(require, runCode, mock, mockObject, assertThat, assertApi, fail); the host is run's, and says what no mock does.

const ENDS = ["gtmOnSuccess", "gtmOnFailure"];

function scenarios(program, host) {
  return program.scenarios.map(({ name, code }) => ({ name, problem: scenario(program, code, host) }));
}

function scenario(program, code, host) {
  let problem = "";
  // said once and kept: a failure inside a promise's listener would be lost
  const fail = (message) => {
    problem = problem || String(message === undefined ? "fail() was called" : message);
    throw new Error(problem);
  };
  const test = makeBox(program, host);
  test.checked = false; // the test's own calls
  test.queue = makeQueue(test.broke);
  const mocks = {};
  const calls = [];
  const isKnown = (name) => ENDS.includes(name) || Object.prototype.hasOwnProperty.call(APIS[program.side], name)
    || NOT_SIMULATED[program.side].includes(name);
  const known = (name) => (isKnown(name) ? name : fail(`there is no API called ${shown(name)} for this template`));
  const mock = (name, value) => {
    mocks[known(name)] = typeof value === "function" ? value : () => value;
  };
  const mockObject = (name, object) => {
    mocks[known(name)] = object;
  };
  const runCode = (data) => {
    const box = makeBox(program, test.host);
    box.queue = test.queue;
    box.mocks = mocks;
    box.report.calls = calls;
    return program.code(makeRequire(box), Object.assign(makeData(box, data), ends(box, data, mocks, calls)));
  };
  attempt(test, () => {
    code(makeRequire(test), runCode, mock, mockObject, makeAssertThat(fail), makeAssertApi(calls, fail, isKnown), fail);
  });
  settle(test);
  return problem || test.report.exception;
}

// gtmOnSuccess and gtmOnFailure are seen by assertApi, and can be mocked or come with the data.
function ends(box, data, mocks, calls) {
  return Object.fromEntries(ENDS.map((name) => [name, (...args) => {
    calls.push({ api: name, args });
    const own = mocks[name] || (data && data[name]);
    return own ? own(...args) : undefined;
  }]));
}
