// gtm.scrollDepth: each threshold once per page.

function onScroll(page, group) {
  const { window, document, push } = page;
  const reached = new Set();
  const axes = [
    { direction: "vertical", on: "verticalThresholdOn", units: "verticalThresholdUnits", percent: "verticalThresholdsPercent", pixels: "verticalThresholdsPixels" },
    { direction: "horizontal", on: "horizontalThresholdOn", units: "horizontalThresholdUnits", percent: "horizontalThresholdsPercent", pixels: "horizontalThresholdsPixels" },
  ];
  const seenOf = (direction) => {
    const root = document.scrollingElement || document.documentElement;
    const seen = direction === "vertical" ? root.scrollTop + window.innerHeight : root.scrollLeft + window.innerWidth;
    return { seen, whole: direction === "vertical" ? root.scrollHeight : root.scrollWidth };
  };
  const check = () => {
    for (const { direction, on, units, percent, pixels } of axes) {
      const { seen, whole } = seenOf(direction);
      const due = new Map(); // threshold to the triggers that want it: one message per threshold
      for (const given of group) {
        const uid = given.uniqueTriggerId;
        if (!isTrue(given[on])) continue;
        const inPixels = given[units] === "PIXELS";
        for (const text of String(given[inPixels ? pixels : percent] || "").split(",")) {
          const threshold = Number(text);
          const key = `${uid} ${direction} ${text}`;
          if (reached.has(key) || text.trim() === "" || (inPixels ? seen : (seen / whole) * 100) < threshold) continue;
          reached.add(key);
          const shape = `${threshold} ${inPixels ? "pixels" : "percent"}`;
          due.set(shape, (due.get(shape) || []).concat(uid));
        }
      }
      for (const [shape, ids] of due) {
        const [threshold, unit] = shape.split(" ");
        push({
          event: "gtm.scrollDepth",
          "gtm.scrollThreshold": Number(threshold),
          "gtm.scrollUnits": unit,
          "gtm.scrollDirection": direction,
          "gtm.triggers": ids.join(","),
        });
      }
    }
  };
  let pending = false;
  window.addEventListener("scroll", () => {
    if (pending) return;
    pending = true;
    window.setTimeout(() => {
      pending = false;
      check();
    }, 50);
  });
  if (document.readyState === "complete") window.setTimeout(check, 0);
  else window.addEventListener("load", check);
}
