// Stands in for Meta's fbevents.js: drains the queue its base code fills, and notes every call. It is no validator.
//
// `fbq` is a function: it calls `callMethod` once that exists, and keeps its arguments in `queue` before.
(function (window) {
  "use strict";
  const fbq = window.fbq;
  const log = window.__gtmLog || function () {};
  if (!fbq || !fbq.queue) {
    log({ kind: "call", sdk: "fbq", method: "load", warning: "fbevents.js found no queue: fbq is missing" });
    return;
  }
  if (fbq.callMethod) {
    log({ kind: "call", sdk: "fbq", method: "load", warning: "fbevents.js is loaded a second time" });
    return;
  }
  const pixels = new Map(); // id to what init() was told about the visitor
  const limited = new Map(); // id to whether its events are under Limited Data Use: what was asked for before its init() holds
  let processing = [];
  let revoked = false;
  let calls = 0;
  const held = [];

  function note(row) {
    calls += 1;
    log(Object.assign({ kind: "call", sdk: "fbq", call: `fbq/${calls}`, state: "sent" }, row));
    return `fbq/${calls}`;
  }

  function track(ids, method, event, params, options) {
    if (ids.length === 0) note({ method, event, params, warning: "no pixel is initialised", state: "dropped" });
    for (const pixel of ids) {
      const known = pixels.has(pixel);
      const state = !known ? "dropped" : revoked ? "held" : "sent";
      const call = note({
        pixel,
        method,
        event,
        params,
        event_id: options && options.eventID,
        user: pixels.get(pixel),
        settings: { limited_data_use: limited.get(pixel) === true }, // named as in platform.yml
        state,
        warning: known ? undefined : "the pixel is not initialised",
      });
      if (state === "held") held.push(call);
    }
  }

  const methods = {
    init(id, user) {
      const pixel = String(id);
      if (pixels.has(pixel) && user && Object.keys(pixels.get(pixel)).length === 0) {
        pixels.set(pixel, user); // the visitor became known: the one case in which the real script takes a second init
        note({ pixel, method: "init", user });
        return;
      }
      if (pixels.has(pixel)) {
        note({ pixel, method: "init", user, warning: "the pixel is initialised a second time" });
        return;
      }
      pixels.set(pixel, user || {});
      limited.set(pixel, processing.indexOf("LDU") !== -1);
      const { disablePushState, allowDuplicatePageViews } = fbq;
      note({ pixel, method: "init", user, params: { disablePushState, allowDuplicatePageViews } });
    },
    track: (event, params, options) => track(Array.from(pixels.keys()), "track", event, params, options),
    trackCustom: (event, params, options) => track(Array.from(pixels.keys()), "trackCustom", event, params, options),
    trackSingle: (id, event, params, options) => track([String(id)], "trackSingle", event, params, options),
    trackSingleCustom: (id, event, params, options) => track([String(id)], "trackSingleCustom", event, params, options),
    dataProcessingOptions(...args) {
      processing = Array.isArray(args[0]) ? args[0] : [];
      note({ method: "dataProcessingOptions", params: { args } });
    },
    consent(action) {
      note({ method: "consent", params: { action } });
      revoked = action === "revoke";
      if (!revoked) for (const call of held.splice(0)) log({ kind: "call state", call, state: "sent" });
    },
  };
  const call = (args) => {
    const [method, ...rest] = [].slice.call(args);
    if (Object.prototype.hasOwnProperty.call(methods, method)) methods[method](...rest);
    else note({ method: String(method), params: { args: rest } }); // set and the like
  };

  fbq.getState = () => ({ pixels: Array.from(pixels.keys(), (id) => ({ id })) });
  fbq.callMethod = function () {
    call(arguments);
  };
  for (const args of fbq.queue.splice(0)) call(args);
})(window);
