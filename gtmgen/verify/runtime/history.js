// gtm.historyChange: what single-page sites do, and the visitor's way back.

function onHistoryChange({ window, push }) {
  const { history, location } = window;
  const now = (source) => ({ source, state: history.state, url: location.href, fragment: location.hash.replace(/^#/, "") });
  let last = now(null);
  const tell = (source) => {
    const next = now(source);
    // one step back or one new hash makes both a popstate and a hashchange
    const same = next.url === last.url && next.state === last.state;
    if (same && (source === "popstate" || source === "hashchange")) return;
    const message = {
      event: "gtm.historyChange",
      "gtm.historyChangeSource": source,
      "gtm.oldUrlFragment": last.fragment,
      "gtm.newUrlFragment": next.fragment,
      "gtm.oldHistoryState": last.state,
      "gtm.newHistoryState": next.state,
      "gtm.oldUrl": last.url,
      "gtm.newUrl": next.url,
    };
    last = next;
    push(message);
  };
  for (const method of ["pushState", "replaceState"]) {
    const native = history[method];
    history[method] = function () {
      const result = native.apply(history, arguments);
      tell(method);
      return result;
    };
  }
  window.addEventListener("popstate", () => tell("popstate"));
  window.addEventListener("hashchange", () => tell("hashchange"));
}

