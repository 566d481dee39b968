// The types of variables of a server container (server-side.md 4): by function, (resolved parameters, run, event) to value.

const SERVER_VARIABLES = {
  __e: (given, run) => run.event.name,
  __event_name: (given, run) => run.event.name,
  __client_name: (given, run) => run.hit.clientName,
  __request_path: (given, run) => run.hit.request.path,
  __request_method: (given, run) => run.hit.request.method,
  __query_string: (given, run) => run.hit.request.query,
  __visitor_region: (given, run) => headerOf(run.hit.request, "x-gclb-region"),
  __container_id: (given, run) => run.program.container,
  __container_version: (given, run) => run.program.version,
  __debug_mode: () => false,
  __random_number: (given, run) => Math.floor(run.host.random() * 2147483647),
  __ed: (given, run) => orDefault(eventValue(run.hit.eventData, given.keyPath), given),
  __rh: (given, run) => orDefault(headerOf(run.hit.request, given.headerName), given),
  __qp: (given, run) => orDefault(queryOf(run.hit.request, given.queryParamName), given),
  __sgtmk: (given, run) => cookie((run.hit.request.headers || {}).cookie || "", given.cookieName || given.name, true),
  __c: (given) => given.value,
  __smm: (given) => lookup(given),
  __remm: (given) => regexTable(given),
  __cid: (given, run) => run.program.container,
  __ctv: (given, run) => run.program.version,
  __dbg: () => false,
};

// Variables are evaluated at every reference, as in a web container; one that cannot be told is undefined, and said.
class ServerVariables {
  constructor(run) {
    this.run = run;
    this.open = new Set();
  }

  reference(number) {
    const { run } = this;
    const macro = run.program.macros[number];
    if (this.open.has(number)) return undefined; // a variable that needs itself
    this.open.add(number);
    try {
      const inner = (other) => this.reference(other);
      return handOver(formatted(macro, this.value(macro, resolveGiven(macro, inner, run)), inner, run));
    } finally {
      this.open.delete(number);
    }
  }

  value(macro, given) {
    const { run } = this;
    if (macro.function.startsWith("__cvt_")) return run.template(macro, given).value;
    const type = SERVER_VARIABLES[macro.function];
    if (!type) run.notDone(`variable "${macro.name}" of type ${macro.function.slice(2)}: its value is undefined`);
    return type ? type(given, run) : undefined;
  }
}
