// What GTM tells of an element of the page.

const MAX_ANCESTORS = 100;

function closest(node, names) {
  for (let i = 0; node && i <= MAX_ANCESTORS; i++, node = node.parentElement || node.parentNode) {
    if (node.tagName && names.includes(node.tagName.toLowerCase())) return node;
  }
  return null;
}

// The keys that every auto event carries of its element. Attributes, since an input named "id" hides form.id.
function elementKeys(eventName, element, url) {
  const attribute = (name) => (element.getAttribute && element.getAttribute(name)) || "";
  return {
    event: eventName,
    "gtm.element": element,
    "gtm.elementClasses": attribute("class"),
    "gtm.elementId": attribute("for") || attribute("id"),
    "gtm.elementTarget": attribute("formtarget") || attribute("target"),
    "gtm.elementUrl": url === undefined ? elementUrl(element) : url,
  };
}

function elementUrl(element) {
  if (element.hasAttribute && element.hasAttribute("formaction")) return element.formAction;
  for (const key of ["action", "href", "src", "code", "codebase"]) {
    const found = element[key];
    if (typeof found === "string" && found) return found;
  }
  return "";
}

function elementText(element) {
  if (!element) return undefined;
  const text = String(element.innerText || element.textContent || "").replace(/^[\s\xa0]+|[\s\xa0]+$/g, "");
  return text.replace(/\xa0+|\s{2,}|\n|\r\t/g, " ");
}

// A missing element gives the text "null", on every core measured.
function domText(document, given) {
  const element = find(document, given)[0];
  if (!element) return "null";
  return given.attributeName ? element.getAttribute(given.attributeName) : elementText(element);
}

function find(document, given) {
  if (given.selectorType === "CSS") return Array.from(given.elementSelector ? document.querySelectorAll(given.elementSelector) : []);
  const element = document.getElementById(given.elementId);
  return element ? [element] : [];
}

function shown(window, document, element) {
  if (document.hidden) return false;
  for (let node = element; node && node.nodeType === 1; node = node.parentElement) {
    const style = window.getComputedStyle(node);
    if (style.display === "none" || style.opacity === "0" || (node === element && style.visibility === "hidden")) return false;
  }
  return true;
}

// How much of an element is on the screen, from 0 to 1.
function shownShare(window, document, element) {
  if (!element || !shown(window, document, element)) return 0;
  const box = element.getBoundingClientRect();
  const width = Math.min(box.right, window.innerWidth) - Math.max(box.left, 0);
  const height = Math.min(box.bottom, window.innerHeight) - Math.max(box.top, 0);
  return width > 0 && height > 0 && box.width * box.height > 0 ? (width * height) / (box.width * box.height) : 0;
}
