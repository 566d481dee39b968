// Stands in for the Zonk's script in the tests: takes what waits in `early`, and notes every call.
(function (window) {
  "use strict";
  const zonk = window["zonk$3000"];
  const log = window.__gtmLog || function () {};
  const known = {};
  const set = {}; // what each tank was opened with, by the names of the settings
  function tell(one) {
    const about = { kind: "call", sdk: "zonk", pixel: one.tank, method: one.say };
    if (one.say === "open") {
      set[one.tank] = { mood: one.mood, heat: one.heat };
      log(Object.assign(about, { params: { mood: one.mood, heat: one.heat, own_views: one.own_views } }));
    } else if (one.say === "who") {
      known[one.tank] = one.who;
    } else {
      log(Object.assign(about, { event: one.deed, params: one.bag, event_id: one.stub, user: known[one.tank], settings: set[one.tank] }));
    }
  }
  zonk.tell = tell;
  zonk.early.splice(0).forEach(tell);
})(window);
