// One container on one page: ties the parts together and starts them.
//
// `host` is the page: {window, document, log(fact), insertHtml(html, who, done), image(url, done)}.
// `options`: dataLayer (its name), firstId, explain (note what did not fire, and why), waiting ("in order" | "reversed").

function start(host, file, options) {
  const exported = file.containerVersion || file;
  const problems = findProblems(exported);
  const publicId = (exported.container || {}).publicId || "GTM-TEST";
  if (problems.length > 0) {
    host.log({ kind: "refused", container: publicId, problems });
    return;
  }

  const { window, document } = host;
  const manager = (window.google_tag_manager = window.google_tag_manager || {});
  const name = options.dataLayer || "dataLayer";
  const shared = (manager[name] = manager[name] || { gtmDom: false, gtmLoad: false, subscribers: 0, listening: {} });
  shared.subscribers += 1;
  manager.rm = manager.rm || {};
  if (manager.sequence === undefined) manager.sequence = options.firstId === undefined ? 1 : options.firstId;
  const consentData = (window.google_tag_data = window.google_tag_data || {});
  consentData.ics = consentData.ics || { entries: {} };

  const kept = {};
  manager.rm[publicId] = (key) => kept[key];
  const page = {
    window,
    document,
    host,
    options,
    publicId,
    containerId: exported.containerId || publicId,
    version: exported.containerVersionId || "0",
    dataLayer: name,
    shared,
    current: null,
    nextId: () => manager.sequence++,
    note: (fact) => {
      if (options.explain === false && fact.kind === "tag" && fact.outcome === "filter") return;
      host.log(Object.assign({ container: publicId }, fact));
    },
    // values given to code by reference are numbered by the same counter as events are: ids jump
    keep: (found) => {
      const key = page.nextId();
      kept[key] = found;
      return key;
    },
    push: (message) => window[name].push(message),
  };

  const consent = new Consent(consentData.ics.entries);
  const variables = new Variables(exported, page);
  const triggers = new Triggers(exported, page, variables);
  const tags = new Tags(exported, page, triggers, variables, consent);
  const listeners = new Listeners(page, triggers, variables);
  let seen = 0;

  const onEvent = ({ name: eventName, id, message }) => {
    seen += 1;
    const event = { seq: `${publicId}/${seen}`, name: eventName, id, message, predicates: new Map(), triggers: new Map(), runs: new Map() };
    page.current = event.seq;
    page.note({ kind: "event", event: event.seq, name: eventName, id });
    const chosen = tags.decide(event);
    const completed = Array.from(triggers.groupsCompletedBy(event));
    tags.start(event, chosen, callBack(window, publicId, message));
    page.current = null;
    for (const group of completed) page.push({ event: "gtm.triggerGroup", "gtm.triggers": group.uid });
    if (eventName === "gtm.js") listeners.start(event);
    return chosen.length > 0;
  };
  const queue = new Queue(name, window, { nextId: page.nextId, onEvent, onConsent: (action, types) => consent.take(action, types) });
  page.layer = queue.models;
  manager[publicId] = { dataLayer: queue.api, callback: () => {}, bootstrap: Date.now() };
  host.log({ kind: "container", container: publicId, dataLayer: name, url: String(window.location.href) });

  queue.attach();
  whenReady(host, shared, page.push);
}

// eventCallback: once, when every tag has reported, or at eventTimeout.
function callBack(window, publicId, message) {
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
