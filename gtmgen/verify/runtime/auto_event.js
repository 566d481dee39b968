// Auto-event variables: what the event's own message says of its element, and not what the data layer remembers.

const AUTO_EVENT = {
  ELEMENT: "gtm.element",
  CLASSES: "gtm.elementClasses",
  ID: "gtm.elementId",
  TARGET: "gtm.elementTarget",
  URL: "gtm.elementUrl",
  HISTORY_NEW_URL_FRAGMENT: "gtm.newUrlFragment",
  HISTORY_OLD_URL_FRAGMENT: "gtm.oldUrlFragment",
  HISTORY_NEW_STATE: "gtm.newHistoryState",
  HISTORY_OLD_STATE: "gtm.oldHistoryState",
  HISTORY_CHANGE_SOURCE: "gtm.historyChangeSource",
};

function autoEvent(given, event, page) {
  const element = event.message["gtm.element"];
  const kind = given.varType || "ELEMENT";
  let found;
  if (kind === "TEXT") found = elementText(element);
  else if (kind === "ATTRIBUTE") found = element ? element.getAttribute(given.attribute) : undefined;
  else if (kind === "TAG_NAME") found = element ? element.tagName : undefined;
  else if (hasOwn(AUTO_EVENT, kind)) found = event.message[AUTO_EVENT[kind]];
  else page.notDone(`auto-event variables of type ${kind}: they have no value`);
  if (kind === "URL" && found && given.component && given.component !== "URL") {
    if (given.component === "IS_OUTBOUND") return isOutbound(found, given, page);
    found = urlPart(found, given.component, given);
  }
  return found === undefined || found === null || found === "" ? orDefault(undefined, given) : found;
}

// Whether a link leads to another host than the page's and those that count as its own.
function isOutbound(url, given, page) {
  const host = new URL(url, page.window.location.href).hostname.toLowerCase();
  const listed = String(given.affiliatedDomains || "").split(",").map((name) => name.trim().toLowerCase());
  const own = listed.concat(String(page.window.location.hostname).toLowerCase()).filter(Boolean);
  return host !== "" && !own.some((name) => host === name || host.endsWith("." + name));
}
