// One container on one page: ties the parts together and starts them.
//
// `host` is the page: {window, document, log(fact), insertHtml(html, who, done), image(url, done), loadScript(url, done), loadFrame(url, done),
// send(url, {method, body})}.
// `options`: dataLayer (its name), firstId, explain (note what did not fire and why, and what the data layer held), waiting
// ("in order" | "reversed").

function start(host, program, options) {
  const { window, document } = host;
  const publicId = program.container;
  const manager = (window.google_tag_manager = window.google_tag_manager || {});
  if (manager[publicId] && manager[publicId].dataLayer) {
    host.log({ kind: "error", container: publicId, source: publicId, message: "the container is on the page twice; GTM starts it once" });
    return;
  }
  const name = options.dataLayer || "dataLayer";
  const shared = (manager[name] = manager[name] || { gtmDom: false, gtmLoad: false, subscribers: 0, listening: {}, recover: [] });
  shared.subscribers += 1;
  manager.rm = manager.rm || {};
  if (manager.sequence === undefined) manager.sequence = options.firstId === undefined ? 1 : options.firstId;
  const consentData = (window.google_tag_data = window.google_tag_data || {});
  consentData.ics = consentData.ics || { entries: {}, active: false, waitUntil: 0 };

  const kept = {};
  manager.rm[publicId] = (key) => kept[key];
  const explains = options.explain !== false;
  const said = new Set();
  const page = {
    window,
    document,
    host,
    options,
    publicId,
    version: program.version,
    dataLayer: name,
    shared,
    current: null,
    nextId: () => manager.sequence++,
    note: (fact) => {
      if (explains || fact.kind !== "tag" || fact.outcome !== "filter") host.log(Object.assign({ container: publicId }, fact));
    },
    detail: (fact) => {
      if (explains) host.log(Object.assign({ container: publicId }, fact));
    },
    notDone: (what) => {
      if (!said.has(what)) host.log({ kind: "not done", container: publicId, what });
      said.add(what);
    },
    // values given to code by reference are numbered by the same counter as events are: ids jump
    keep: (found) => {
      const key = page.nextId();
      kept[key] = found;
      return key;
    },
    push: (message) => window[name].push(message),
  };

  const consent = new Consent(consentData.ics, page);
  const variables = new Variables(program.macros, page);
  const rules = new Rules(program, page, variables);
  const tags = new Tags(program, page, rules, variables, consent);
  page.consent = consent;
  page.templates = program.templates;
  page.sandbox = program.sandbox;
  page.templateShared = shared.templates = shared.templates || {};
  page.html = new HtmlTags(page);
  page.listeners = new Listeners(page);
  page.groups = new Groups(page);
  page.google = new GoogleTags(page);
  let seen = 0;

  const onEvent = ({ name: eventName, id, message, raw }) => {
    seen += 1;
    const event = { seq: `${publicId}/${seen}`, name: eventName, id, message, predicates: new Map(), rules: new Map(), runs: new Map(), callbacks: [] };
    page.current = event.seq;
    const details = explains ? { message: wire(message), model: wire(page.layer.tree), consent: consent.state() } : {};
    page.note(Object.assign({ kind: "event", event: event.seq, name: eventName, id }, details));
    if (isArguments(raw)) page.google.hears(eventName, raw[2]);
    const chosen = tags.decide(event);
    const callBack = eventCallBack(window, publicId, message);
    tags.start(event, chosen, (reports) => {
      for (const callback of event.callbacks) window.setTimeout(() => callback(publicId, { tags: reports }), 0);
      callBack(reports);
    });
    page.current = null;
    return chosen.length > 0;
  };
  const queue = new Queue(name, window, {
    nextId: page.nextId,
    onEvent,
    onConsent: (action, types) => consent.take(action, types),
    onFlood: (limit) => page.note({ kind: "error", event: page.current, source: "data layer", message: `tags pushed ${limit} messages in one task, and more: the rest is not taken` }),
    onConfig: (id) => page.notDone(`gtag("config", "${id}"): Google's tag of the page's own is not run`),
  });
  page.layer = queue.models;
  // a script that was stopped from outside leaves things as they were in its middle
  shared.recover.push(() => {
    variables.open.clear();
    queue.busy = false;
    queue.drain();
  });
  manager[publicId] = { dataLayer: queue.api, callback: () => {}, bootstrap: Date.now() };
  host.log({ kind: "container", container: publicId, dataLayer: name, url: String(window.location.href) });
  for (const what of whatIsNotDone(program)) page.notDone(what);

  queue.attach();
  whenReady(host, shared, page.push);
}

// eventCallback: once, when every tag has reported, or at eventTimeout.
function eventCallBack(window, publicId, message) {
  let open = typeof message.eventCallback === "function";
  const call = (tags) => {
    if (!open) return;
    open = false;
    window.setTimeout(() => message.eventCallback(publicId, { tags }), 0);
  };
  if (open && message.eventTimeout > 0) window.setTimeout(() => call([]), Number(message.eventTimeout));
  return call;
}

// gtm.dom and gtm.load, once per page for all containers of a data layer.
function whenReady({ window, document }, shared, push) {
  const dom = () => {
    if (shared.gtmDom) return;
    shared.gtmDom = true;
    push({ event: "gtm.dom" });
  };
  const load = () => {
    dom();
    if (shared.gtmLoad) return;
    shared.gtmLoad = true;
    push({ event: "gtm.load" });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", dom);
  else window.setTimeout(dom, 0);
  if (document.readyState === "complete") window.setTimeout(load, 0);
  else window.addEventListener("load", load);
}
