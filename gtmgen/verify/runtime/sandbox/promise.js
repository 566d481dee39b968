// The sandbox's own promises and its queue of what is to happen later: a run can then be brought to rest at once, without a clock.

// Too many turns are taken for a loop that waits for itself.
const MOST_TURNS = 10000;

// What waits: the promises' listeners (`add`) go before whatever was put off (`later`), as in a browser.
// `broke` hears what a listener threw: sandboxed code cannot throw by itself, so it is a mistake, whoever catches it.
function makeQueue(broke) {
  const soon = [], late = [];
  let draining = false;
  return {
    broke,
    add: (job) => { soon.push(job); },
    later: (job) => { late.push(job); },
    // Runs what waits, and what that adds.
    drain() {
      if (draining) return;
      draining = true;
      try {
        for (let turns = 0; soon.length || late.length; turns += 1) {
          if (turns === MOST_TURNS) {
            soon.length = 0;
            late.length = 0;
            throw new Error("the template never comes to rest");
          }
          (soon.length ? soon : late).shift()();
        }
      } finally {
        draining = false;
      }
    },
  };
}

// A promise that is settled from outside: {promise, resolve, reject}. `queue.add` decides when its listeners hear.
function deferred(queue) {
  let state = "waiting", value;
  const listeners = [];
  const settle = (how, what) => {
    if (state !== "waiting") return;
    state = how;
    value = what;
    for (const listener of listeners.splice(0)) queue.add(() => listener[state](value));
  };
  // what it was resolved with first holds, also while that is a promise that still waits
  let taken = false;
  const follow = (result) => {
    if (result && typeof result.then === "function") result.then(follow, (reason) => settle("bad", reason));
    else settle("good", result);
  };
  const once = (go) => (what) => {
    if (taken) return;
    taken = true;
    go(what);
  };
  const reject = once((reason) => settle("bad", reason));
  const resolve = once(follow);
  const then = (onGood, onBad) => {
    const next = deferred(queue);
    const pass = (handler, otherwise) => (what) => {
      if (typeof handler !== "function") return otherwise(what);
      try {
        next.resolve(handler(what));
      } catch (problem) {
        queue.broke(problem);
        next.reject(problem);
      }
      return undefined;
    };
    const listener = { good: pass(onGood, next.resolve), bad: pass(onBad, next.reject) };
    if (state === "waiting") listeners.push(listener);
    else queue.add(() => listener[state](value));
    return next.promise;
  };
  const promise = Object.freeze({
    then,
    catch: (onBad) => then(undefined, onBad),
    finally: (done) => then((what) => { done(); return what; }, (reason) => {
      done();
      const again = deferred(queue);
      again.reject(reason);
      return again.promise;
    }),
  });
  return { promise, resolve, reject };
}

// require("Promise"): create and all, no more (server-side facts, 5.2).
function makePromises(queue) {
  const create = (executor) => {
    const made = deferred(queue);
    try {
      executor(made.resolve, made.reject);
    } catch (problem) {
      made.reject(problem);
    }
    return made.promise;
  };
  const all = (list) => create((resolve, reject) => {
    const results = [];
    let open = list.length;
    if (!open) resolve(results);
    list.forEach((one, i) => {
      const single = deferred(queue);
      single.resolve(one);
      single.promise.then((result) => {
        results[i] = result;
        open -= 1;
        if (!open) resolve(results);
      }, reject);
    });
  });
  return { all, create };
}
