// Timer triggers: a message each, until the limit.

const LEAST_INTERVAL = 10; // a timer of 0 ms would keep the page for ever

function onTimer({ window, push }, given) {
  const uid = given.uniqueTriggerId;
  const interval = Number(given.interval) || 0;
  const limit = Number(given.limit) || 0;
  const begun = Date.now();
  let number = 0;
  const timer = window.setInterval(() => {
    number += 1;
    if (limit > 0 && number >= limit) window.clearInterval(timer);
    push({
      event: given.eventName || "gtm.timer",
      "gtm.timerId": uid,
      "gtm.timerEventNumber": number,
      "gtm.timerInterval": interval,
      "gtm.timerLimit": limit,
      "gtm.timerStartTime": begun,
      "gtm.timerCurrentTime": Date.now(),
      "gtm.timerElapsedTime": Date.now() - begun,
      "gtm.triggers": uid,
    });
  }, Math.max(interval, LEAST_INTERVAL));
}

