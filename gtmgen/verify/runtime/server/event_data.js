// What the variables of a server container read: the event, the request it came with, its cookies.

// A dotted path; a step into a list is its index, and a list that came over the wire is an object with numbers for keys.
function eventValue(data, path) {
  let at = data;
  for (const step of String(path).split(".")) {
    if (at === undefined || at === null) return undefined;
    at = hasOwn(Object(at), step) ? at[step] : undefined;
  }
  return at;
}

function headerOf(request, name) {
  const wanted = String(name).toLowerCase();
  const found = Object.keys(request.headers || {}).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : request.headers[found];
}

function queryOf(request, name) {
  for (const pair of String(request.query || "").replace(/^\?/, "").split("&")) {
    const at = pair.indexOf("=");
    const key = at < 0 ? pair : pair.slice(0, at);
    if (decoded(key) === name) return at < 0 ? "" : decoded(pair.slice(at + 1));
  }
  return undefined;
}

function decoded(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch (error) {
    return text;
  }
}
