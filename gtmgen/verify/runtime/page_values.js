// What variables read of the page: its address, where the visitor came from, cookies, global names.

function pageUrl(page, given) {
  const text = given.customUrlSource || page.layer.get("gtm.url", 1) || page.window.location.href;
  return urlPart(String(text), given.component, given);
}

function referrer(page, given) {
  const text = String(page.layer.get("gtm.referrer", 1) || page.document.referrer || "");
  return given.component && given.component !== "URL" ? text && urlPart(text, given.component, given) : text;
}

function cookie(jar, name, decoded) {
  for (const pair of String(jar).split(";")) {
    const at = pair.indexOf("=");
    if (pair.slice(0, at).trim() !== name) continue;
    const text = pair.slice(at + 1).trim();
    if (!decoded) return text;
    try {
      return decodeURIComponent(text);
    } catch (error) {
      return text;
    }
  }
  return undefined;
}

function globalValue(window, path) {
  let at = window;
  for (const part of String(path).split(".")) {
    if (at === undefined || at === null) return undefined;
    at = at[part];
  }
  return at;
}
