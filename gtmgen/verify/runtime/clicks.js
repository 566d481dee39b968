// gtm.click and gtm.linkClick.

function onClick({ document, push }) {
  // capture: a handler that stops the event does not hide it
  document.addEventListener("click", (domEvent) => push(elementKeys("gtm.click", domEvent.target)), true);
}

function onLinkClick(page, group) {
  const { document, window } = page;
  const heard = (domEvent) => {
    if (domEvent.button === 2) return;
    const link = closest(domEvent.target, ["a", "area"]);
    const addressed = link ? addressees(group, domEvent) : [];
    if (addressed.length === 0) return;
    const leaves = leavesPage(window, link, domEvent);
    const waits = tellAndWait(page, elementKeys("gtm.linkClick", link), addressed, leaves, () => follow(window, link));
    if (waits) domEvent.preventDefault();
  };
  document.addEventListener("click", heard, false);
  document.addEventListener("auxclick", heard, false);
}

// Whether a click on a link would replace this very page: only then can tags be waited for.
function leavesPage(window, link, domEvent) {
  if (domEvent.defaultPrevented || domEvent.button === 1) return false;
  if (domEvent.ctrlKey || domEvent.shiftKey || domEvent.altKey || domEvent.metaKey) return false;
  const target = link.getAttribute("target");
  if (target && !["_self", "_parent", "_top"].includes(target)) return false;
  const href = link.getAttribute("href") || "";
  if (href === "" || href.startsWith("#")) return false;
  const bare = (url) => url.replace(/#.*$/, "");
  return !(String(link.href).includes("#") && bare(String(link.href)) === bare(window.location.href));
}

function follow(window, link) {
  const target = link.getAttribute("target");
  const where = target === "_top" ? window.top : target === "_parent" ? window.parent : window;
  where.location.href = link.href;
}
