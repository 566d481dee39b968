// Variables, which the program calls macros. They are evaluated at every reference; nothing is cached within an event.

// By function: (resolved parameters, page, event) to value. Custom JavaScript and custom templates stand apart.
const VARIABLE_TYPES = {
  __v(given, page) {
    const name = given.name;
    if (!name || typeof name !== "string") return false;
    const found = page.layer.get(name.replace(/\\\./g, "."), Number(given.dataLayerVersion) === 2 ? 2 : 1);
    return orDefault(found, given);
  },
  __c: (given) => given.value,
  __u: (given, page) => pageUrl(page, given),
  __f: (given, page) => referrer(page, given),
  __e: (given, page, event) => event.name,
  __k: (given, page) => cookie(page.document.cookie, given.name, given.decodeCookie),
  __j: (given, page) => globalValue(page.window, given.name),
  __d: (given, page) => domText(page.document, given),
  __aev: (given, page, event) => autoEvent(given, event, page),
  __vis(given, page) {
    const element = find(page.document, given)[0];
    const percent = Math.round(shownShare(page.window, page.document, element) * 1000) / 10;
    return given.outputMethod === "PERCENT" ? percent : percent > 0 && percent >= Number(given.onScreenRatio || 50);
  },
  __smm: (given) => lookup(given),
  __remm: (given) => regexTable(given),
  __r(given) {
    const min = Number(given.min);
    const max = Number(given.max);
    const bounded = given.min !== undefined && given.min !== "" && min <= max;
    return bounded ? Math.floor(Math.random() * (max - min + 1)) + min : Math.floor(Math.random() * 2147483647);
  },
  __cid: (given, page) => page.publicId,
  __ctv: (given, page) => page.version,
  __dbg: () => false,
  __hid: (given, page) => `gtm-${page.nextId()}`,
  __uv: () => undefined,
  __gtes: (given) => table(given.eventSettingsTable, "parameter", "parameterValue"),
  __gtcs: (given) => table(given.configSettingsTable, "parameter", "parameterValue"),
  __gas: (given) => Object.assign({}, given, { fieldsToSet: table(given.fieldsToSet, "fieldName", "value") }),
  __awec: (given, page) => userProvided(given, page.notDone),
};

class Variables {
  // `page` is what variables read from: window, document, layer, publicId, version, nextId, note, notDone, keep.
  constructor(macros, page) {
    this.page = page;
    this.macros = macros;
    this.open = new Set();
  }

  // What a reference hands over.
  reference(number, event) {
    return handOver(this.value(number, event));
  }

  value(number, event) {
    if (this.open.has(number)) return undefined; // a variable that needs itself
    this.open.add(number);
    try {
      const inner = (other) => this.reference(other, event);
      const macro = this.macros[number];
      return formatted(macro, this.evaluate(macro, event, inner), inner, this.page);
    } finally {
      this.open.delete(number);
    }
  }

  evaluate(macro, event, inner) {
    const { page } = this;
    if (macro.function === "__jsm") return this.run(macro, inner);
    try {
      if (isTemplate(macro)) return runVariableTemplate(page, macro, resolveGiven(macro, inner, page), event);
      const type = VARIABLE_TYPES[macro.function];
      return type ? type(resolveGiven(macro, inner, page), page, event) : undefined; // told as not done at the start
    } catch (error) {
      page.note({ kind: "error", event: page.current, source: `variable ${macro.name}`, message: String(error) });
      return false;
    }
  }

  // Custom JavaScript: an exception makes it undefined.
  run(macro, inner) {
    try {
      const code = resolve(macro.vtp_javascript, inner, this.page);
      return (0, eval)(code);
    } catch (error) {
      this.page.note({ kind: "error", event: this.page.current, source: `variable ${macro.name}`, message: String(error) });
      return undefined;
    }
  }
}
