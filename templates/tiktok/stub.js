// Stands in for TikTok's events.js: drains the queues its base code fills, and notes every call. It is no validator: nothing
// here says what TikTok accepts.
//
// One script is loaded per pixel (?sdkid=…&lib=ttq). It takes over that pixel's own queue first (`ttq._i[id]`), then the shared
// one (`ttq` itself), whose calls go to every pixel on the page, then the methods.
(function (window, document) {
  "use strict";
  const src = (document.currentScript && document.currentScript.src) || "";
  const query = (key) => decodeURIComponent((new RegExp("[?&]" + key + "=([^&]*)").exec(src) || [])[1] || "");
  const id = query("sdkid");
  const q = window[query("lib") || "ttq"];
  const log = window.__gtmLog || function () {};
  if (!q || !q._i) {
    log({ kind: "call", sdk: "ttq", pixel: id, method: "load", warning: "events.js found no queue: ttq._i is missing" });
    return;
  }

  // What all the scripts of a page share.
  const core = q.__stub || (q.__stub = { loaded: {}, options: {}, users: {}, consent: "granted", held: [], calls: 0 });
  const pixels = () => Object.keys(q._i || {});

  function note(pixel, method, row) {
    core.calls += 1;
    const fact = Object.assign({ kind: "call", sdk: "ttq", call: `ttq/${core.calls}`, pixel, method, state: "sent" }, row);
    const event = method === "track" || method === "page";
    if (event && core.consent === "held") {
      fact.state = "held";
      core.held.push(fact.call);
    } else if (event && core.consent === "revoked") {
      fact.state = "dropped";
    }
    log(fact);
  }

  function release(state) {
    for (const call of core.held.splice(0)) log({ kind: "call state", call, state });
  }

  // what the pixel was loaded with, under the names that platform.yml has for its settings
  function settings(pixel) {
    const options = core.options[pixel] || (q._o && q._o[pixel]) || {};
    return { limited_data_use: options.limited_data_use === true };
  }

  const methods = {
    page(pixel) {
      note(pixel, "page", { event: "Pageview", params: {}, user: core.users[pixel], settings: settings(pixel) });
    },
    track(pixel, args) {
      const options = args[2] || {};
      if (options.pixel_code && options.pixel_code !== pixel) return;
      const about = { user: core.users[pixel], settings: settings(pixel) };
      note(pixel, "track", Object.assign({ event: args[0], params: args[1], event_id: options.event_id }, about));
    },
    identify(pixel, args) {
      core.users[pixel] = Object.assign({}, core.users[pixel], args[0]);
      note(pixel, "identify", { user: args[0] });
    },
    other: (pixel, args, method) => note(pixel, method, { params: { args } }),
  };
  const consent = {
    holdConsent: () => (core.consent = "held"),
    grantConsent() {
      core.consent = "granted";
      release("sent");
    },
    revokeConsent() {
      core.consent = "revoked";
      release("dropped");
    },
  };
  const names = ["page", "track", "identify", "instances", "debug", "on", "off", "once", "ready", "alias", "group"];
  const all = names.concat(["enableCookie", "disableCookie"], Object.keys(consent));

  function take(method, args, target) {
    if (consent[method]) {
      note(target, method, {});
      consent[method]();
      return;
    }
    const to = target === null ? pixels() : [target];
    for (const pixel of to) (methods[method] || methods.other)(pixel, args, method);
  }
  function takeOver(owner, target) {
    for (const method of all) owner[method] = (...args) => take(method, args, target);
    owner.push = (tuple) => take(tuple[0], [].slice.call(tuple, 1), target);
  }

  if (core.loaded[id]) {
    note(id, "load", { params: q._o && q._o[id], warning: "the pixel is loaded a second time" });
    return;
  }
  core.loaded[id] = true;
  core.options[id] = Object.assign({}, q._o && q._o[id]); // as they are now: what is changed later is not read any more
  // options such as historyObserver and limited_data_use
  note(id, "load", { params: q._o && q._o[id], warning: q._i[id] ? undefined : "the base code does not know this pixel" });
  const own = q._i[id] || (q._i[id] = []);
  // a hold that waits in the shared queue counts for what waits in the pixel's own
  if (core.consent === "granted" && q.splice && q.some((tuple) => tuple[0] === "holdConsent")) core.consent = "held";
  for (const tuple of own.splice(0)) take(tuple[0], [].slice.call(tuple, 1), id);
  takeOver(own, id);
  if (!core.shared) {
    core.shared = true;
    for (const tuple of q.splice(0)) take(tuple[0], [].slice.call(tuple, 1), null);
    takeOver(q, null);
    q.instance = (pixel) => {
      const one = q._i[pixel] || (q._i[pixel] = []);
      if (!core.loaded[pixel]) for (const method of all) one[method] = one[method] || ((...args) => void Array.prototype.push.call(one, [method, ...args]));
      return one;
    };
  }
})(window, document);
