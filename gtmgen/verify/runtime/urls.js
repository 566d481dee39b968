// The parts of a URL as GTM's URL variables name them.

function urlPart(text, component, options = {}) {
  const url = new URL(text);
  switch (component || "URL") {
    case "URL":
      return url.href.replace(/#.*$/, "");
    case "PROTOCOL":
      return url.protocol.replace(":", "").toLowerCase();
    case "HOST": {
      const host = url.hostname.toLowerCase();
      return options.stripWww ? host.replace(/^www\d*\./, "") : host;
    }
    case "PORT":
      return String(Number(url.port) || (url.protocol === "https:" ? 443 : url.protocol === "http:" ? 80 : ""));
    case "PATH":
      return url.pathname.startsWith("/") ? url.pathname : "/" + url.pathname;
    case "QUERY":
      return query(url.search.replace(/^\?/, ""), options);
    case "FRAGMENT":
      return url.hash.replace(/^#/, "");
    case "EXTENSION": {
      const last = url.pathname.split(".");
      return last.length > 1 ? last.pop().split("/")[0] : "";
    }
    default:
      throw new Error(`URL component ${component} is not simulated`);
  }
}

function query(search, { queryKey, multiQueryKeys, ignoreEmptyQueryParam }) {
  if (!queryKey) return search;
  const keys = multiQueryKeys ? String(queryKey).split(",").map((key) => key.trim()) : [String(queryKey)];
  for (const key of keys) {
    const found = queryValue(search, key);
    if (found !== undefined && !(ignoreEmptyQueryParam && found === "")) return found;
  }
  return undefined;
}

function queryValue(search, key) {
  for (const pair of search.split("&")) {
    const [name, ...rest] = pair.split("=");
    if (decode(name) === key) return decode(rest.join("="));
  }
  return undefined;
}

function decode(text) {
  const spaced = text.replace(/\+/g, " ");
  try {
    return decodeURIComponent(spaced);
  } catch (error) {
    return spaced;
  }
}
