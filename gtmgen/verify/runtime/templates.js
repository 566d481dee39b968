// Custom templates: their code runs in the sandbox, and this is what the sandbox gets of the page (gtm-runtime.md 6).

const isTemplate = (entry) => entry.function.startsWith("__cvt_");
const templateOf = (templates, entry) => (templates && hasOwn(templates, entry.function.slice(2)) ? templates[entry.function.slice(2)] : undefined);

// A variable's value is what its code returns.
function runVariableTemplate(page, macro, given, event) {
  const template = templateOf(page.templates, macro);
  return template ? runTemplate(page, template, given, event, `variable ${macro.name}`, () => {}).value : undefined;
}

// A tag has succeeded or failed when its code says so, and not before.
function runTagTemplate(page, tag, given, event, done) {
  const template = templateOf(page.templates, tag);
  if (!template) {
    page.window.setTimeout(() => done(true), 0); // told as not done at the start
    return;
  }
  const data = Object.assign({}, given, { gtmTagId: Number(tag.tag_id), gtmEventId: event.id });
  runTemplate(page, template, data, event, tag.name, (outcome) => done(outcome === "success"));
}

function runTemplate(page, template, data, event, source, ended) {
  const { window, document } = page;
  const error = (message) => page.note({ kind: "error", event: event.seq, source, message });
  let report = null;
  let told = "";
  const tell = () => {
    if (report && report.exception && report.exception !== told) error((told = report.exception));
  };
  const jar = () => {
    const pairs = String(document.cookie).split(";").map((pair) => pair.trim()).filter(Boolean);
    return pairs.map((pair) => ({ name: pair.split("=")[0], value: pair.slice(pair.indexOf("=") + 1) }));
  };
  report = page.sandbox.run(template, data, {
    now: () => Date.now(),
    random: () => Math.random(),
    cookies: jar,
    setCookie: ({ text }) => (document.cookie = text),
    log: (...values) => page.detail({ kind: "log", event: event.seq, source, message: values.map(show).join(" ") }),
    container: { containerId: page.publicId, version: page.version },
    shared: page.templateShared,
    later: (work) =>
      window.setTimeout(() => {
        work();
        tell();
      }, 0),
    eventCallback: (callback) => event.callbacks.push(callback),
    ended,
    window,
    url: String(window.location.href),
    referrer: document.referrer,
    title: document.title,
    characterSet: document.characterSet,
    dataLayer: (key, version) => page.layer.get(String(key), version),
    loadScript: (url, success, failure) => page.host.loadScript(url, (ok) => (ok ? success : failure)()),
    loadPixel: (url, success, failure) => page.host.image(url, (ok) => (ok ? success : failure)()),
    loadFrame: (url, success, failure) => page.host.loadFrame(url, (ok) => (ok ? success : failure)()),
    consent: {
      granted: (type) => page.consent.granted(type),
      listen: (type, listener) => page.consent.listen(type, listener),
      defaults: (types) => page.consent.take("default", types),
      update: (types) => page.consent.take("update", types),
    },
    gtagSet: (values) => page.push(asArguments("set", values)),
    storage: storageOf(window),
  });
  tell();
  return report;
}

function asArguments() {
  return arguments;
}

// Storage may be blocked: then it is as if there were none.
function storageOf(window) {
  try {
    return window.localStorage;
  } catch (error) {
    return undefined;
  }
}
