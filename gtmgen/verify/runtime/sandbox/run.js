// One run of a template. What surrounds it comes from the host; what it did stands in the report, which goes on being filled while
// requests are open and callbacks wait.
//
// run(program, data, host) -> report
//   program  from gtmgen.verify.sandbox.expression: {id, side, type, permissions, code: function(require, data)}
//   data     the tag's or variable's fields; gtmOnSuccess and gtmOnFailure are added here
//   host     now() in ms, random() in [0, 1), cookies() -> [{name, value as it stands in the header}], setCookie({name, value, options, text}),
//            log(...values), container {containerId, ...}, shared (one object for all runs of a page or server process),
//            later(work) (without it what is to happen later happens before run returns), eventCallback(callback),
//            denied({api, permission, args}), ended("success" | "failure")
//     server: eventData, request {method, path, query, headers, body, remoteAddress}, clientName,
//            http(url, options, body) -> {statusCode, headers, body} or {reason}, or a promise of one
//     web:    window, url, referrer, title, characterSet, dataLayer(key, version), loadScript|loadPixel|loadFrame(url, success, failure),
//            consent {granted(type), listen(type, listener), defaults(settings), update(settings)}, gtagSet(settings), storage
//   report   {outcome "success" | "failure" | "", value (what a variable gives), calls [{api, args}], cookies, requests, open (how many of
//            them wait), log, denied, exception}

const APIS = {
  web: Object.assign({}, SHARED_APIS, WEB_APIS),
  server: Object.assign({}, SHARED_APIS, SERVER_APIS),
};
const NOT_SIMULATED = { web: WEB_NOT_SIMULATED, server: SERVER_NOT_SIMULATED };

function makeBox(program, host) {
  const report = { outcome: "", value: undefined, calls: [], cookies: [], requests: [], open: 0, log: [], denied: [], exception: "" };
  const broke = (problem) => {
    if (!report.exception) report.exception = (problem && problem.message) || String(problem);
  };
  const queue = makeQueue(broke);
  const box = {
    program,
    report,
    queue,
    broke,
    host: Object.assign({ shared: {} }, host),
    checked: true, // whether permissions are asked for
    mocks: {}, // API to what a test put in its place
    api: "",
    request: () => box.host.request || {},
    hostMust(name) {
      if (box.host[name] === undefined) throw new Error(`the host gives no ${name}`);
      return box.host[name];
    },
    // Throws where the template has no permission, and tells the host.
    need(permission, ...args) {
      if (!box.checked || allowed(program.permissions, permission, args)) return;
      const denied = { api: box.api, permission, args: args.map((arg) => deepCopy(arg)) };
      report.denied.push(denied);
      if (box.host.denied) box.host.denied(denied);
      const asked = args.filter((arg) => arg !== undefined).map(shown).join(", ");
      throw new Error(`${box.api} needs the permission ${permission}${asked ? ` for ${asked}` : ""}`);
    },
    later(work) {
      if (box.host.later) box.host.later(() => box.enter(work));
      else box.queue.later(() => attempt(box, work));
    },
    // Runs a part of the template that something outside began, and what it put off.
    enter(work) {
      attempt(box, work);
      settle(box);
    },
  };
  if (!box.host.now || !box.host.random) throw new Error("the host gives no clock and no chance: now(), random()");
  return box;
}

function attempt(box, work) {
  try {
    return work();
  } catch (problem) {
    box.broke(problem);
    return undefined;
  }
}

function settle(box) {
  attempt(box, () => box.queue.drain());
}

// `require` of a run. An API is made once, frozen, and every call of it stands in the report.
function makeRequire(box) {
  const made = {};
  const { side } = box.program;
  return (name) => {
    if (Object.prototype.hasOwnProperty.call(made, name)) return made[name];
    if (Object.prototype.hasOwnProperty.call(box.mocks, name)) return told(box, name, box.mocks[name]);
    if (!Object.prototype.hasOwnProperty.call(APIS[side], name)) {
      const other = side === "web" ? "server" : "web";
      if (NOT_SIMULATED[side].includes(name)) throw new Error(`require: ${name} is not simulated here`);
      const known = Object.prototype.hasOwnProperty.call(APIS[other], name) || NOT_SIMULATED[other].includes(name);
      throw new Error(`require: ${known ? `${name} is an API of ${other} templates, not of ${side} ones` : `there is no API called ${shown(name)}`}`);
    }
    made[name] = told(box, name, APIS[side][name](box));
    return made[name];
  };
}

// The API as the template gets it: calls are noted, and a denied one knows its name.
function told(box, name, api) {
  const noted = (label, call) => Object.freeze((...args) => {
    box.report.calls.push({ api: label, args: args.map((arg) => deepCopy(arg)) });
    const before = box.api;
    box.api = label;
    try {
      return call(...args);
    } finally {
      box.api = before;
    }
  });
  if (typeof api === "function") return noted(name, api);
  return Object.freeze(Object.fromEntries(Object.entries(api).map(([key, call]) => [key, noted(`${name}.${key}`, call)])));
}

// The fields as the template sees them: a copy, with the two ways to end.
function makeData(box, data) {
  const end = (outcome) => () => {
    if (box.report.outcome) return;
    box.report.outcome = outcome;
    if (box.host.ended) box.host.ended(outcome);
  };
  return Object.assign(deepCopy(data) || {}, { gtmOnSuccess: end("success"), gtmOnFailure: end("failure") });
}

function run(program, data, host) {
  const box = makeBox(program, host);
  const fields = makeData(box, data);
  box.enter(() => {
    box.report.value = program.code(makeRequire(box), fields);
  });
  // a tag that breaks has failed (gtm-runtime facts, 6.3 point 3)
  if (box.report.exception && program.type === "TAG") fields.gtmOnFailure();
  return box.report;
}
